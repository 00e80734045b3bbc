from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaigns import living, publishing, slugs
from campaigns.access import Role, organisations_of
from campaigns.forms.organising.letters_settings import PersonChoice, check_lists, offer_lists, people_of
from campaigns.models import Campaign, CampaignText, Event, HandIn, Organisation, Response, Source, Target

from .scoped import PartOfCampaign, Scoped
from .variants import LetterVariantInline
from .words import Lines, say_unknown_placeholders


class TargetInline(PartOfCampaign):
    model = Target


class SourceInline(PartOfCampaign):
    model = Source


class EventInline(PartOfCampaign):
    model = Event


class ResponseInline(PartOfCampaign):
    model = Response

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "source":
            kwargs["queryset"] = Source.objects.filter(campaign=self.campaign_of(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class HandInForm(forms.ModelForm[HandIn]):
    class Meta:
        model = HandIn
        fields = ("representative",)

    def has_changed(self) -> bool:
        """One that was added and left empty means something: all letters."""
        return self.instance._state.adding or super().has_changed()


class HandIns(BaseInlineFormSet[HandIn, Campaign, Any]):
    def clean(self) -> None:
        """The database holds it too, but would answer two of them in one form with no word at all."""
        super().clean()
        filled = [form.cleaned_data for form in self.forms if form.is_valid() and form not in self.deleted_forms]
        named = [data.get("representative") for data in filled if data]
        if len(named) != len(set(named)):
            raise ValidationError(_("The same hand-in stands here twice."), code="twice")


class HandInInline(PartOfCampaign):
    """Whose letters wait to be handed in, instead of being emailed. Letters queued before are emailed all the same."""

    model = HandIn
    form = HandInForm
    formset = HandIns
    verbose_name_plural = _("Letters that are handed in on paper, not emailed")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "representative" and (campaign := self.campaign_of(request)):
            people = people_of(campaign, campaign.hand_ins.values("representative"))
            kwargs |= {"queryset": people, "form_class": PersonChoice}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HandIn]:
        return super().get_queryset(request).select_related("representative")


class CampaignForm(forms.ModelForm[Campaign]):
    class Meta:
        model = Campaign
        fields = (
            "organisation",
            "slug",
            "kind",
            "language",
            "signature_goal",
            "legislature",
            "also_to",
            "merge_identical",
            "attach_pdf",
            "retention_months",
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {"also_to": forms.CheckboxSelectMultiple()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_lists(self, self._organisations())

    def _organisations(self) -> list[Organisation]:
        """Whose it is, or may become."""
        if "organisation" in self.fields:
            return list(self.fields["organisation"].queryset)  # type: ignore[attr-defined]
        return [self.instance.organisation] if self.instance.pk else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_lists(self, cleaned.get("organisation") or (self.instance.organisation if self.instance.pk else None))
        return cleaned

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        slugs.check(slug, self.instance if self.instance.pk else None)
        return slug


@admin.register(Campaign)
class CampaignAdmin(Scoped[Campaign]):
    form = CampaignForm
    list_display = ("title", "state", "signature_count", "signature_goal", "kind", "published_at")
    list_filter = ("state", "kind", ("organisation", admin.RelatedOnlyFieldListFilter))
    search_fields = ("slug", "texts__title")
    readonly_fields = ("state", "wordings", "signature_count", "counted_at", "published_at", "closed_at", "doors")
    inlines = (TargetInline, LetterVariantInline, HandInInline, SourceInline, EventInline, ResponseInline)
    actions = ("publish", "close")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        return super().get_queryset(request).prefetch_related("texts")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What people have signed stays what it was: whose it is, its address, and the language it was first in."""
        published = obj is not None and obj.published_at is not None
        return (*self.readonly_fields, *(("organisation", "slug", "language") if published else ()))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """What letters say to some is said once the campaign is there, with its texts and with whom it writes to."""
        return self.inlines if obj else tuple(inline for inline in self.inlines if inline is not LetterVariantInline)

    @admin.display(description=_("title"))
    def title(self, obj: Campaign) -> str:
        current = [text for text in obj.texts.all() if text.superseded_at is None and text.language == obj.language]
        return current[0].title if current else obj.slug

    @admin.display(description=_("wordings"))
    def wordings(self, obj: Campaign) -> SafeString:
        """Every wording there is, and the way to the next one."""
        if obj.pk is None:
            return format_html("{}", _("Save the campaign first; then give it its text."))
        listed = format_html_join(
            "",
            '<li><a href="{}">{}</a></li>',
            ((reverse("admin:campaigns_campaigntext_change", args=[text.pk]), text) for text in obj.texts.all()),
        )
        new = f"{reverse('admin:campaigns_campaigntext_add')}?campaign={obj.pk}"
        return format_html('<ul>{}</ul><a href="{}">{}</a>', listed, new, _("Publish a new wording"))

    @admin.display(description=_("pages"))
    def doors(self, obj: Campaign) -> SafeString:
        if obj.pk is None:
            return SafeString("–")
        pages = [(_("As the public will see it"), reverse("campaigns:preview", args=[obj.slug]))]
        if obj.legislature_id is not None:
            pages.append((_("Letters to hand in"), reverse("campaigns:hand_in", args=[obj.slug])))
            pages.append((_("Representatives"), reverse("campaigns:representatives", args=[obj.slug])))
        pages.append((_("Hand-over pack"), reverse("campaigns:packs", args=[obj.slug])))
        pages.append((_("Signatures on paper"), reverse("campaigns:paper", args=[obj.slug])))
        pages.append((_("Post room"), reverse("campaigns:post_room", args=[obj.organisation.slug])))
        if obj.is_public:
            pages.append((_("The public page"), obj.get_absolute_url()))
        return format_html_join(" · ", '<a href="{}">{}</a>', ((url, label) for label, url in pages))

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._each(request, queryset, living.publish)

    @admin.action(description=_("Close"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        self._each(request, queryset, living.close)

    def _each(self, request: HttpRequest, queryset: QuerySet[Campaign], verb: Any) -> None:
        for campaign in queryset.filter(organisation__in=organisations_of(request.user, Role.EDITOR)):
            try:
                verb(campaign, request.user)
            except ValidationError as error:
                self.message_user(request, f"{campaign}: {' '.join(error.messages)}", messages.ERROR)
            else:
                self.message_user(request, f"{campaign}: {campaign.get_state_display()}", messages.SUCCESS)


class WordingForm(forms.ModelForm[CampaignText]):
    asks = Lines(label=_("What it asks"), rows=4, help_text=_("One on each line."))
    letter_points = Lines(
        label=_("Points to choose from"),
        rows=8,
        help_text=_("One paragraph on each line. Supporters pick from them and put them in order."),
    )

    class Meta:
        model = CampaignText
        fields = ("campaign", "language", *CampaignText.WORDING)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("letter_subject", "letter_body", "letter_points", "letter_ask"):
            say_unknown_placeholders(self, name)
        if (cleaned.get("letter_points") or cleaned.get("letter_ask")) and not cleaned.get("letter_body"):
            self.add_error("letter_body", _("A letter with points begins with an opening."))
        return cleaned


@admin.register(CampaignText)
class CampaignTextAdmin(Scoped[CampaignText]):
    """A published wording is read here, never changed; adding one publishes the next version."""

    form = WordingForm
    organisation_path = "campaign__organisation"
    change_role = None
    list_display = ("title", "campaign", "language", "version", "published_at", "superseded_at")
    list_filter = ("language", ("campaign", admin.RelatedOnlyFieldListFilter))
    search_fields = ("title",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The words as they stand now, to be changed into the next version."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        campaign = str(initial.get("campaign", ""))
        mine = Campaign.objects.filter(organisation__in=organisations_of(request.user, Role.EDITOR))
        found = mine.filter(pk=int(campaign)).first() if campaign.isdigit() else None
        if found is not None:
            language = initial.setdefault("language", found.language)
            current = found.texts.filter(language=language, superseded_at__isnull=True).first()
            if current is not None:
                initial |= current.wording()
        return initial

    def save_model(self, request: HttpRequest, obj: CampaignText, form: Any, change: bool) -> None:
        published = publishing.publish_text(obj.campaign, obj.language, obj.wording())
        obj.pk, obj.version, obj.digest = published.pk, published.version, published.digest
