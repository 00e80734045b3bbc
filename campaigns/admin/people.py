from typing import Any

import allauth.account.admin
import allauth.mfa.admin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.access import Role
from campaigns.models import Membership, Organisation, User
from config.accounts import second_factor
from config.accounts.vouching import vouch_for

from .scoped import OperatorOnly, Scoped

admin.site.unregister(Group)  # roles are memberships (campaigns.access); a second way would be one too many
# The addresses are those of the accounts, and second factors are nobody's to read.
assert allauth.account.admin and allauth.mfa.admin  # they are registered by then
admin.site.unregister([EmailAddress, Authenticator])
admin.site.site_header = admin.site.site_title = "Countersign"
admin.site.index_title = _("Campaigns, signatures and post")


class Memberships(admin.TabularInline[Membership, Any]):
    model = Membership
    extra = 0
    autocomplete_fields = ("user", "organisation")


class UserCreationForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class AccountAdmin(OperatorOnly[User], UserAdmin[User]):
    add_form = UserCreationForm
    list_display = ("email", "name", "is_staff", "is_superuser", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("What the account may do"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")
    inlines = (Memberships,)
    actions = ("take_second_factor_away",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or "email" in form.changed_data:
            vouch_for(obj)

    @admin.action(description=_("Take the second factor away (when the phone and the codes are lost)"))
    def take_second_factor_away(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        taken = sum(second_factor.take_away(account) for account in accounts)
        said = ngettext(
            "%(n)d account has no second factor any more.", "%(n)d accounts have no second factor any more.", taken
        )
        messages.success(request, said % {"n": taken})


@admin.register(Organisation)
class OrganisationAdmin(Scoped[Organisation]):
    organisation_path = ""
    change_role = Role.OWNER
    add_role = None
    list_display = ("name", "slug", "contact_email", "approved_at", "post_room", "own_lists", "documents")
    search_fields = ("name", "slug")
    exclude = ("lists",)  # made and ended on a page of their own; here one could take another organisation's

    @admin.display(description=_("post room"))
    def post_room(self, organisation: Organisation) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("campaigns:post_room", args=[organisation.slug]), _("Open"))

    @admin.display(description=_("lists of its own"))
    def own_lists(self, organisation: Organisation) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("campaigns:lists", args=[organisation.slug]), _("Open"))

    @admin.display(description=_("campaigns from documents"))
    def documents(self, organisation: Organisation) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("campaigns:material", args=[organisation.slug]), _("Open"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Approving is the operator's word, and so is the sender that mail leaves by."""
        return () if getattr(request.user, "is_superuser", False) else ("approved_at", "sender", "slug")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return (Memberships,) if getattr(request.user, "is_superuser", False) else ()
