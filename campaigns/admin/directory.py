from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.jobs import Job
from letters import composing
from letters.models import Constituency, Dissolution, Legislature, PostcodeRange, Representative
from letters.pdf.profiles import PROFILES

from .operator_only import OperatorOnly


class LegislatureForm(forms.ModelForm[Legislature]):
    layout = forms.ChoiceField(
        label=capfirst(Legislature._meta.get_field("layout").verbose_name),
        help_text=Legislature._meta.get_field("layout").help_text,
        required=False,
        choices=[("", "---------"), *((name, name) for name in PROFILES)],
    )

    class Meta:
        model = Legislature
        exclude: ClassVar[list[str]] = []


class DissolutionInline(admin.TabularInline[Dissolution, Legislature]):
    model = Dissolution
    extra = 0


@admin.register(Legislature)
class LegislatureAdmin(OperatorOnly[Legislature]):
    form = LegislatureForm
    list_display = ("name", "slug", "kind", "country", "boundary_set", "layout")
    list_filter = ("kind", "country")
    search_fields = ("name", "slug")
    readonly_fields = ("known_ranges",)
    inlines = (DissolutionInline,)

    @admin.display(description=_("ranges of postcodes"))
    def known_ranges(self, obj: Legislature) -> int:
        """Read from files, thousands of them, and never by hand: their number says whether they are there."""
        return PostcodeRange.objects.filter(constituency__legislature=obj).count() if obj.pk else 0


@admin.register(Constituency)
class ConstituencyAdmin(OperatorOnly[Constituency]):
    list_display = ("name", "code", "legislature", "boundary_set", "part_of", "valid_from", "valid_to")
    list_filter = ("legislature", "boundary_set")
    search_fields = ("name", "code")
    list_select_related = ("legislature", "part_of")
    autocomplete_fields = ("part_of",)


@admin.register(Representative)
class RepresentativeAdmin(OperatorOnly[Representative]):
    list_display = ("name", "constituency", "office", "party", "writes_to", "valid_from", "valid_to")
    list_filter = ("legislature", "office")
    search_fields = ("name", "constituency__name")
    list_select_related = ("constituency", "legislature")
    autocomplete_fields = ("constituency",)
    readonly_fields = ("begins", "on_envelope", "source")
    fieldsets = (
        (None, {"fields": ("legislature", "constituency", "name", "role", "party", "office")}),
        (
            _("How they are addressed"),
            {
                "fields": (
                    *("given_name", "family_name", "honorific_prefix", "honorific_suffix", "gender", "salutation"),
                    *("begins", "on_envelope"),
                )
            },
        ),
        (_("How they are reached"), {"fields": ("email", "address", "contact_form")}),
        (_("When"), {"fields": ("valid_from", "valid_to", "identifier", "source")}),
    )

    @admin.display(description=_("a letter to them begins"))
    def begins(self, obj: Representative) -> str:
        return composing.salutation_for(obj, get_language() or "en") if obj.pk else "–"

    @admin.display(description=_("on its envelope"))
    def on_envelope(self, obj: Representative) -> str:
        return ", ".join(obj.postal_lines) if obj.pk else "–"

    @admin.display(description=_("mail goes to"))
    def writes_to(self, obj: Representative) -> str:
        """In a demonstration no real address is shown, nor written to."""
        return obj.reachable_address or "–"


@admin.register(Job)
class JobAdmin(OperatorOnly[Job]):
    list_display = ("kind", "state", "done", "total", "attempts", "created_at", "ended_at", "expires_at")
    list_filter = ("state", "kind")
    exclude = ("parameters",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
