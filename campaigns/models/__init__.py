from .campaign import (
    AreaCount,
    Campaign,
    CampaignText,
    Event,
    PaperCount,
    Response,
    Source,
    Target,
)
from .correspondence import BundledLetter, CampaignLetter, HandIn, HandOver, MergedLetter
from .material import Material
from .organisation import Membership, Organisation, User
from .signature import ConsentWording, Signature
from .update import Update
from .variant import LetterVariant

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
    "LetterVariant",
    "Material",
    "Membership",
    "MergedLetter",
    "Organisation",
    "PaperCount",
    "Response",
    "Signature",
    "Source",
    "Target",
    "Update",
    "User",
]
