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

from campaigns.models import Membership, Organisation, User
from config.accounts import second_factor
from config.accounts.vouching import vouch_for

from .operator_only import OperatorOnly

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
class OrganisationAdmin(OperatorOnly[Organisation]):
    list_display = ("name", "slug", "contact_email", "approved_at", "workspace")
    search_fields = ("name", "slug")
    exclude = ("lists", "logo")  # made and ended in the workspace
    inlines = (Memberships,)

    @admin.display(description=_("workspace"))
    def workspace(self, organisation: Organisation) -> SafeString:
        address = reverse("campaigns:organisation_home", args=[organisation.slug])
        return format_html('<a href="{}">{}</a>', address, _("Open"))

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False  # its supporters were told who answers for their data
