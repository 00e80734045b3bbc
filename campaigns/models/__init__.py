from .campaign import AreaCount, Campaign, CampaignText, Event, Response, Source, Target
from .correspondence import BundledLetter, CampaignLetter, HandIn, HandOver
from .organisation import Membership, Organisation, User
from .signature import ConsentWording, Signature
from .update import Update

__all__ = [
    "AreaCount",
    "BundledLetter",
    "Campaign",
    "CampaignLetter",
    "CampaignText",
    "ConsentWording",
    "Event",
    "HandIn",
    "HandOver",
    "Membership",
    "Organisation",
    "Response",
    "Signature",
    "Source",
    "Target",
    "Update",
    "User",
]
