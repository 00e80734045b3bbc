import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> Iterator[None]:
    """Rate limits, what is remembered for a minute and the language of a page must not reach into the next test."""
    cache.clear()
    translation.deactivate()
    yield
    cache.clear()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Takes the run's folder away. Not left to atexit or to pytest_unconfigure: xdist ends its processes before."""
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)
