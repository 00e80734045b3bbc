import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> Iterator[None]:
    """Rate limits and what is remembered for a minute must not reach from one test into the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Takes the run's folder away. Not left to atexit or to pytest_unconfigure: xdist ends its processes before."""
    shutil.rmtree(settings.VAR_DIR, ignore_errors=True)
