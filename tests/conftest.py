from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> Iterator[None]:
    """Rate limits and what is remembered for a minute must not reach from one test into the next."""
    cache.clear()
    yield
    cache.clear()
