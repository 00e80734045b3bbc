from .campaign import (
    Campaign,
    CampaignText,
    Event,
    Response,
    Source,
    Target,
)
from .correspondence import BundledLetter, CampaignLetter, HandIn, HandOver, MergedLetter
from .counts import AreaCount, PaperCount, Tally
from .invalidation import Invalidation
from .log import LogEntry
from .material import Material
from .organisation import Invitation, Membership, Organisation, User
from .picture import Picture
from .signature import ConsentWording, Signature
from .unpublished import FormerSlug, WordingDraft
from .update import Update, UpdateRecipient, UpdateText
from .variant import LetterVariant

__all__ = [
    "Invalidation",
    "Picture",
    "Invitation",
    "LogEntry",
    "WordingDraft",
    "Tally",
    "FormerSlug",
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
    "UpdateRecipient",
    "UpdateText",
    "User",
]
