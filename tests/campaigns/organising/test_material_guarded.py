"""What must not happen on the way from a document to a page: lost unseen, published unseen, acted on, given away."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, Material, Organisation
from tests.campaigns.factories import make_organisation, make_user, text_of

from .read_material import (
    a_draft,
    address,
    as_shown,
    bob,
    check,
    checked_and_made,
    give,
    make,
    material,
    organisation,
    publish,
    read,
    words,
)

__all__ = ["bob", "material", "organisation"]  # pytest finds them by their names here


def test_a_text_too_long_for_a_form_is_answered_in_a_sentence(bob: Client) -> None:
    bob.handler.enforce_csrf_checks = True
    response = give(bob, name="", pasted="word " * 150_000)
    assert response.status_code == 422
    assert "Save it as a file, and choose that." in words(response) and 'href="#id_pasted"' in words(response)
    assert not Material.objects.exists()


@pytest.mark.parametrize("token", ["", "x" * 32])
def test_a_document_that_another_site_sends_is_refused(bob: Client, token: str) -> None:
    bob.handler.enforce_csrf_checks = True
    assert give(bob, csrfmiddlewaretoken=token).status_code == 403
    assert not Material.objects.exists()


def test_what_changed_after_the_preview_was_opened_is_not_published_unseen(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material)
    preview = reverse("campaigns:preview", args=[Campaign.objects.get().slug])
    assert f'name="seen" value="{material.seen}"' in words(bob.get(preview))
    check(bob, material, do="save", title="Changed in another tab")
    refused = bob.post(address(material, "publish"), {"seen": material.seen}, follow=True)
    assert "The draft has changed since you looked at it." in words(refused)
    assert "Changed in another tab" in words(refused) and Campaign.objects.get().state == "draft"
    assert bob.post(address(material, "publish")).status_code == 302 and Campaign.objects.get().state == "draft"


HOSTILE = """<html><head><title>Save the pool</title></head><body><article><h1>Save \u202ethe pool</h1>
<script>alert(1)</script><p>Dear members of the council,</p>
<p>You plan to close <a href="javascript:alert(2)">our pool</a>, \u202eand nobody was asked about it before.</p>
<p>The plan was called [a saving](javascript:alert(3)) and &lt;img src=x onerror=alert(4)&gt; nobody believed it.</p>
<p>We call on you to keep the pool open, and &lt;script&gt;alert(5)&lt;/script&gt; to say so.</p>
<p>Yours faithfully,</p><p>Mara</p></article></body></html>"""


def test_a_hostile_document_ends_as_a_harmless_page(bob: Client) -> None:
    give(bob, HOSTILE.encode(), "pool.html")
    material = checked_and_made(bob, Material.objects.get(), title="Save \u202ethe pool", **{"do": "next"})
    publish(bob, material)
    page = Client().get(Campaign.objects.get().get_absolute_url()).content.decode()
    assert "nobody was asked about it before" in page and "alert(3)" in page, "it is all there, as words"
    for danger in ("<script>alert", "<img", "<b onclick", 'href="javascript:', "\u202e"):
        assert danger not in page, danger


def test_publishing_twice_is_publishing_once(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material)
    for _ in range(2):
        assert bob.post(address(material, "publish"), {"seen": material.seen})["Location"] == address(material, "done")
    assert text_of(Campaign.objects.get()).version == 1
    Campaign.objects.update(state="closed")
    assert publish(bob, material)["Location"] == address(material, "done")
    assert Campaign.objects.get().state == "closed", "a preview that was left open does not open it again"


def test_published_meanwhile_by_somebody_else_nothing_is_lost(
    bob: Client, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    from campaigns import drafting

    material = checked_and_made(bob, material)
    made = drafting.make

    def too_late(*given: Any) -> Campaign:
        Campaign.objects.update(state="live", published_at=timezone.now())
        return made(*given)

    monkeypatch.setattr(drafting, "make", too_late)
    response = check(bob, material, title="Changed")
    assert response.status_code == 422 and "published already" in words(response)
    assert text_of(Campaign.objects.get()).title == "Keep the swimming pool of Easton open"


def test_no_name_of_a_document_is_logged(bob: Client, caplog: pytest.LogCaptureFixture) -> None:
    give(bob, b"\0\1\2 Tom Okafor", "okafor.docx")
    assert "kafor" not in caplog.text


@pytest.mark.parametrize("page", ["check", "signatories", "address", "publish", "done", "delete", "original"])
def test_another_organisations_document_is_not_behind_ones_own_address(material: Material, page: str) -> None:
    charlie = Client()
    charlie.force_login(make_user("charlie@example.org", make_organisation(slug="charlies"), "owner"))
    behind = address(material, page).replace("/friends/", "/charlies/")
    assert [charlie.get(behind).status_code, charlie.post(behind).status_code][page == "publish"] == 404
    assert charlie.post(behind).status_code in (404, 405)
    assert Material.objects.filter(pk=material.pk).exists()


def test_what_somebody_else_saved_meanwhile_is_not_lost_unseen(bob: Client, material: Material) -> None:
    opened = as_shown(bob.get(address(material)))
    check(bob, material, do="save", title="Alice was first")
    mine = {name: str(value) for name, value in opened.items()} | {"title": "Bob comes second", "do": "save"}
    refused = bob.post(address(material), mine)
    assert refused.status_code == 422 and "This was saved since you opened it" in words(refused)
    material.refresh_from_db()
    assert material.checked["title"] == "Alice was first"
    again = as_shown(refused)
    assert again["title"] == "Bob comes second", "and what was typed is still there"
    assert bob.post(address(material), {k: str(v) for k, v in again.items()} | {"do": "save"}).status_code == 302
    material.refresh_from_db()
    assert material.checked["title"] == "Bob comes second"


def test_whom_somebody_else_addressed_meanwhile_is_not_lost_unseen(bob: Client, material: Material) -> None:
    check(bob, material)
    opened = {name: str(value) for name, value in as_shown(bob.get(address(material, "address"))).items()}
    make(bob, material, slug="alice-was-first")
    refused = bob.post(address(material, "address"), opened | {"slug": "bob-comes-second"})
    assert refused.status_code == 422 and "This was saved since you opened it" in words(refused)
    assert Campaign.objects.get().slug == "alice-was-first"
    again = {name: str(value) for name, value in as_shown(refused).items()}
    assert again["slug"] == "bob-comes-second" and bob.post(address(material, "address"), again).status_code == 302
    assert Campaign.objects.get().slug == "bob-comes-second"


def test_a_page_that_is_rearranged_or_wrong_still_knows_when_it_was_opened(bob: Client, material: Material) -> None:
    opened = {name: str(value) for name, value in as_shown(bob.get(address(material))).items()}
    check(bob, material, do="save", title="Alice was first")
    for changes in ({"send": "p0"}, {"do": "save", "title": ""}):
        assert as_shown(bob.post(address(material), opened | changes))["seen"] == opened["seen"]


def test_what_a_document_holds_is_never_markup(bob: Client, organisation: Organisation) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    draft = a_draft(
        [("paragraph", nasty)], title=nasty, asks=[nasty], signatories=[{"name": nasty, "affiliation": nasty}]
    )
    material = read(organisation, draft=draft, filename=f"{nasty}.md")
    for page in ("check", "signatories", "delete"):
        shown = bob.get(address(material, page)).content.decode()
        assert "<script>alert" not in shown and "<img" not in shown and "&lt;img" in shown
