import re
from datetime import date

from django import template
from django.utils.formats import date_format

register = template.Library()


@register.filter
def known_date(known: str) -> str:
    """A date as far as it is known, in words: 2018-09-16, 2018-09 or 2018. Anything else stands as it was written."""
    whole = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", known)
    if not whole:
        return known
    year, month, day = whole.groups()
    try:
        return date_format(date(int(year), int(month), int(day or 1)), "j F Y" if day else "F Y")
    except ValueError:
        return known
