"""A supporter's whole way, in a real browser: read, sign, confirm, write, send, change one's mind."""

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.supporter import SLUG, Supporter
from tests.services import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_supporter_reads_signs_writes_and_withdraws(
    site: Site, open_page: OpenPage, language: str, width: int
) -> None:
    before = site.count(SLUG)
    supporter = Supporter(open_page(width=width), site, language, f"{language}-{width}")
    supporter.finds_the_campaign()
    assert supporter.counted() == before
    supporter.sends_the_form_unfinished()
    supporter.signs()
    supporter.confirms()
    supporter.sees_the_count(before + 1, named=True)
    supporter.writes()
    supporter.goes_back_to_change_a_word()
    supporter.downloads_the_letter()
    supporter.sends_the_letter()
    supporter.is_no_longer_named()
    supporter.downloads_their_data()
    supporter.sees_the_count(before + 1, named=False)
    supporter.withdraws()
    supporter.sees_the_count(before, named=False)
