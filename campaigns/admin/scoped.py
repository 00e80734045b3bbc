"""The administration shows an organiser what belongs to their organisations, and nothing else exists for them."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest

from campaigns.access import Role, organisations_of
from campaigns.models import Campaign, Organisation

M = TypeVar("M", bound=Model)


class Scoped(admin.ModelAdmin[M]):
    organisation_path = "organisation"  # from the row to its organisation
    change_role: Role | None = Role.EDITOR  # None: nobody changes it here
    add_role: Role | None = Role.EDITOR
    delete_role: Role | None = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        return super().get_queryset(request).filter(**self._within(request, Role.VIEWER)).distinct()

    def _within(self, request: HttpRequest, role: Role) -> dict[str, Any]:
        path = self.organisation_path or "pk"
        return {f"{path}__in": organisations_of(request.user, role)}

    def _may(self, request: HttpRequest, role: Role | None, obj: Model | None) -> bool:
        if role is None or not organisations_of(request.user, role).exists():
            return False
        return obj is None or self.model._default_manager.filter(pk=obj.pk, **self._within(request, role)).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, Role.VIEWER, None)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._may(request, Role.VIEWER, obj)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._may(request, self.change_role, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.add_role, None)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._may(request, self.delete_role, obj)

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Nobody hangs a row of theirs on a row of somebody else."""
        mine = organisations_of(request.user, Role.EDITOR)
        if db_field.related_model is Organisation:
            kwargs["queryset"] = mine
        elif db_field.related_model is Campaign:
            kwargs["queryset"] = Campaign.objects.filter(organisation__in=mine)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PartOfCampaign(admin.StackedInline[Any, Any]):
    """Rows under their campaign: whoever may see or change it may see or change them."""

    extra = 0

    def _may(self, request: HttpRequest, obj: Any, role: Role) -> bool:
        mine = organisations_of(request.user, role)
        return mine.exists() if obj is None else mine.filter(pk=obj.organisation_id).exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, Role.VIEWER)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, Role.EDITOR)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, Role.EDITOR)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, Role.EDITOR)

    def campaign_of(self, request: HttpRequest) -> Campaign | None:
        """The one whose page this is; none on the page that makes a new one."""
        match = request.resolver_match
        pk = str(match.kwargs.get("object_id") or "") if match else ""
        return Campaign.objects.filter(pk=int(pk)).first() if pk.isdecimal() else None


class OperatorOnly(admin.ModelAdmin[M]):
    """Tables of the installation itself: for whoever runs it."""

    def _is_operator(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._is_operator(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._is_operator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_operator(request)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._is_operator(request)
