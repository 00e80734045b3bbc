"""Addresses of the workspace, from where one stands: whose it is and the language come from the desk."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def organisation_url(context: template.Context, name: str, **where: Any) -> str:
    return str(context["desk"].url(name, **where))


@register.simple_tag(takes_context=True)
def campaign_url(context: template.Context, name: str, **where: Any) -> str:
    return str(context["desk"].campaign_url(name, **where))
