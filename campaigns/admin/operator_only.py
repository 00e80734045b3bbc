"""The administration is for whoever runs the installation. Organisers have the workspace."""

from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

M = TypeVar("M", bound=Model)


class OperatorOnly(admin.ModelAdmin[M]):
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


class Seen(OperatorOnly[M]):
    """Written by the software; the operator reads it."""

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False
