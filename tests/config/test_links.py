import time
import uuid
from datetime import timedelta

import pytest
from django.core import signing
from pytest_django.fixtures import Settings

from config import links
from config.links import BadLink, ExpiredLink

VALUE = uuid.UUID("12345678-1234-5678-1234-567812345678")


def _aged(monkeypatch: pytest.MonkeyPatch, days: float) -> str:
    """A token of that many days ago."""
    then = time.time() - days * 86_400
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: then)
        return links.token("confirm", VALUE)


def test_a_link_says_what_was_put_into_it() -> None:
    assert links.read("confirm", links.token("confirm", VALUE)) == VALUE


def test_a_link_is_fit_for_an_address() -> None:
    for _ in range(50):
        assert set(links.token("confirm", uuid.uuid4())) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
        )


def test_a_link_for_one_purpose_does_nothing_for_another() -> None:
    with pytest.raises(BadLink):
        links.read("withdraw", links.token("confirm", VALUE))


def test_every_changed_character_is_noticed() -> None:
    token = links.token("confirm", VALUE)
    # The last character of a base64 part holds bits that are not read: a change there must not pass either.
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(BadLink):
            links.read("confirm", changed)


@pytest.mark.parametrize("junk", ["", ".", "..", "a.b.c", "é.ü.ö", "\0", "\ud800", "x" * 10_000, "=.=.="])
def test_junk_is_a_bad_link_and_no_crash(junk: str) -> None:
    with pytest.raises(BadLink):
        links.read("confirm", junk, timedelta(days=1))


def test_something_else_that_we_signed_is_not_a_link() -> None:
    for value in ("short", "A" * 22 + "B" * 22, "not base64!"):
        with pytest.raises(BadLink):
            links.read("confirm", signing.TimestampSigner(salt="link:confirm", sep=".").sign(value))


def test_an_old_link_says_what_it_named(monkeypatch: pytest.MonkeyPatch) -> None:
    token = _aged(monkeypatch, days=31)
    with pytest.raises(ExpiredLink) as caught:
        links.read("confirm", token, timedelta(days=30))
    assert caught.value.value == VALUE
    assert links.read("confirm", token, timedelta(days=32)) == VALUE
    assert links.read("confirm", token) == VALUE, "without an age the row's state alone decides"


def test_a_tampered_old_link_is_bad_and_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    token = _aged(monkeypatch, days=31)
    with pytest.raises(BadLink) as caught:
        links.read("confirm", "A" + token[1:] if token[0] != "A" else "B" + token[1:], timedelta(days=30))
    assert not isinstance(caught.value, ExpiredLink)


def test_a_new_secret_keeps_old_links_while_the_old_one_is_listed(settings: Settings) -> None:
    token, old = links.token("confirm", VALUE), settings.SECRET_KEY
    settings.SECRET_KEY = "another-" * 8
    with pytest.raises(BadLink):
        links.read("confirm", token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert links.read("confirm", token) == VALUE


def test_addresses_are_absolute(settings: Settings) -> None:
    settings.SITE_URL = "https://sign.example.org"
    assert links.absolute("/x/") == "https://sign.example.org/x/"
