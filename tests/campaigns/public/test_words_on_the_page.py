"""What templates make of dates that are half known, and of names that exist in two languages."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from campaigns.models import Organisation


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ("2018-09-16", "16 September 2018"),
        ("2018-09", "September 2018"),
        ("2018", "2018"),
        ("", ""),
        ("autumn 2018", "autumn 2018"),
        ("2018-13-40", "2018-13-40"),
    ],
)
def test_a_date_is_shown_as_far_as_it_is_known(known: str, shown: str) -> None:
    assert Template("{% load known_dates %}{{ known|known_date }}").render(Context({"known": known})) == shown


def test_a_name_is_shown_in_the_language_of_the_page_where_it_has_one() -> None:
    page = Template('{% load translated %}{{ organisation|translated:"name" }}')
    context = Context(
        {"organisation": Organisation(name="Alice’s League", translations={"ar": {"name": "رابطة أليس"}})}
    )
    with override("ar"):
        assert page.render(context) == "رابطة أليس"
    with override("en"):
        assert page.render(context) == "Alice’s League"


def test_a_name_in_a_sentence_of_another_direction_stays_apart_and_escaped() -> None:
    page = Template("{% load isolated %}{{ name|isolated }}")
    assert page.render(Context({"name": "Rose <b>"})) == "<bdi>Rose &lt;b&gt;</bdi>"
