"""Once somebody is anonymised nothing of them is left: in any table, file of the queue, capture, result of long work,
page kept in a cache, or line of the log. They do all that a supporter can do, and have done to them all that organisers
can; then their time passes, or they erase themselves."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from campaigns import (
    accepting,
    asking,
    bundling,
    counting,
    exports,
    filtering,
    invalidating,
    living,
    mailing,
    packing,
    promises,
    retention,
    signing,
)
from campaigns.models import Campaign, CampaignLetter, HandIn, Receipt, Signature, User
from config import jobs, links
from letters import draining, outbox
from letters.models import OutgoingEmail, Representative, Sender, Suppression
from letters.models.post import Queue
from tests.campaigns import traces
from tests.campaigns.factories import (
    links_in,
    make_campaign,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    signing_form,
    text_of,
)
from tests.campaigns.newsroom import make_update, send
from tests.letters.factories import make_representative

pytestmark = pytest.mark.django_db(transaction=True)

TYPED = {
    "name": traces.NAME,
    "email": traces.EMAIL,
    "postcode": traces.POSTCODE,
    "country": "GB",
    "affiliation": "Quuxwumpologist",
    "reason": f"Quuxwumpen must be free. Call me: {traces.PHONE}.",
    "updates": "on",
    "came_from": "quuxwumpletter / email",
}
OF_REPRESENTATIVES = {"name": "Imogen Yarborough", "email": "imogen@parliament.example.com"}


class Story:
    """One campaign with letters by email, on paper and merged; its supporter, and its owner."""

    def __init__(self) -> None:
        sender = Sender.objects.create(name="Friends", channel=Sender.Channel.CAPTURE)
        legislature, seat, self.member = make_seat("ZE39QQ", **OF_REPRESENTATIVES)
        self.by_hand = make_representative(seat, name="Jonas Quill", email="jonas@parliament.example.com")
        self.campaign = make_campaign(
            slug="library", organisation=make_organisation(sender=sender), legislature=legislature, merge_identical=True
        )
        HandIn.objects.create(campaign=self.campaign, representative=self.by_hand)
        self.owner: User = make_user("olga@example.org", self.campaign.organisation, "owner")
        make_signature(self.campaign, name="Bob Brown")  # who stays: lists and packs are of somebody still
        self.client = Client(REMOTE_ADDR=traces.NETWORK)

    def tell(self) -> None:
        """All of it, up to the end of the campaign."""
        self.sign()
        self.write()
        self.work()
        self.withdraw_a_second_and_report()

    def sign(self) -> None:
        assert self.client.post("/library/sign/", signing_form(**TYPED)).status_code == 303
        assert self.client.post("/library/sign/", signing_form(**TYPED)).status_code == 303, "and again"
        self.client.post("/library/sign/", signing_form(**TYPED | {"name": ""}))  # a form with a mistake
        deliver()
        confirm = links_in(OutgoingEmail.objects.latest("pk"))["confirm"]
        self.client.get(confirm)
        assert self.client.post(confirm, follow=True).status_code == 200
        assert self.client.post("/library/sign/", signing_form(**TYPED)).status_code == 303, "already signed"
        deliver()
        counting.fold_all()
        mine = self.mine
        self.client.get(mine)
        self.client.post(mine, {**TYPED, "save": "1", "display": "name", "name": traces.NAME})
        assert self.client.get(f"{mine}data.json").status_code == 200
        for page in ("/library/", "/library/signatures/", "/library/signatures/?name=zebedee", "/library/count.json"):
            self.client.get(page)

    @property
    def signature(self) -> Signature:
        return Signature.objects.exclude(name="").exclude(public_name="Bob Brown").earliest("pk")

    @property
    def mine(self) -> str:
        return f"/signature/{links.token('signature', self.signature.uuid)}/"

    def write(self) -> None:
        """By email, on paper and unchanged; the two roads that keep nothing too."""
        for whom, body in ((self.member, traces.LETTER), (self.by_hand, traces.LETTER)):
            fields = self.letter_to(whom, body)
            self.client.post("/library/write/", {"stage": "preview", **fields})
            self.client.post("/library/write/", {"stage": "text", **fields})
            sent = {"stage": "send", **fields, "email": traces.EMAIL, "consent": "on", "copy": "on"}
            assert self.client.post("/library/write/", sent).status_code == 303
            deliver()
        for kept in CampaignLetter.objects.all():
            path = f"/letter/confirm/{links.token('letter-confirm', kept.uuid)}/"
            assert self.client.post(path).status_code == 200
            self.client.get(f"/letter/{links.token('letter', kept.uuid)}/")
        deliver()
        assert set(CampaignLetter.objects.values_list("state", flat=True)) == {"confirmed"}

    def letter_to(self, whom: Representative, body: str) -> dict[str, str]:
        return {
            "constituency": str(whom.constituency_id),
            "representative": str(whom.pk),
            "subject": "The quuxwump library",
            "body": body,
            "name": traces.NAME,
            "address": traces.ADDRESS,
            "postcode": traces.POSTCODE,
        }

    def work(self) -> None:
        """What organisers do: an update, files, a bundle; to find somebody, to strike them out and to take it back."""
        mailing_of = make_update(self.campaign)
        Signature.objects.filter(pk=self.signature.pk).update(updates_consent_at=timezone.now() - timedelta(hours=1))
        Signature.objects.filter(pk=self.signature.pk).update(confirmed_at=timezone.now() - timedelta(hours=1))
        send(mailing_of)
        mailing.send_due()
        assert OutgoingEmail.objects.filter(kind="update").count() == 1
        deliver()
        owner = exports.owner_of(self.campaign, self.owner)
        columns = tuple(exports.tables.SIGNATURES.columns)
        for order in (
            exports.Order("signatures", "csv", columns),
            exports.Order("letters", "csv", tuple(exports.tables.TABLES["letters"].columns)),
            exports.Order("whole", "json", columns),
        ):
            exports.ask(self.campaign, self.owner, order)
        text = text_of(self.campaign)
        packing.start(
            self.campaign,
            owner,
            packing.Order(
                language="en", target=None, recipients=[text.recipient], by="alphabet", **packing.default_letter(text)
            ),
        )
        bundling.start_bundle(self.campaign, owner)
        while jobs.drain():
            pass
        assert set(jobs.Job.objects.values_list("state", flat=True)) == {"done"}
        staff = Client()
        staff.force_login(self.owner)
        workspace = "/organise/campaigns/library/"
        assert staff.post(f"{workspace}signatures/find/", {"q": traces.EMAIL}).status_code in (200, 302)
        staff.post(f"{workspace}signatures/find/", {"q": "zebedee"})
        for page in (f"signatures/{self.signature.pk}/", "signatures/", "hand-in/", "numbers/", "updates/"):
            assert staff.get(workspace + page).status_code == 200
        wanted = filtering.Wanted(source="quuxwumpletter / email")
        made = invalidating.by_filter(self.campaign, self.owner, wanted, self.signature.pk, "They look alike")
        assert made.signatures == 1
        counting.fold_all()
        invalidating.undo(self.campaign, self.owner, made.pk)
        counting.fold_all()

    def withdraw_a_second_and_report(self) -> None:
        """On another campaign of the same organisation they sign and withdraw; and their address came back once."""
        make_campaign(slug="baths", organisation=self.campaign.organisation)
        assert self.client.post("/baths/sign/", signing_form(**TYPED)).status_code == 303
        deliver()
        second = Signature.objects.latest("pk")
        signing.confirm(second)
        counting.fold_all()
        signing.withdraw(second)
        counting.fold_all()
        outbox.suppress(traces.EMAIL, Suppression.Reason.BOUNCED)


def deliver() -> None:
    accepting.take_up()
    asking.take_up()
    OutgoingEmail.objects.filter(state="queued").update(not_before=timezone.now())
    for queue in Queue:
        draining.drain(queue.value)


def later(days: int) -> Any:
    return timezone.now() + timedelta(days=days)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    with traces.everything_logged() as lines:
        yield lines


@pytest.fixture
def story(logged: list[str]) -> Story:
    for folder in ("mailbox", "private"):  # of other tests
        shutil.rmtree(settings.VAR_DIR / folder, ignore_errors=True)
    story = Story()
    story.tell()
    return story


def read_every_page_again(story: Story) -> None:
    """What a cache keeps of a page is made anew when somebody asks for it."""
    for page in ("/library/", "/library/signatures/", "/library/count.json", "/baths/", "/baths/signatures/"):
        assert Client().get(page).status_code == 200


def found_before_they_are_erased() -> None:
    """Else what follows could not fail."""
    assert {
        *("campaigns.Signature.name", "campaigns.Signature.reason", "campaigns.Signature.came_from"),
        *("campaigns.CampaignLetter.email", "letters.Letter.sender_address", "letters.Letter.body"),
        *("letters.OutgoingEmail.to_address", "letters.OutgoingEmail.values", "letters.OutgoingEmail.reply_to"),
    } <= traces.in_rows(traces.NEEDLES)
    files = traces.in_files(traces.NEEDLES)
    assert {name.split("/")[0] for name in files} >= {"mailbox", "private"}, files
    assert traces.in_the_cache(traces.NEEDLES), "a page that shows them is kept"


def test_when_their_time_is_over_nothing_is_left_of_them(story: Story, logged: list[str]) -> None:
    found_before_they_are_erased()
    keys = traces.keys_of(story.signature)
    assert len(logged) > 20
    assert len(keys) >= 2
    living.close(story.campaign)
    living.close(Campaign.objects.get(slug="baths"))
    day = promises.months_after(timezone.localdate(), 6)
    with time_machine.travel(timezone.now() + (day - timezone.localdate()) + timedelta(days=1), tick=False):
        run = retention.anonymise_expired()
        retention.anonymise_expired(later(40))  # emails that were cancelled by it have days of their own
        jobs.expire(timezone.now())
        cache.clear()  # half a year later nothing of it is in a cache
        read_every_page_again(story)
    assert run.signatures_anonymised == 2 and run.letters_scrubbed >= 1 and Receipt.objects.exists()
    assert traces.everywhere() == set()
    suppressed = set(Suppression.objects.values_list("key", flat=True))
    assert traces.in_rows(tuple(set(keys) - suppressed)) == set()
    assert traces.in_rows(tuple(suppressed)) == {"letters.Suppression.key"}, "so that nobody writes to it again"
    assert [line for line in logged if traces.found_in(line, traces.NEEDLES)] == []
    counting.fold_all()
    assert Client().get("/library/count.json").json()["count"] == 2, "what was counted stays counted"
    assert story.campaign.area_counts.get().count == 1


def test_when_they_erase_themselves_nothing_is_left_at_once(story: Story, logged: list[str]) -> None:
    assert "campaigns_signature" in traces.in_the_database(traces.NEEDLES), "what they chose to show is plain"
    keys = traces.keys_of(story.signature)
    other = Signature.objects.exclude(email="").get(campaign__slug="baths")
    for signature in (story.signature, other):
        path = f"/signature/{links.token('signature', signature.uuid)}/"
        page = story.client.post(path, {"erase": "1", "really": "1"})
        assert page.status_code == 200 and not traces.found_in(page.content.decode(), traces.NEEDLES)
    deliver()
    jobs.drain()
    jobs.expire(timezone.now())
    counting.fold_all()
    read_every_page_again(story)
    assert traces.in_rows(traces.NEEDLES) == set()
    assert traces.in_files(traces.NEEDLES) == set()
    assert traces.in_the_database(traces.NEEDLES) == set()
    assert traces.in_the_cache(traces.NEEDLES) == set()
    # That nobody floods a mailbox is remembered by its hash for some days, and that it wants nothing for good.
    allowed = {"letters.Suppression.key", "letters.Destination.key", "campaigns.SigningHour.key", "campaigns.Burst.key"}
    assert traces.in_rows(keys) <= allowed
    assert [line for line in logged if traces.found_in(line, traces.NEEDLES)] == []
    assert Client().get("/library/count.json").json()["count"] == 1
