from .campaign import AreaCount, Campaign, CampaignText, Event, Response, Source, Target
from .correspondence import CampaignLetter, HandIn
from .organisation import Membership, Organisation, User
from .signature import ConsentWording, Signature
from .update import Update

__all__ = [
    "AreaCount",
    "Campaign",
    "CampaignLetter",
    "CampaignText",
    "ConsentWording",
    "Event",
    "HandIn",
    "Membership",
    "Organisation",
    "Response",
    "Signature",
    "Source",
    "Target",
    "Update",
    "User",
]
