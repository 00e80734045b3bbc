"""The same as on SQLite."""

import pytest

from tests.campaigns.test_areas import (
    test_an_area_is_the_one_constituency_of_a_postcode as test_an_area_is_the_one_constituency_of_a_postcode,
)
from tests.campaigns.test_areas import (
    test_who_is_not_shown_has_an_area_and_no_place_that_is_shown as test_who_is_not_shown_has_an_area,
)

pytestmark = pytest.mark.django_db

__all__ = ["test_an_area_is_the_one_constituency_of_a_postcode", "test_who_is_not_shown_has_an_area"]
