"""What must hold before any mail is sent."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .addresses import BadAddress, one_address


@register()
def mail_comes_from_an_address(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        one_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    except BadAddress as error:
        hint = "As in: Northtown <hello@northtown.example.org>. Until then no email leaves."
        return [Error(f"DEFAULT_FROM_EMAIL cannot be used. {error}", hint, id="countersign.E008")]
    return []
