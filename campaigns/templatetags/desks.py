"""Addresses of the workspace, from where one stands: whose it is and the language come from the desk."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from campaigns import help_topics

register = template.Library()


@register.simple_tag(takes_context=True)
def organisation_url(context: template.Context, name: str, **where: Any) -> str:
    return str(context["desk"].url(name, **where))


@register.simple_tag(takes_context=True)
def campaign_url(context: template.Context, name: str, **where: Any) -> str:
    return str(context["desk"].campaign_url(name, **where))


@register.simple_tag
def own_url(name: str) -> str:
    """A page of whoever is signed in, which belongs to no organisation, in the language of this one."""
    language = get_language() or settings.LANGUAGE_CODE
    return reverse(f"campaigns:{name}", kwargs={} if language == settings.LANGUAGE_CODE else {"language": language})


@register.simple_tag(takes_context=True)
def help_url(context: template.Context) -> str:
    """The section of the help that is about this page."""
    match = context["request"].resolver_match
    return f"{own_url('help')}#{help_topics.of((match and match.url_name) or '')}"
