from .burst import Burst, SigningHour, SigningHoursRead
from .campaign import (
    Campaign,
    CampaignText,
    Event,
    Response,
    Source,
    Target,
)
from .consent import ConsentWording
from .correspondence import BundledLetter, CampaignLetter, HandIn, HandOver, MergedLetter, ToBeAsked
from .counts import AreaCount, PaperCount, Tally
from .invalidation import Invalidation
from .keeping import Receipt, Term
from .log import LogEntry
from .material import Material
from .organisation import Invitation, Membership, Organisation, User
from .picture import Picture
from .report import Report, Reported
from .signature import Signature
from .signed_again import SignedAgain
from .unpublished import FormerSlug, WordingDraft
from .update import Update, UpdateRecipient, UpdateText
from .variant import LetterVariant

__all__ = [
    "Burst",
    "SigningHour",
    "SigningHoursRead",
    "Report",
    "Reported",
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
    "Receipt",
    "Response",
    "Signature",
    "SignedAgain",
    "Source",
    "Target",
    "Term",
    "ToBeAsked",
    "Update",
    "UpdateRecipient",
    "UpdateText",
    "User",
]
