"""A campaign made from another: a copy to begin from, or the one that goes on where its meaning has changed."""

from django.db import transaction

from . import logbook, slugs, wording_drafts
from .models import Campaign, LetterVariant, Source, Target, User, WordingDraft

# What a copy has of its model. Whoever signed, what happened and what was answered is the other one's alone.
COPIED = (
    *("organisation", "kind", "language", "signature_goal", "legislature", "merge_identical", "attach_pdf"),
    *("moderate_first", "moderate_names_first", "picture", "picture_alt", "retention_months"),
    *("months_after_closing", "unconfirmed_days", "letter_days"),
)


def suggested_slug(campaign: Campaign) -> str:
    return slugs.suggested(campaign.slug, campaign.slug)


@transaction.atomic
def duplicate(campaign: Campaign, user: User | None, *, slug: str, title: str = "", follows: bool = False) -> Campaign:
    """A draft with the same wording in every language, the same targets, sources and variants of the letter.

    `slug` was checked (slugs.check); raises IntegrityError where it was taken meanwhile. `title`: instead of the one it
    has in its first language. `follows`: the new one goes on from it, and both pages say so once both are public.
    """
    fields = {name: getattr(campaign, name) for name in COPIED}
    made = Campaign.objects.create(slug=slug, follows=campaign if follows else None, **fields)
    made.also_to.set(campaign.also_to.all())
    for language in wording_drafts.languages_of(campaign):
        now = wording_drafts.opened(campaign, language)
        wording = now.wording | ({"title": title} if title and language == campaign.language else {})
        known = now.row.translated_from if now.row else {}
        of_text = {name: digest for name, digest in known.items() if name in wording_drafts.EMPTY}
        WordingDraft.objects.create(
            campaign=made, language=language, wording=wording, changed_by=user, translated_from=of_text
        )
    rows: list[Target | Source | LetterVariant] = [*campaign.targets.all(), *campaign.sources.all()]
    for row in [*rows, *campaign.letter_variants.all()]:
        row.pk, row._state.adding, row.campaign = None, True, made
        row.save()
    what = "campaign.followed" if follows else "campaign.duplicated"
    logbook.note(made.organisation, user, what, made)
    return made


@transaction.atomic
def follow(campaign: Campaign, language: str, mark: str, user: User | None) -> Campaign:
    """What is written in `language` means something else than what was signed: it becomes a new campaign's, and here it
    is laid aside. Raises wording_drafts.SavedSince."""
    made = duplicate(campaign, user, slug=suggested_slug(campaign), follows=True)
    wording_drafts.discard(campaign, language, mark, user)
    return made
