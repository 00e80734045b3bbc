import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import translation

from config import switches
from config.keeping import shelf


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> Iterator[None]:
    """Rate limits, what is remembered for a minute or paused and the language of a page are not the next test's."""
    cache.clear()
    translation.deactivate()
    switches.hold()
    yield
    cache.clear()
    shelf.forget()


@receiver(user_logged_in)
def _has_just_given_the_password(request: HttpRequest, user: Any, **told: Any) -> None:
    """Whom a test signs in by force has signed in by password a moment ago (campaigns.grave)."""
    record_authentication(request, user, method="password")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Takes the run's folder away. Not left to atexit or to pytest_unconfigure: xdist ends its processes before."""
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)
