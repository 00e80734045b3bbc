"""How much of a letter is its writer's, in words and as a meter; while one writes, a script keeps both up to date."""

import json
from typing import Any

from django import template
from django.utils.translation import gettext as _

from campaigns.forms.public.writing import LONGEST_LETTER

register = template.Library()


def sentences() -> list[tuple[int, str]]:
    """From that many percent on."""
    return [
        (0, _("All of it is the campaign’s text. A few words of your own make it a letter.")),
        (1, _("A little of it is yours. What does this mean to you?")),
        (25, _("About a third of it is yours.")),
        (42, _("About half of it is yours.")),
        (60, _("Most of it is yours.")),
        (95, _("It is all yours.")),
    ]


@register.inclusion_tag("campaigns/public/writing/_share.html")
def own_share(percent: int) -> dict[str, Any]:
    return {"percent": percent, "words": [words for start, words in sentences() if percent >= start][-1]}


@register.inclusion_tag("campaigns/public/writing/_share.html")
def live_own_share(body: str, given: list[str]) -> dict[str, Any]:
    """For a page on which the letter is being written, in the field called `body`; hidden without its script."""
    return {
        "percent": 0,
        "body": body,
        "given": json.dumps(given, ensure_ascii=False),
        "sentences": json.dumps(sentences(), ensure_ascii=False),
        "longest": LONGEST_LETTER,
    }
