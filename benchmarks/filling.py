"""A campaign filled with signatures by PostgreSQL itself: a thousand as signing writes them, and copies of these.

Told apart by what an index looks at (who, when, which name is shown); alike in what only a reader of one row would see.
Each has its confirmation email, sent, with its events. Indexes are made anew after the rows, as a restored backup has
them: ten millions took an hour otherwise.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campaigns.models import Campaign, CampaignText, Signature

PATTERN = 1_000
DAYS = 25  # so that nothing of it is old enough to be erased
MOST_EMAILS = 1_000_000  # of the signatures beyond these the emails are long gone
SIGNATURES, EMAILS, EVENTS = "campaigns_signature", "letters_outgoingemail", "letters_deliveryevent"
# So many of each, and of one area and of none, that a page of them is full with a thousand already.
STATES = ("confirmed",) * 74 + ("pending",) * 8 + ("withdrawn",) * 6 + ("invalid",) * 6 + ("suspect",) * 6
SHOWN_AS = ("name",) * 6 + ("initials", "none", "none", "none")
CAME_FROM = ("", "", "", "newsletter / email / autumn", "facebook.com", "t.co", "poster", "www.example.org")
COUNTRIES = ("GB",) * 8 + ("IE", "FR", "DE", "US")
NAMES = ("Rose O’Connell", "Samir Haddad", "Łukasz Nowak", "Mary Ann Evans", "Aoife Ní Bhriain", "Ada Smith")
STEPS = (("queued", "leased"), ("leased", "handing"), ("handing", "sent"))


def fill(texts: "list[CampaignText]", number: int) -> None:
    """A campaign has `number` signatures afterwards, of the last DAYS days, the newest last, of these wordings."""
    from campaigns.models import Signature

    if not Signature.objects.filter(campaign=texts[0].campaign_id).exists():
        begin(texts)
        fill_pages(texts[0].campaign)
    if number > PATTERN:
        with without_indexes(SIGNATURES, EMAILS, EVENTS):
            copy(texts[0].campaign_id, number // PATTERN - 1)
    settle()


def begin(texts: "list[CampaignText]") -> None:
    from django.utils import timezone

    from campaigns import counting, emails
    from campaigns.models import Signature

    rows = [a_signature(texts[each % 7 % len(texts)], each, timezone.now()) for each in range(PATTERN)]
    for row in rows:
        row.confirmation = emails.confirm_signature(row)
        row.confirmations_sent = 1
    Signature.objects.bulk_create(rows, batch_size=200)
    # Their own time is the moment of writing, whatever they say; and they are counted as the fold would.
    _as_given(rows)
    counting.fold_all()
    _send(texts[0].campaign_id)


def fill_pages(campaign: "Campaign") -> None:
    """What many signatures bring with them, so that pages show as much with few: mail in each minute of the last
    hour, and bursts."""
    from django.utils import timezone

    from campaigns.models import Burst
    from letters.models import DeliveryEvent, OutgoingEmail
    from letters.models.post import QUEUE_OF, Kind, State

    now = timezone.now()
    kind = {"sender": campaign.organisation.sender, "kind": Kind.NOTICE, "queue": QUEUE_OF[Kind.NOTICE]}
    emails = [
        OutgoingEmail(**kind, values={}, state=State.SENT, attempts=1, created_at=at, settled_at=at)
        for at in (now - timedelta(minutes=n) for n in range(60))
    ]
    OutgoingEmail.objects.bulk_create(emails)
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(email=one, at=one.created_at, from_state=State.HANDING, to_state=State.SENT, actor="worker")
        for one in emails
    )
    hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
    seen = {"of": "domain", "key": "0" * 16, "given": 60, "confirmed": 50, "confirmed_at": now, "told_at": now}
    Burst.objects.bulk_create(Burst(campaign=campaign, hour=hour - timedelta(hours=n), **seen) for n in range(61))


def _as_given(rows: "list[Signature]") -> None:
    from campaigns.models import Signature

    for row in rows:
        row.created_at = row.consent_at or row.created_at
    Signature.objects.bulk_update(rows, ["created_at"], batch_size=200)


def a_signature(text: "CampaignText", each: int, now: datetime) -> "Signature":
    from campaigns import consent, retention
    from campaigns.models import Signature
    from letters.models import Constituency

    first, *others = Constituency.objects.order_by("pk")[:176]
    areas = [*[first] * 13, *others, *[None] * 13]  # 201: in each state some of each
    state = STATES[each % len(STATES)]
    at = now - timedelta(days=DAYS) + timedelta(days=DAYS) * each / PATTERN
    row = Signature(campaign=text.campaign, text=text, state=state, country=COUNTRIES[each % len(COUNTRIES)])
    row.display = SHOWN_AS[each % len(SHOWN_AS)]
    row.name, row.email = NAMES[each % len(NAMES)], f"signatory.{each}@example.org"
    row.area, row.came_from = areas[each % len(areas)], CAME_FROM[each % len(CAME_FROM)]
    row.postcode = "LS1 4DY"
    row.affiliation = "Nurse and trade unionist" if each % 3 == 0 else ""
    row.reason = "Nobody can say that they were not told." if each % 20 == 0 else ""
    row.name_check = row.reason_check = "passed"
    row.updates = each % 3 == 1
    row.consent, row.consent_at = consent.record(consent.for_signing(text.campaign, text)), at
    if row.updates:
        row.updates_consent, row.updates_consent_at = consent.record(consent.for_news(text.campaign)), at
    row.reminded_at = at + timedelta(days=1) if state == "pending" else None
    row.confirmed_at = None if state == "pending" else at + timedelta(minutes=9)
    row.withdrawn_at = at + timedelta(days=1) if state == "withdrawn" else None
    row.state_before_invalid = "confirmed" if state == "invalid" else ""
    row.held_for = "too_fast" if state == "suspect" else ""
    row.erase_on = retention.kept_until(text.campaign)
    row.show_as_chosen()
    return row


def _send(campaign_id: int) -> None:
    """The emails of this campaign's signatures: accepted by the mail server when they were asked for."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {EMAILS} email SET state = 'sent', attempts = 1, created_at = signed.created_at, not_before = "
            f"signed.created_at, settled_at = signed.created_at + interval '3 s' FROM {SIGNATURES} signed "
            "WHERE signed.confirmation_id = email.id AND signed.campaign_id = %s",
            [campaign_id],
        )
    _write_events(f"{EMAILS}.id IN (SELECT confirmation_id FROM {SIGNATURES} WHERE campaign_id = {campaign_id})")


def copy(campaign_id: int, times: int) -> None:
    """Each signature of a campaign that has a PATTERN so many times more: others, who came between those there are."""
    from django.db import connection

    of_emails = min(times, MOST_EMAILS // PATTERN)
    order = {"campaign": campaign_id, "step": DAYS * 86400 / PATTERN, "times": times, "least": times - of_emails}
    later = "make_interval(secs => %(step)s * n / (%(times)s + 1.0))"
    key = "md5(random()::text) || md5(random()::text)"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE pattern AS SELECT id, confirmation_id, row_number() OVER (ORDER BY id) AS number "
            f"FROM {SIGNATURES} WHERE campaign_id = %(campaign)s",
            order,
        )
        # What one row of the pattern stands for falls into one piece of time, so that keys and times go together, as
        # where people sign. LATERAL keeps that order without a sort of all there is.
        turns = "CROSS JOIN LATERAL generate_series({} + 0 * row.number, %(times)s) turn (n)"
        first = _last(EMAILS)
        email_id = f"{first} + (row.number - 1) * {of_emails} + n - %(least)s"
        moved = {name: f"row.{name} + {later}" for name in ("created_at", "not_before", "settled_at")}
        into, values = _columns(EMAILS, {"id": email_id, "uuid": "gen_random_uuid()", "to_key": key, **moved})
        rows = (
            f"(SELECT email.*, number FROM pattern JOIN {EMAILS} email ON email.id = confirmation_id ORDER BY number)"
        )
        cursor.execute(
            f"INSERT INTO {EMAILS} ({into}) SELECT {values} FROM {rows} row {turns.format('%(least)s + 1')}", order
        )
        _write_events(f"{EMAILS}.id > {first}")
        rows = f"(SELECT signed.*, number FROM pattern JOIN {SIGNATURES} signed USING (id) ORDER BY number)"
        into, values = _columns(SIGNATURES, _other_people(email_id, later, key), without="id")
        cursor.execute(f"INSERT INTO {SIGNATURES} ({into}) SELECT {values} FROM {rows} row {turns.format('1')}", order)
        cursor.execute("DROP TABLE pattern")
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{EMAILS}', 'id'), max(id)) FROM {EMAILS}")


def _other_people(email_id: str, later: str, key: str) -> dict[str, str]:
    """By column, what of a copied signature is its own."""
    name = "substr(md5(n::text || 'n' || row.number), 1, 6) || ' ' || "
    times = ("created_at", "consent_at", "confirmed_at", "withdrawn_at", "updates_consent_at", "reminded_at")
    unnamed = "CASE WHEN row.public_name_folded = '' THEN"
    return {
        "uuid": "gen_random_uuid()",
        "email_key": key,
        **{column: f"row.{column} + {later}" for column in times},
        "confirmation_id": f"CASE WHEN n > %(least)s THEN {email_id} END",
        "public_name": f"{unnamed} row.public_name ELSE upper({name}'') || row.public_name END",
        "public_name_folded": f"{unnamed} '' ELSE left({name}row.public_name_folded, 60) END",
        "counted_on": f"CASE WHEN row.counted THEN (row.confirmed_at + {later})::date END",
    }


def _write_events(which: str) -> None:
    """How these emails, which were sent, came to be."""
    from django.db import connection

    steps = ", ".join(f"({number}, '{old}', '{new}')" for number, (old, new) in enumerate(STEPS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {EVENTS} (email_id, at, from_state, to_state, actor, detail) "
            f"SELECT {EMAILS}.id, settled_at, old, new, 'worker', '' FROM {EMAILS} "
            f"CROSS JOIN (VALUES {steps}) step (number, old, new) WHERE {which}"
        )


def _last(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _columns(table: str, new: dict[str, str], without: str = "") -> tuple[str, str]:
    """Their names, and for each what is new of a copy or what it has of its row."""
    from django.db import connection

    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_description(cursor, table)]
    names = [f'"{name}"' for name in names if name != without]
    return ", ".join(names), ", ".join(new.get(name.strip('"'), f"row.{name}") for name in names)


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """But for primary keys; made again when it ends. Nor are references checked: they are copies of good ones."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint)",
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("RESET session_replication_role")
        for _name, definition in indexes:
            cursor.execute(definition)


def settle() -> None:
    """The books of all campaigns are written, the sweeper has been round, and the planner knows what there is."""
    from django.db import connection

    from campaigns import counting, sweeping
    from campaigns.models import Campaign

    for campaign in Campaign.objects.all():
        counting.reconcile(campaign, repair=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for deed in (*sweeping.quick(), *sweeping.slow()):
        deed.do()
