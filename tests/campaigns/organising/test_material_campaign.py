"""From a document to a public page, in the browser's own steps: given, checked, addressed, seen, published."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, LetterVariant, Material, Membership, Organisation, Signature
from letters.models import Legislature
from tests.campaigns.factories import DOCUMENT, WORDING_AR, make_campaign, make_organisation, make_user, text_of
from tests.letters.factories import make_legislature

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

pytestmark = pytest.mark.django_db


# Given


def test_a_document_is_dropped_and_leads_to_its_check(bob: Client) -> None:
    response = give(bob)
    material = Material.objects.get()
    assert (response.status_code, response["Location"]) == (302, address(material))
    assert material.added_by and material.added_by.email == "bob@example.org"
    assert bob.get(response["Location"]).status_code == 200


def test_text_is_pasted(bob: Client) -> None:
    give(bob, name="", pasted=DOCUMENT.decode())
    material = Material.objects.get()
    assert material.filename == "" and material.name == "Pasted text"
    assert b"".join(bob.get(address(material, "original")).streaming_content).strip() == DOCUMENT.strip()  # type: ignore[attr-defined]


def test_the_same_document_again_leads_to_where_it_was_left(bob: Client) -> None:
    give(bob)
    again = bob.get(give(bob)["Location"])
    assert "This document was here already." in words(again) and Material.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "Choose a document, or paste its text."),
        (b"", "empty.md", "There is no text in this file."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "scan.png", "This is a picture."),
        (b"x" * 10_000_001, "long.txt", "This file is too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(bob: Client, content: bytes, name: str, said: str) -> None:
    response = give(bob, content, name)
    assert response.status_code == 422 and said in words(response)
    assert not Material.objects.exists()


def test_a_document_and_a_text_at_once_are_not_guessed_between(bob: Client) -> None:
    response = give(bob, pasted="Another text.")
    assert response.status_code == 422 and "Give the document or its text, not both" in words(response)
    assert not Material.objects.exists()


def test_who_knows_no_organisation_is_led_to_theirs(bob: Client, organisation: Organisation) -> None:
    assert bob.get("/organise/material/")["Location"] == "/organise/organisations/friends/material/"
    assert bob.get("/organise/ar/material/")["Location"] == "/organise/ar/organisations/friends/material/"
    other = make_organisation(slug="others", name="Others")
    bob_himself = Membership.objects.get(organisation=organisation).user
    Membership.objects.create(user=bob_himself, organisation=other, role="viewer")
    assert bob.get("/organise/material/").status_code == 302, "a viewer has nothing to do there"
    Membership.objects.filter(organisation=other).update(role="editor")
    page = words(bob.get("/organise/material/"))
    assert "/organise/organisations/others/material/" in page and "/organise/organisations/friends/material/" in page


# Made


def test_what_was_checked_becomes_a_draft(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material, **{"figures-0-use": "on"})
    campaign = material.campaign
    assert campaign is not None and campaign.slug == "keep-the-swimming-pool-of-easton-open"
    assert (campaign.state, campaign.kind, campaign.language, campaign.signature_goal) == ("draft", "letter", "en", 100)
    text = text_of(campaign)
    assert (text.title, text.version) == ("Keep the swimming pool of Easton open", 1)
    assert text.salutation == "Dear members of the council," and text.addressed_to == "members of the council"
    assert "- Publish the engineer's report" in text.body
    assert text.asks == ["Keep the pool open until a new one stands", "Publish the engineer's report"]
    assert text.letter_points == [] and text.letter_body == "", "supporters write to nobody"
    assert [target.name for target in campaign.targets.all()] == ["members of the council"]
    assert [(str(event.date), event.title) for event in campaign.events.all()] == [
        ("2096-12-05", "On 5 December 2096 we meet in front of the town hall.")
    ]
    [source] = campaign.sources.all()
    assert (source.author, source.publication, source.date) == ("Mara Lindqvist", "Easton Herald", "2026-10-14")
    assert not Signature.objects.exists() and campaign.published_from == {}


def test_nobody_named_in_the_document_becomes_a_signature_and_their_names_go(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material)
    assert not Signature.objects.exists()
    assert material.draft["signatories"] == [] and "Okafor" not in str(material.draft["text"])
    assert "Their names were thrown away" in words(bob.get(address(material)))


def test_the_names_stay_where_the_organiser_asks_for_it(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material, keep_signatories="on")
    assert [one["name"] for one in material.draft["signatories"]] == ["Tom Okafor", "Ada Nowak"]
    assert not Signature.objects.exists()


def test_supporters_may_write_and_pick_from_the_points(bob: Client, material: Material) -> None:
    legislature = make_legislature(name="Easton council")
    check(bob, material, **{"figures-0-use": "on", "figures-0-text": "1,240 {name} learned to swim."})
    assert make(bob, material, legislature=legislature.pk, letter_body="I write to you.").status_code == 302
    campaign = Campaign.objects.get()
    text = text_of(campaign)
    assert campaign.legislature == legislature and text.letter_body == "I write to you."
    assert text.letter_points == ["1,240 (name) learned to swim."], "braces of a document are no placeholders"
    assert text.letter_ask == "Keep the pool open until a new one stands\nPublish the engineer's report"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"slug": "no spaces"}, "Enter a valid"),
        ({"slug": "organise"}, "already means something else"),
        ({"slug": "taken"}, "Another campaign has this address."),
        ({"goal": "0"}, "greater than or equal to 1"),
        ({"legislature": "of another"}, "Select a valid choice."),
        ({"targets-1-use": "on"}, "Give a name, an office or a body, or leave this one out."),
    ],
)
def test_what_cannot_be_is_said_and_no_campaign_is_made(
    bob: Client, material: Material, changes: dict[str, Any], said: str
) -> None:
    make_campaign(slug="taken")
    list_of_another = make_legislature(kind=Legislature.Kind.LIST)
    if "legislature" in changes:
        changes = {"legislature": list_of_another.pk}
    check(bob, material)
    response = make(bob, material, **changes)
    assert response.status_code == 422 and said in words(response)
    assert Campaign.objects.count() == 1


def test_an_address_taken_at_the_last_moment_is_said_too(
    bob: Client, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    from campaigns.forms.organising.material_address import AddressForm

    check(bob, material)
    make_campaign(slug="taken")
    monkeypatch.setattr(AddressForm, "clean_slug", lambda form: form.cleaned_data["slug"])
    response = make(bob, material, slug="taken")
    assert response.status_code == 422 and "Another campaign has this address." in words(response)
    material.refresh_from_db()
    assert material.campaign is None


def test_a_title_without_latin_letters_gets_an_address_all_the_same(bob: Client, organisation: Organisation) -> None:
    draft = a_draft(title="أبقوا المسبح مفتوحًا", language="ar", standfirst="يريد المجلس إغلاقه.")
    material = checked_and_made(bob, read(organisation, draft=draft))
    assert material.campaign is not None and material.campaign.slug == f"letter-{material.sha256[:6]}"
    second = read(organisation, content=b"Another.", draft=a_draft())
    make_campaign(slug="keep-the-swimming-pool-of-easton-open")
    check(bob, second)
    assert as_shown(bob.get(address(second, "address")))["slug"] == "keep-the-swimming-pool-of-easton-open-2"


def test_going_back_makes_the_same_draft_anew(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material, title="First")
    first, digest = material.campaign, text_of(material.campaign).digest  # type: ignore[arg-type]
    assert check(bob, material, do="save", title="Second", **{"events-0-use": None}).status_code == 302
    campaign = Campaign.objects.get()
    assert campaign == first
    text = text_of(campaign)
    assert (text.title, text.version) == ("Second", 1) and text.digest != digest
    assert campaign.texts.count() == 1 and not campaign.events.exists() and campaign.targets.count() == 1
    make(bob, material, **{"targets-0-name": "The mayor", "slug": "save-our-pool"})
    campaign.refresh_from_db()
    assert campaign.slug == "save-our-pool" and [one.name for one in campaign.targets.all()] == ["The mayor"]


def test_a_translation_somebody_added_meanwhile_stays(bob: Client, material: Material) -> None:
    from campaigns import publishing

    material = checked_and_made(bob, material)
    assert material.campaign is not None
    publishing.publish_text(material.campaign, "ar", WORDING_AR)
    LetterVariant.objects.create(campaign=material.campaign, number=1, legislature=make_legislature())
    check(bob, material, title="Second")
    assert sorted(material.campaign.texts.values_list("language", "version")) == [("ar", 1), ("en", 1)]
    assert material.campaign.letter_variants.exists()


def test_before_it_is_checked_it_has_no_other_step(bob: Client, material: Material) -> None:
    assert bob.get(address(material, "address"))["Location"] == address(material)
    assert bob.post(address(material, "publish"))["Location"] == address(material)
    assert bob.get(address(material, "done"))["Location"] == address(material)
    assert not Campaign.objects.exists()


# Seen and published


def test_the_preview_is_the_page_as_it_will_be_with_a_way_on_and_back(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material)
    assert material.campaign is not None
    shown = words(bob.get(reverse("campaigns:preview", args=[material.campaign.slug])))
    assert "<b>Preview.</b>" in shown and address(material, "publish") in shown and address(material) in shown
    assert 'id="sign-title"' in shown and 'name="consent"' in shown, "the form is there as it will be"
    assert " inert" in shown and "data-count-url" not in shown, "and does nothing yet"
    assert Client().get(material.campaign.get_absolute_url()).status_code == 404


def test_a_viewer_sees_the_preview_and_cannot_publish(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material)
    assert material.campaign is not None
    viewer = Client()
    viewer.force_login(make_user("vera@example.org", material.organisation, "viewer"))
    shown = words(viewer.get(reverse("campaigns:preview", args=[material.campaign.slug])))
    assert "<b>Preview.</b>" in shown and "/material/" not in shown
    assert viewer.post(address(material, "publish")).status_code == 404


def test_the_preview_of_an_arabic_page_speaks_to_its_organiser_in_their_language(
    bob: Client, organisation: Organisation
) -> None:
    material = checked_and_made(bob, read(organisation, draft=a_draft(language="ar")))
    assert material.campaign is not None
    page = bob.get(reverse("campaigns:preview", args=[material.campaign.slug])).content.decode()
    assert '<html lang="ar" dir="rtl">' in page and '<section class="preview-bar" lang="en" dir="ltr"' in page


def test_publishing_opens_the_page_and_says_what_to_do_next(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material)
    campaign = Campaign.objects.get()
    response = publish(bob, material)
    assert response["Location"] == address(material, "done")
    done = words(bob.get(response["Location"]))
    assert "http://testserver/keep-the-swimming-pool-of-easton-open/" in done and "What to do next" in done
    campaign.refresh_from_db()
    assert campaign.state == "live" and campaign.published_at
    public = Client().get(campaign.get_absolute_url())
    assert public.status_code == 200 and "Preview" not in words(public) and "inert" not in words(public)
    assert not public.cookies


@pytest.mark.parametrize(
    ("found", "kept", "told"),
    [
        ({}, None, True),
        ({}, "on", True),
        ({"signatories": []}, None, False),
        ({"signatories_stated": "12 of us"}, None, True),
    ],
)
def test_earlier_signers_are_spoken_of_where_there_were_any(
    bob: Client, organisation: Organisation, found: dict[str, Any], kept: str | None, told: bool
) -> None:
    if "signatories_stated" in found:
        found = found | {"signatories": []}
    material = checked_and_made(bob, read(organisation, draft=a_draft(**found)), keep_signatories=kept)
    assert ("Their names were thrown away" in words(bob.get(address(material)))) == (not found and not kept)
    publish(bob, material)
    assert ("to whoever signed it before" in words(bob.get(address(material, "done")))) == told


def test_a_published_campaign_is_changed_here_no_longer(bob: Client, material: Material) -> None:
    material = checked_and_made(bob, material)
    sent = as_shown(bob.get(address(material)))
    publish(bob, material)
    for page in ("check", "address"):
        assert bob.get(address(material, page))["Location"] == address(material, "done")
    assert bob.post(address(material), sent | {"title": "Changed"})["Location"] == address(material, "done")
    assert text_of(Campaign.objects.get()).title == "Keep the swimming pool of Easton open"


def test_without_the_operators_approval_it_stays_a_draft_and_that_is_said(bob: Client, material: Material) -> None:
    Organisation.objects.update(approved_at=None)
    material = checked_and_made(bob, material)
    preview = reverse("campaigns:preview", args=[Campaign.objects.get().slug])
    shown = words(bob.get(preview))
    assert "The operator has to approve your organisation" in shown and ">Publish<" not in shown
    refused = publish(bob, material, follow=True)
    assert "The operator has not approved this organisation yet." in words(refused)
    assert Campaign.objects.get().state == "draft"


@pytest.mark.parametrize(("ticked", "filename"), [(True, "pool.md"), (True, ""), (False, "pool.md")])
def test_the_page_says_from_which_document_it_is_if_it_is_to(
    bob: Client, organisation: Organisation, ticked: bool, filename: str
) -> None:
    material = read(organisation, filename=filename)
    changes = {"name_document": "on", "source_url": "https://herald.example/pool"} if ticked else {}
    material = checked_and_made(bob, material, **changes)
    publish(bob, material)
    page = words(Client().get(Campaign.objects.get().get_absolute_url()))
    assert (material.sha256 in page) == ticked
    assert ("Published from this document: <bdi>pool.md</bdi>" in page) == (ticked and bool(filename))
    assert ('href="https://herald.example/pool" rel="nofollow"' in page) == ticked
    bob.post(address(material, "delete"))
    again = words(Client().get(Campaign.objects.get().get_absolute_url()))
    assert (material.sha256 in again) == ticked, "what the page says stays when the file is gone"


# Listed, downloaded, deleted


def test_the_original_is_downloaded_and_never_shown(bob: Client, organisation: Organisation) -> None:
    material = read(organisation, content=b"<script>alert(1)</script>", filename="page.html")
    response = bob.get(address(material, "original"))
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == 'attachment; filename="page.html"'
    assert response["Content-Type"] == "application/octet-stream" and response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"] and "no-store" in response["Cache-Control"]


def test_a_file_that_is_gone_is_no_page(bob: Client, material: Material) -> None:
    Material.objects.update(file="material/gone")
    assert bob.get(address(material, "original")).status_code == 404


def test_deleting_is_asked_for_once_more(bob: Client, material: Material) -> None:
    asked = bob.get(address(material, "delete"))
    assert "This cannot be undone." in words(asked) and Material.objects.exists()
    assert bob.post(address(material, "delete"))["Location"] == "/organise/organisations/friends/material/"
    assert not Material.objects.exists()


def test_who_deletes_is_told_what_becomes_of_the_campaign(bob: Client, material: Material) -> None:
    draft, published = "is deleted with it", "stays as it is"
    asked = words(bob.get(address(material, "delete")))
    assert draft not in asked and published not in asked
    material = checked_and_made(bob, material)
    asked = words(bob.get(address(material, "delete")))
    assert draft in asked and published not in asked
    publish(bob, material)
    asked = words(bob.get(address(material, "delete")))
    assert published in asked and draft not in asked


def test_deleting_a_document_sets_the_address_of_its_draft_free(bob: Client, organisation: Organisation) -> None:
    first, second = read(organisation), read(organisation, content=b"Another.")
    checked_and_made(bob, first)
    bob.post(address(first, "delete"))
    made = checked_and_made(bob, second).campaign
    assert made and made.slug == "keep-the-swimming-pool-of-easton-open" and made == Campaign.objects.get()


def test_the_list_says_how_far_each_is(bob: Client, organisation: Organisation) -> None:
    for number, state in enumerate(("To be checked", "Checked", "A draft is made", "Published")):
        material = read(organisation, content=str(number).encode(), filename=f"{number}.md")
        if number > 0:
            check(bob, material)
        if number > 1:
            make(bob, material)
        if number > 2:
            publish(bob, material)
        page = words(bob.get("/organise/organisations/friends/material/"))
        line = page.split(f"<bdi>{number}.md</bdi>")[1].split("</li>")[0]
        assert state in line, state


def test_the_list_asks_as_much_for_twenty_as_for_one(
    bob: Client, organisation: Organisation, django_assert_num_queries: Any
) -> None:
    user = Membership.objects.get().user
    for number in range(20):
        if number in (1, 19):
            with django_assert_num_queries(6):  # session, account, organisation, role, how many, the materials
                bob.get("/organise/organisations/friends/material/")
        read(organisation, content=str(number).encode(), added_by=user)
