"""What owners say of their organisation. Of two at once the later is told; the log has the names of fields alone."""

import io
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from campaigns.models import LogEntry, Organisation, User
from tests.campaigns.factories import email_subject, emails, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends", translations={"fr": {"name": "Les amis"}})


@pytest.fixture
def alice(organisation: Organisation) -> Client:
    client = Client()
    client.force_login(make_user("alice@example.org", organisation, "owner"))
    return client


def page(name: str = "settings") -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "friends"})


def as_shown(client: Client) -> dict[str, Any]:
    """What a browser sends when nobody has typed anything."""
    form = client.get(page()).context["settings_form"]
    said = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in said.items() if value is not False}


def save(client: Client, form: dict[str, Any] | None = None, **changes: Any) -> Any:
    sent = (form or as_shown(client)) | changes
    return client.post(page(), {name: value for name, value in sent.items() if value is not None})


def now() -> Organisation:
    return Organisation.objects.get(slug="friends")


def logged() -> list[tuple[str, Any]]:
    return list(LogEntry.objects.order_by("pk").values_list("what", "details"))


def test_what_is_changed_is_kept_and_logged_without_what_it_says(alice: Client) -> None:
    response = save(alice, about="We *read*.", contact_email="new@example.org", name_ar="أصدقاء", about_ar="نقرأ.")
    assert response.status_code == 302
    found = now()
    assert (found.about, found.contact_email) == ("We *read*.", "new@example.org")
    # Words in a language that the page does not show stay.
    assert found.translations == {"fr": {"name": "Les amis"}, "ar": {"name": "أصدقاء", "about": "نقرأ."}}
    fields = ["contact_email", "about", "about_ar", "name_ar"]
    ((what, details),) = logged()
    assert what == "organisation.changed" and sorted(details["fields"]) == sorted(fields) and len(details) == 1
    assert "<em>read</em>" in Client().get("/organisations/friends/").content.decode()
    assert "نقرأ." in Client().get("/ar/organisations/friends/").content.decode()


def test_saving_what_is_there_changes_and_logs_nothing(alice: Client, organisation: Organisation) -> None:
    assert save(alice).status_code == 302
    assert logged() == []
    assert now().translations == organisation.translations


def test_a_translation_that_is_emptied_is_gone(alice: Client) -> None:
    save(alice, name_ar="أصدقاء")
    save(alice, name_ar="")
    assert now().translations == {"fr": {"name": "Les amis"}}


def test_its_mail_goes_out_under_its_new_name_unless_the_operator_chose_another(alice: Client) -> None:
    sender = now().sender
    save(alice, name="Readers of Northtown")
    sender.refresh_from_db()
    assert sender.name != "Readers of Northtown"  # that was not the organisation's name
    sender.name = "Readers of Northtown"
    sender.save()
    save(alice, name="Readers")
    sender.refresh_from_db()
    assert sender.name == "Readers"


def test_of_two_owners_at_once_the_later_is_told_and_nothing_is_overwritten_unseen(
    alice: Client, organisation: Organisation
) -> None:
    bob = Client()
    bob.force_login(make_user("bob@example.org", organisation, "owner"))
    his = as_shown(bob)
    save(alice, about="Alice's words")
    response = save(bob, his, about="Bob's words")
    said = response.content.decode()
    assert response.status_code == 409 and "Somebody else has saved" in said
    assert "Alice&#x27;s words" in said and "Bob&#x27;s words" in said
    assert now().about == "Alice's words"
    again = his | {"about": "Bob's words", "seen": response.context["settings_form"]["seen"].value()}
    assert save(bob, again).status_code == 302
    assert now().about == "Bob's words"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "https://evil.example"),
        ("name_ar", "https://evil.example"),
        ("name_ar", "x" * 201),
        ("contact_email", "a@example.org,b@example.org"),
        ("controller", ""),
        ("about", "x" * 10_001),
        ("accent", "red"),
        ("accent", "#12345"),
        ("accent", "#8c1d18; background: url(//evil)"),
        ("accent", "#8c1d1٨"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(alice: Client, field: str, value: str) -> None:
    before = Organisation.objects.values().get(slug="friends")
    response = save(alice, None, **{field: value})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode() or f"#id_{field}" in response.content.decode()
    assert Organisation.objects.values().get(slug="friends") == before


def test_the_address_stays_whatever_is_sent(alice: Client) -> None:
    save(alice, slug="elsewhere", approved_at="", sender="1", name="Readers")
    assert now().name == "Readers" and now().approved_at


@pytest.mark.parametrize(
    ("written", "picked", "kept"),
    [
        ("#123ABC", "#8c1d18", "#123abc"),
        ("#8c1d18", "#00ff00", "#00ff00"),
        ("#123abc", "#00ff00", "#123abc"),  # both: what was written
        ("#8c1d18", "red", "#8c1d18"),
        ("#8c1d18", "", "#8c1d18"),
    ],
)
def test_the_colour_is_written_or_picked(alice: Client, written: str, picked: str, kept: str) -> None:
    save(alice, accent=written, picked=picked)
    assert now().accent == kept


def test_the_page_shows_what_becomes_of_a_colour_that_cannot_be_read(alice: Client) -> None:
    save(alice, accent="#ffee00")
    papers = alice.get(page()).context["papers"]
    light, dark = papers
    assert light["shown"] != "#ffee00" and light["contrast"] >= 4.5 > light["asked_contrast"]
    assert dark["shown"] == "#ffee00"
    said = alice.get(page()).content.decode()
    assert "cannot be read there" in said and f'fill="{light["shown"]}"' in said


def test_only_who_has_a_second_factor_can_demand_one(alice: Client) -> None:
    response = save(alice, demands_second_factor="on")
    assert response.status_code == 422 and "lock yourself out" in response.content.decode()
    assert not now().demands_second_factor
    user = User.objects.get(email="alice@example.org")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert save(alice, demands_second_factor="on").status_code == 302
    assert now().demands_second_factor
    assert save(alice, about="We read.", demands_second_factor=None).status_code == 302
    assert not now().demands_second_factor
    assert logged() == [
        ("organisation.second_factor", {}),
        ("organisation.changed", {"fields": ["about"]}),
        ("organisation.no_second_factor", {}),
    ]


def test_after_a_refusal_a_new_purpose_asks_again(alice: Client) -> None:
    make_user("operator@example.org", is_superuser=True)
    Organisation.objects.update(approved_at=None, refused_at="2026-11-01T00:00Z", refused_why="Why?", purpose="Read")
    save(alice, about="Of no matter")
    assert now().refused_at and emails() == []
    save(alice, purpose="We read, and want others to.")
    assert now().refused_at is None and now().refused_why == ""
    assert [email_subject(email) for email in emails()] == ["Waits for your word: Friends of the Library"]
    assert [what for what, _ in logged()][-1] == "organisation.asked_again"


def test_once_it_is_approved_the_purpose_is_not_asked_for_any_more(alice: Client) -> None:
    assert "id_purpose" not in alice.get(page()).content.decode()
    save(alice, purpose="Something else")
    assert now().purpose == ""


def test_owners_see_how_their_mail_is_signed_and_cannot_change_it(alice: Client) -> None:
    said = alice.get(page()).content.decode()
    assert now().sender.name in said and "friends@example.org" in said
    assert 'name="from_address"' not in said and 'name="channel"' not in said


# The logo


def picture(format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 30, 30)).save(buffer, format)
    return buffer.getvalue()


def give(client: Client, content: bytes, name: str = "logo.png") -> Any:
    return client.post(page("settings_logo"), {"logo": SimpleUploadedFile(name, content)}, follow=True)


def test_a_logo_is_shown_to_everybody_and_taken_off_again(alice: Client) -> None:
    assert give(alice, picture()).status_code == 200
    logo = now().logo
    assert logo is not None and (logo.width, logo.height) == (40, 20)
    assert logo.get_absolute_url() in Client().get("/organisations/friends/").content.decode()
    alice.post(page("settings_logo_remove"))
    assert now().logo is None
    assert "/pictures/" not in Client().get("/organisations/friends/").content.decode()
    assert [what for what, _ in logged()] == ["organisation.logo", "organisation.logo_removed"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "can hold programs"),
        (b"%PDF-1.7", "not a picture"),
        (picture("JPEG")[:200], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(alice: Client, content: bytes, sentence: str) -> None:
    response = give(alice, content)
    assert response.status_code == 422 and sentence in response.content.decode()
    assert now().logo is None


def test_no_file_at_all(alice: Client) -> None:
    response = alice.post(page("settings_logo"))
    assert response.status_code == 422 and "Choose a picture" in response.content.decode()


def test_words_to_read_first_are_one_a_line(alice: Client) -> None:
    save(alice, held_words="  Rotten   apple \r\n\r\nGröbel\nGröbel\n")
    assert now().held_words == "Rotten apple\nGröbel"
    assert logged() == [("organisation.changed", {"fields": ["held_words"]})]


@pytest.mark.parametrize("words", ["x" * 61, "\n".join(f"word{n}" for n in range(501))])
def test_too_many_words_are_told(alice: Client, words: str) -> None:
    assert save(alice, held_words=words).status_code == 422 and now().held_words == ""
