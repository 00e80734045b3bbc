from .directory import Constituency, Legislature, Postcode, Representative
from .letter import Letter
from .pace import Destination, Stop
from .post import DeliveryEvent, Message, OutgoingEmail, Suppression
from .provider import ProviderEvent
from .sender import Sender

__all__ = [
    "Constituency",
    "DeliveryEvent",
    "Destination",
    "Legislature",
    "Letter",
    "Message",
    "OutgoingEmail",
    "Postcode",
    "ProviderEvent",
    "Representative",
    "Sender",
    "Stop",
    "Suppression",
]
