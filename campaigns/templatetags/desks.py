"""Addresses of the workspace, from where one stands: whose it is and the language come from the desk."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from campaigns import help_topics, pausing
from campaigns.models import Campaign
from config.switches import What

register = template.Library()


@register.simple_tag(takes_context=True)
def organisation_url(context: template.Context, name: str, **where: Any) -> str:
    return str(context["desk"].url(name, **where))


@register.simple_tag(takes_context=True)
def campaign_url(context: template.Context, name: str, **where: Any) -> str:
    return str(context["desk"].campaign_url(name, **where))


@register.inclusion_tag("campaigns/organising/_campaign_state.html")
def campaign_state(campaign: Campaign) -> dict[str, Any]:
    """As it stands for the public: what is live, but off the site or paused, is not said to be live."""
    live = campaign.state == Campaign.State.LIVE
    return {"campaign": campaign, "paused": live and pausing.on(What.SIGNING, campaign)}


@register.simple_tag
def own_url(name: str, **where: Any) -> str:
    """A page of whoever is signed in, which belongs to no organisation, in the language of this one."""
    language = get_language() or settings.LANGUAGE_CODE
    spoken = {} if language == settings.LANGUAGE_CODE else {"language": language}
    return reverse(f"campaigns:{name}", kwargs=where | spoken)


@register.simple_tag(takes_context=True)
def help_url(context: template.Context) -> str:
    """The section of the help that is about this page."""
    match = context["request"].resolver_match
    return f"{own_url('help')}#{help_topics.of((match and match.url_name) or '')}"
