from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.jobs import Job
from letters.models import Constituency, Legislature, Representative

from .scoped import OperatorOnly


@admin.register(Legislature)
class LegislatureAdmin(OperatorOnly[Legislature]):
    list_display = ("name", "slug", "kind", "country", "boundary_set")
    search_fields = ("name", "slug")


@admin.register(Constituency)
class ConstituencyAdmin(OperatorOnly[Constituency]):
    list_display = ("name", "code", "legislature", "boundary_set", "valid_from", "valid_to")
    list_filter = ("legislature", "boundary_set")
    search_fields = ("name", "code")
    list_select_related = ("legislature",)


@admin.register(Representative)
class RepresentativeAdmin(OperatorOnly[Representative]):
    list_display = ("name", "constituency", "party", "writes_to", "valid_from", "valid_to")
    list_filter = ("legislature", "party")
    search_fields = ("name", "constituency__name")
    list_select_related = ("constituency", "legislature")
    autocomplete_fields = ("constituency",)

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
