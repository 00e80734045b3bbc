from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns import signing
from campaigns.access import Role, organisations_of
from campaigns.models import CampaignLetter, Signature
from campaigns.models.signature import folded
from config.crypto import email_keys

from .scoped import Scoped


class ReadOnly(Scoped[Any]):
    organisation_path = "campaign__organisation"
    change_role = None
    add_role = None


@admin.register(Signature)
class SignatureAdmin(ReadOnly):
    list_display = ("who", "campaign", "state", "area", "origin", "updates", "created_at", "confirmed_at")
    list_filter = ("state", ("campaign", admin.RelatedOnlyFieldListFilter), "origin", "updates", "created_at")
    list_select_related = ("campaign", "area")
    search_fields = ("public_name_folded",)
    search_help_text = _("A whole email address, or the beginning of a name that is shown publicly.")
    actions = ("invalidate", "restore")
    show_full_result_count = False
    exclude = ("email_key", "public_name_folded")

    @admin.display(description=_("shown as"))
    def who(self, obj: Signature) -> str:
        return obj.public_name or "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Signature], search_term: str
    ) -> tuple[QuerySet[Signature], bool]:
        """By the key of an address or the index of a shown name; nothing that is encrypted is searched."""
        term = search_term.replace("\0", "").strip()
        if "@" in term:
            return queryset.filter(email_key__in=email_keys(term)), False
        return (queryset.filter(public_name_folded__startswith=folded(term)) if term else queryset), False

    def _mine(self, request: HttpRequest, queryset: QuerySet[Signature]) -> QuerySet[Signature]:
        editable = organisations_of(request.user, Role.EDITOR)
        return Signature.objects.filter(
            Q(campaign__organisation__in=editable), pk__in=list(queryset.values_list("pk", flat=True))
        )

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return organisations_of(request.user, Role.EDITOR).exists()

    @admin.action(description=_("Invalidate (can be undone)"), permissions=["moderate"])
    def invalidate(self, request: HttpRequest, queryset: QuerySet[Signature]) -> None:
        self._say(request, signing.invalidate(self._mine(request, queryset)))

    @admin.action(description=_("Undo the invalidation"), permissions=["moderate"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Signature]) -> None:
        self._say(request, signing.restore(self._mine(request, queryset)))

    def _say(self, request: HttpRequest, changed: int) -> None:
        said = ngettext("%(n)d signature changed.", "%(n)d signatures changed.", changed) % {"n": changed}
        self.message_user(request, said, messages.SUCCESS if changed else messages.WARNING)


@admin.register(CampaignLetter)
class CampaignLetterAdmin(ReadOnly):
    list_display = ("campaign", "representative", "state", "email_state", "created_at", "confirmed_at")
    list_filter = ("state", ("campaign", admin.RelatedOnlyFieldListFilter), "created_at")
    list_select_related = ("campaign", "representative", "outgoing", "merged__outgoing")
    exclude = ("email_key",)
    search_fields = ("email_key",)
    search_help_text = _("A whole email address.")

    @admin.display(description=_("its email"))
    def email_state(self, obj: CampaignLetter) -> str:
        return str(obj.carried_by.get_state_display()) if obj.carried_by else "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CampaignLetter], search_term: str
    ) -> tuple[QuerySet[CampaignLetter], bool]:
        term = search_term.replace("\0", "").strip()
        return (queryset.filter(email_key__in=email_keys(term)) if term else queryset), False
