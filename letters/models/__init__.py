from .directory import Constituency, Legislature, Postcode, Representative
from .letter import Letter
from .post import DeliveryEvent, Message, OutgoingEmail, Sender, Suppression

__all__ = [
    "Constituency",
    "DeliveryEvent",
    "Legislature",
    "Letter",
    "Message",
    "OutgoingEmail",
    "Postcode",
    "Representative",
    "Sender",
    "Suppression",
]
