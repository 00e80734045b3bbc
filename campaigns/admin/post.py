"""The state of every email, the installation's own among them, with its history, and what may be done about it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns import deciding
from campaigns.forms.fields import AddressField
from config.crypto import email_key, email_keys
from letters import outbox
from letters.models import DeliveryEvent, Destination, OutgoingEmail, Stop, Suppression
from letters.models.post import State

from .operator_only import OperatorOnly, Seen


class History(admin.TabularInline[DeliveryEvent, OutgoingEmail]):
    model = DeliveryEvent
    extra = 0
    can_delete = False
    readonly_fields = ("at", "from_state", "to_state", "actor", "detail")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever sees the email sees its history


class TheFirst(Paginator[Any]):
    """The first 10,000, and nobody counts the others: with millions that would take longer than to read the page."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        found: int = self.object_list.order_by()[: self.MOST].count()  # type: ignore[attr-defined]
        return found


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(Seen[OutgoingEmail]):
    list_display = ("kind", "state", "to_address", "attempts", "created_at", "settled_at")
    list_filter = ("state", "kind", "sender", "created_at")
    paginator = TheFirst
    list_select_related = ("sender",)
    search_fields = ("to_key",)
    search_help_text = _("A whole email address.")
    show_full_result_count = False
    fields = (
        "uuid",
        "kind",
        "state",
        "to_address",
        "reply_to",
        "sender",
        "attempts",
        "not_before",
        "last_error",
        "created_at",
        "settled_at",
        "scrubbed_at",
        "demonstration",
    )
    inlines = (History,)
    actions = ("send_again", "cancel", "held_arrived", "held_send", "held_drop")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutgoingEmail], search_term: str
    ) -> tuple[QuerySet[OutgoingEmail], bool]:
        term = search_term.replace("\0", "").strip()
        return (queryset.about(email_keys(term)) if term else queryset), False  # type: ignore[attr-defined]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def _act(
        self, request: HttpRequest, queryset: QuerySet[OutgoingEmail], verb: Callable[..., int], **options: Any
    ) -> None:
        changed = verb(list(queryset.values_list("pk", flat=True)), actor=f"account {request.user.pk}", **options)
        said = ngettext("%(n)d email changed.", "%(n)d emails changed.", changed) % {"n": changed}
        self.message_user(request, said, messages.SUCCESS if changed else messages.WARNING)

    @admin.action(description=_("Send failed ones again"), permissions=["decide"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingEmail]) -> None:
        self._act(request, queryset, outbox.retry)

    @admin.action(description=_("Cancel what has not left"), permissions=["decide"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[OutgoingEmail]) -> None:
        self._act(request, queryset, outbox.cancel)

    @admin.action(description=_("Held: it did arrive"), permissions=["decide"])
    def held_arrived(self, request: HttpRequest, queryset: QuerySet[OutgoingEmail]) -> None:
        # Only of those of which it can be so; the others are known not to have left.
        doubtful = deciding.doubts_of(queryset.values_list("pk", flat=True))
        self._act(request, queryset.filter(pk__in=doubtful), outbox.resolve_held, outcome=State.SENT)

    @admin.action(description=_("Held: send it (perhaps a second time)"), permissions=["decide"])
    def held_send(self, request: HttpRequest, queryset: QuerySet[OutgoingEmail]) -> None:
        self._act(request, queryset, outbox.resolve_held, outcome=State.QUEUED)

    @admin.action(description=_("Held: do not send it"), permissions=["decide"])
    def held_drop(self, request: HttpRequest, queryset: QuerySet[OutgoingEmail]) -> None:
        self._act(request, queryset, outbox.resolve_held, outcome=State.CANCELLED)


@admin.register(Destination)
class DestinationAdmin(Seen[Destination]):
    list_display = ("__str__", "backed_off_until", "refusals", "used_at")
    fields = ("name", "free_at", "backed_off_until", "refusals", "answer", "used_at")


@admin.register(Stop)
class StopAdmin(Seen[Stop]):
    """Lifted from the post room of whose sender it is."""

    list_display = ("sender", "domain", "at", "lifted_at", "lifted_by")
    list_select_related = ("sender", "domain")
    fields = ("sender", "domain", "at", "answer", "lifted_at", "lifted_by")


class SuppressionForm(forms.ModelForm[Suppression]):
    """An address is asked for, and only its key is kept."""

    address = AddressField(label=_("Email address"), help_text=_("Only a keyed hash of it is kept."))

    class Meta:
        model = Suppression
        fields = ("address", "reason")

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if Suppression.objects.filter(key__in=email_keys(address)).exists():
            raise ValidationError(_("This address gets no mail already."), code="known")
        self.instance.key = email_key(address)
        return address


@admin.register(Suppression)
class SuppressionAdmin(OperatorOnly[Suppression]):
    list_display = ("key", "reason", "created_at")
    list_filter = ("reason",)
    search_fields = ("key",)
    readonly_fields = ("key", "created_at")
    search_help_text = _("A whole email address.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        term = search_term.replace("\0", "").strip()
        return (queryset.filter(key__in=email_keys(term)) if term else queryset), False

    def get_form(self, request: Any, obj: Suppression | None = None, change: bool = False, **options: Any) -> Any:
        return super().get_form(request, obj, change, **(options if obj else {**options, "form": SuppressionForm}))

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return ("key", "reason", "created_at") if obj else ("address", "reason")
