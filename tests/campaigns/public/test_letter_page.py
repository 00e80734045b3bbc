"""One's own page of a letter: what became of it, its files, and what one may say about it."""

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import deciding, letter_history, posting
from campaigns.models import CampaignLetter
from config import links, ratelimit
from letters.models import Representative
from letters.models.post import State
from letters.pdf import RenderingBusy, RenderingError
from tests.campaigns.factories import make_campaign, make_seat
from tests.campaigns.letters_kept import SENT, goes, letters_out, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative() -> Representative:
    return make_seat(name="Imogen Yarborough", email="imogen@parliament.example.com")[2]


@pytest.fixture
def kept(representative: Representative) -> CampaignLetter:
    return written(make_campaign(slug="library", legislature=representative.legislature), representative)


@pytest.fixture
def mine(kept: CampaignLetter) -> str:
    return f"/letter/{links.token('letter', kept.uuid)}/"


def history(kept: CampaignLetter) -> list[str]:
    return [step.said for step in letter_history.history(CampaignLetter.objects.get(pk=kept.pk))]


def test_its_history_is_told_in_order_and_claims_no_more_than_is_known(
    client: Client, kept: CampaignLetter, mine: str
) -> None:
    assert history(kept) == ["written"]
    posting.confirm(kept)
    assert history(kept) == ["written", "confirmed by you", "queued to be sent"]
    goes(letters_out()[0], *SENT)
    assert history(kept)[-1] == "accepted by the mail server"
    page = client.get(mine).content.decode()
    assert page.count("<time") == 4 and "has been delivered" not in page
    assert "all that can be known of an email" in page


def test_one_that_came_back_and_went_on_is_told(kept: CampaignLetter) -> None:
    posting.confirm(kept)
    goes(letters_out()[0], *SENT, State.BOUNCED)
    assert history(kept)[-1] == "came back: it did not arrive"
    Representative.objects.update(email="new@parliament.example.com")
    assert deciding.readdress([letters_out()[0].pk], "account 1") == 1
    assert history(kept)[-1] == "queued again, to another address"


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ((State.LEASED, State.FAILED), "could not be sent"),
        ((State.LEASED, State.HELD), "held back for the organisers to look at"),
        ((State.LEASED, State.HANDING, State.HELD), "held: we do not know whether it arrived"),
        ((State.LEASED, State.QUEUED, State.LEASED), "queued to be sent"),
        ((State.HELD, State.CANCELLED), "stopped, not sent"),
    ],
)
def test_every_end_has_its_words(kept: CampaignLetter, states: tuple[State, ...], said: str) -> None:
    posting.confirm(kept)
    goes(letters_out()[0], *states)
    assert history(kept)[-1] == said


def test_a_withdrawn_one_says_so(kept: CampaignLetter) -> None:
    posting.confirm(kept)
    posting.withdraw(kept)
    assert history(kept)[-2:] == ["stopped, not sent", "withdrawn by you"]


def test_one_may_say_that_one_has_posted_it_and_take_that_back(client: Client, kept: CampaignLetter, mine: str) -> None:
    client.get(f"{mine}?printed=yes")
    assert history(kept) == ["written"], "a look says nothing"
    assert "you have printed and posted it" in client.post(mine, {"printed": "yes"}).content.decode()
    assert history(kept) == ["written", "printed and posted by you"]
    first = CampaignLetter.objects.get().printed_at
    client.post(mine, {"printed": "yes"})
    assert CampaignLetter.objects.get().printed_at == first
    client.post(mine, {"printed": "no"})
    assert history(kept) == ["written"]


def test_one_may_say_on_it_whether_they_answered(client: Client, kept: CampaignLetter, mine: str) -> None:
    assert "Did they answer?" not in client.get(mine).content.decode(), "nothing has gone"
    posting.confirm(kept)
    goes(letters_out()[0], *SENT)
    assert "Did they answer?" in client.get(mine).content.decode()
    client.post(mine, {"answer": "no"})
    client.post(mine, {"answer": "yes"})
    assert history(kept)[-1] == "you said: they answered"
    client.post(mine, {"answer": "perhaps"})
    assert CampaignLetter.objects.get().answer == "yes"


def test_the_letter_comes_as_a_pdf_in_large_print_and_as_text(client: Client, mine: str) -> None:
    response, large = client.get(f"{mine}letter.pdf"), client.get(f"{mine}letter.pdf?large=1")
    for made in (response, large):
        assert made["Content-Type"] == "application/pdf" and made.content.startswith(b"%PDF-")
        assert "attachment" in made["Content-Disposition"] and "no-store" in made["Cache-Control"]
    assert response.content != large.content
    text = client.get(f"{mine}letter.txt")
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert "Imogen Yarborough" in text.content.decode() and "I write about the bridge." in text.content.decode()


def test_an_erased_letter_has_no_files(client: Client, kept: CampaignLetter, mine: str) -> None:
    CampaignLetter.objects.update(anonymised_at=timezone.now())
    for name in ("letter.pdf", "letter.txt"):
        assert client.get(f"{mine}{name}").status_code == 410
        assert client.get(f"/letter/{links.token('letter-answer', kept.uuid)}/{name}").status_code == 404


def test_a_pdf_that_cannot_be_made_is_told_in_words(client: Client, mine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for error, status in ((RenderingBusy(3), 503), (RenderingError("too much"), 500)):

        def fails(*_arguments: object, **_more: object) -> bytes:
            raise error  # noqa: B023

        monkeypatch.setattr("campaigns.views.public.letters.letter_pdf", fails)
        assert client.get(f"{mine}letter.pdf").status_code == status


def test_pdfs_are_counted_by_network(client: Client, mine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ratelimit.LIMITS, "pdf", ratelimit.Limit(0, 60, "network", "open", "a test"))
    assert client.get(f"{mine}letter.pdf").status_code == 429
    assert client.get(f"{mine}letter.txt").status_code == 200
