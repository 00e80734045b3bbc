from .directory import Constituency, Dissolution, Legislature, Postcode, PostcodeRange, Representative
from .letter import Letter
from .pace import Destination, Stop
from .post import DeliveryEvent, Message, OutgoingEmail, Suppression
from .provider import ProviderEvent
from .sender import Sender

__all__ = [
    "Constituency",
    "DeliveryEvent",
    "Destination",
    "Dissolution",
    "Legislature",
    "Letter",
    "Message",
    "OutgoingEmail",
    "Postcode",
    "PostcodeRange",
    "ProviderEvent",
    "Representative",
    "Sender",
    "Stop",
    "Suppression",
]
