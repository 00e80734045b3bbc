"""What is read before it is shown: addresses of any kind and held words, and not what people and places are called."""

import pytest
from django.test import Client

from campaigns import holding, moderating, signing
from campaigns.holding import has_address, has_held_word
from campaigns.models import Campaign, Signature
from campaigns.moderating import Deed, Queue
from tests.campaigns.factories import make_campaign, make_organisation, make_user, signing_form

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "https://example.org/x",
    "http : //example.org",
    "www.example",
    "buy at example.com",
    "EXAMPLE.COM",
    "Example.Com",
    "x.com",
    "spam.de",
    "SPAM.DE",
    "mein-laden.shop!",
    "read bit.ly/3abc",
    "t.me/abc",
    "sub.domain.is",
    "ｅｘａｍｐｌｅ．ｃｏｍ",
    "exam\u200bple.com",
    "write to zoe@example.org",
    "zoe @ example.org",
    "zoe (at) example",
    "follow @zoe_92",
    "call +49 170 1234567",
    "0170/1234567",
    "(020) 7946 0018",
    "555-123-4567 or 212.555.0100",
    "٠١٧٠ ١٢٣ ٤٥٦٧",
)
PLAIN = (
    "Zoe O’Neill",
    "J.R.R. Tolkien",
    "Dr.med. Anna Weiß",
    "Ph.D. in history, B.Sc, M.Sc., LL.M.",
    "St.Ives and St. John’s",
    "Enough.It is time. No more.it is enough",
    "Since 1984-2024, on 12.03.2024 and 1.000.000 people; 01.02.2024",
    "£1,000,000 by 2030/31",
    "a.k.a. Zed, e.g. me, i.e. us",
    "at 10.30 p.m.",
    "Nurse @ night",
    "50% of 100 000 000",
    "Verein Soundso e.V.",
    "ليلى أحمد",
)
# Towns, families and words in which short lists find something.
NAMES = (
    "Scunthorpe",
    "Penistone and Cockermouth",
    "Lightwater, Clitheroe, Shitterton",
    "Niger, Nigeria, Montenegro, Rio Negro",
    "Dick Van Dyke and Randy Coon",
    "Kike Paki, Gaylord Focker, Jürgen Neger",
    "Spastic Society’s successor",
    "a chink in the armour, spick and span",
    "Raghav Heads, Tran Ny, Faggotter",
    "Essex, Sussex, Middlesex, Arsenal, Assam",
    "Ana Maricruz, Sudakar Rao",
)


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_of_any_kind_is_seen(text: str) -> None:
    assert has_address(text)


@pytest.mark.parametrize("text", PLAIN + NAMES)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert not has_address(text)


@pytest.mark.parametrize("text", PLAIN + NAMES)
def test_names_of_people_and_places_are_not_held(text: str) -> None:
    assert not has_held_word(text)


OWN = "Gröbel\nrotten apple\n\nشرير\n"


@pytest.mark.parametrize(
    "text",
    [
        "You GROBEL!",
        "gröbels",
        "gr0bel",
        "gröööbel",
        "g r ö b e l",
        "g.r.o.b.e.l",
        "a rotten  apple",
        "Rotten-Apple",
        "rott3n @pple",
        "شـــرير",
        "شررـرير",  # drawn out only once the stretch is gone
        "شِرِّير",
    ],
)
def test_an_organisations_words_are_found_however_they_are_dressed(text: str) -> None:
    assert has_held_word(text, OWN)


@pytest.mark.parametrize("text", ["Gröbelheim", "rotten big apple", "apple rotten", "1234", ""])
def test_they_are_whole_words_in_their_order(text: str) -> None:
    assert not has_held_word(text, OWN)


def test_a_marked_word_is_found_in_its_plural_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "_MARKS", frozenset({holding.mark("gröbel"), holding.mark("rotten apple")}))
    assert all(map(has_held_word, ("Gröbel", "GROBELS", "gr0belz", "one rotten apple")))
    assert not has_held_word("Gröbelmann")


@pytest.mark.parametrize(
    "backwards", ["tnuC giB", "!!stnuc", "nhosneruH", "elucne", "atup ed ojih", "ةطومرش اي", "كمأ سك"]
)
def test_strong_insults_are_held_in_the_languages_of_the_pages(backwards: str) -> None:
    assert has_held_word(backwards[::-1])


def test_the_file_holds_marks_alone() -> None:
    assert len(holding._MARKS) > 50
    assert all(len(one) == 20 and set(one) <= set("0123456789abcdef") for one in holding._MARKS)


def test_long_texts_take_no_time() -> None:
    """No pattern goes back and forth over what somebody made for that."""
    parts = {"a.": False, "0 ": True, "a@": False, "1-": False, "a b ": False, "@": False, "(": False, "x.y ": False}
    assert {part: holding.must_be_read(part * 600, OWN) for part in parts} == parts


# From the form to the page


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation(held_words=OWN))


def signed(client: Client, **form: str) -> Signature:
    client.post("/library/sign/", signing_form(**form))
    signature = Signature.objects.latest("pk")
    signing.confirm(signature)
    return Signature.objects.get(pk=signature.pk)


def test_a_name_with_an_address_counts_and_is_shown_once_it_is_passed(client: Client, campaign: Campaign) -> None:
    signature = signed(client, name="Zoe example.com", reason="")
    assert (signature.state, signature.name_check, signature.public_name) == ("confirmed", "held", "")
    assert list(moderating.waiting(campaign, Queue.NAMES)) == [signature]
    assert list(moderating.waiting(campaign, Queue.HELD)) == [signature]
    moderating.decide(campaign, None, {signature.pk: (Deed.PASS, signature.content_digest())})  # type: ignore[arg-type]
    signature.refresh_from_db()
    assert signature.public_name == "Zoe example.com"
    assert not moderating.waiting(campaign, Queue.HELD).exists()


@pytest.mark.parametrize("reason", ["Call 0170 1234567", "They are a rotten apple"])
def test_a_reason_waits_and_its_name_is_shown(client: Client, campaign: Campaign, reason: str) -> None:
    signature = signed(client, name="Zoe Ziegler", reason=reason)
    assert (signature.public_name, signature.public_reason) == ("Zoe Ziegler", "")
    assert list(moderating.waiting(campaign, Queue.REASONS)) == [signature]


def test_an_affiliation_holds_the_name_beside_it(client: Client, campaign: Campaign) -> None:
    assert signed(client, affiliation="Shop at example.com").public_name == ""


def test_what_is_changed_is_looked_at_anew(client: Client, campaign: Campaign) -> None:
    signature = signed(client, name="Zoe Ziegler", reason="Fine words")
    choices = {"name": "Zoe Ziegler", "affiliation": "", "display": "name", "updates": False}
    signing.change(signature, choices | {"reason": "See example.com"})
    assert Signature.objects.get().public_reason == ""
    signing.change(signature, choices | {"reason": "Fine words"})
    assert Signature.objects.get().public_reason == "Fine words"


def test_one_that_was_hidden_stays_hidden_when_it_changes(client: Client, campaign: Campaign) -> None:
    signature = signed(client, name="Zoe Ziegler", reason="Fine words")
    moderating.set_check(campaign, None, signature.pk, "reason_check", "hidden")  # type: ignore[arg-type]
    choices = {"name": "Zoe Ziegler", "affiliation": "", "display": "name", "updates": False}
    signing.change(signature, choices | {"reason": "See example.com"})
    assert Signature.objects.get().reason_check == "changed"


def test_another_organisations_words_hold_nothing_here(client: Client, campaign: Campaign) -> None:
    make_campaign(slug="other")
    client.post("/other/sign/", signing_form(name="Rotten Apple"))
    assert Signature.objects.get().public_name == "Rotten Apple"


def test_reading_afterwards_again_does_not_show_what_is_held(client: Client, campaign: Campaign) -> None:
    signed(client, name="Zoe Ziegler", reason="See example.com")
    moderating.read_first(campaign, True)
    moderating.read_first(campaign, False)
    assert Signature.objects.get().public_reason == ""


def test_moderators_see_first_what_is_held(client: Client, campaign: Campaign) -> None:
    editor = Client()
    editor.force_login(make_user("bob@example.org", campaign.organisation, "editor"))
    address = "/organise/campaigns/library/moderation/"
    assert editor.get(address).context["what"] == "reasons"
    signed(client, name="Zoe Ziegler", email="zoe@example.org", reason="Fine words")
    signed(client, name="Yan Young", email="yan@example.org", reason="See example.com")
    page = editor.get(address)
    assert page.context["what"] == "held" and [row["name"] for row in page.context["rows"]] == ["Yan Young"]
    assert "1 signature is not shown" in editor.get("/organise/campaigns/library/signatures/").content.decode()
    # Its name is hidden, for whatever reason: then the words are shown to nobody, and need not be read.
    Signature.objects.filter(public_name="Yan Young").update(name_check="hidden", public_name="")
    assert editor.get(address).context["what"] == "reasons"
