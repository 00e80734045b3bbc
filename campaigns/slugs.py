"""Addresses of campaigns: /keep-the-library-open/. One that a campaign had before still leads to it, so it is taken."""

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from . import publishing
from .models import Campaign, FormerSlug

LONGEST_SUGGESTED = 60


def check(slug: str, campaign: Campaign | None = None) -> None:
    """Raises ValidationError unless `campaign`, or a new one, may stand there."""
    if campaign is not None and slug == campaign.slug:
        return
    publishing.check_slug(slug)
    others = FormerSlug.objects.exclude(campaign=campaign) if campaign else FormerSlug.objects.all()
    if Campaign.objects.filter(slug=slug).exists() or others.filter(slug=slug).exists():
        raise ValidationError(_("Another campaign has this address. Choose another one."), code="taken")


def suggested(title: str, otherwise: str) -> str:
    """Of the title's words where they are in Latin letters, else `otherwise`; free, as far as one can tell now."""
    words = slugify(title).split("-")
    slug = words[0][:LONGEST_SUGGESTED]
    for word in words[1:]:
        if len(slug) + len(word) >= LONGEST_SUGGESTED:
            break
        slug += f"-{word}"
    if len(slug) < 4 or slug in publishing.reserved_slugs():
        slug = otherwise
    taken = set(Campaign.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    taken |= set(FormerSlug.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(one for one in [slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))] if one not in taken)
