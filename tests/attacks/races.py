"""Attempts by many at the same moment."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from campaigns.sharing import PLACES

from .attempts import attempt, counted, hold
from .forms import form, letter
from .rows import library, path, signature
from .target import Answer, Target


def at_once(number: int, deed: Callable[[int], Answer]) -> dict[str, int]:
    """All begin together; the statuses."""
    gate = threading.Barrier(number)

    def one(index: int) -> str:
        gate.wait()
        return str(deed(index).status)

    with ThreadPoolExecutor(number) as pool:
        return Counter(pool.map(one, range(number)))


def rows_of(email: str) -> list[object]:
    from campaigns.models import Signature
    from config.crypto import email_key

    return list(Signature.objects.filter(email_key=email_key(email)))


def taken_up() -> None:
    """What the sweeper does a moment later with forms from a known address."""
    from campaigns import accepting

    while accepting.take_up():
        pass


@attempt("race", "the same signature 50 times at the same moment", "one row, one to five emails, no error")
def signed_fifty_times(target: Target) -> str:
    from letters.models import OutgoingEmail

    before = OutgoingEmail.objects.count()
    email = f"race{time.monotonic_ns()}@example.org"
    statuses = at_once(50, lambda _: target.post("/library/sign/", form(email=email)))
    taken_up()
    rows, emails = len(rows_of(email)), OutgoingEmail.objects.count() - before
    hold(
        rows == 1 and 1 <= emails <= 5 and set(statuses) == {"303"},
        f"{counted(statuses)}; {rows} rows, {emails} emails",
    )
    return f"{counted(statuses)}; 1 row, {emails} emails"


@attempt("race", "one address under 30 names at the same moment", "as many rows as an address has places, no error")
def signed_under_many_names(target: Target) -> str:
    email = f"names{time.monotonic_ns()}@example.org"
    names = [f"Name {chr(65 + number)}{chr(97 + number)}" for number in range(30)]
    statuses = at_once(30, lambda number: target.post("/library/sign/", form(email=email, name=names[number])))
    taken_up()
    rows = len(rows_of(email))
    hold(rows == len(PLACES) and set(statuses) == {"303"}, f"{counted(statuses)}; {rows} rows")
    return f"{counted(statuses)}; {rows} rows"


@attempt("race", "one confirmation 50 times at the same moment, while three processes fold", "counted once")
def confirmed_fifty_times(target: Target) -> str:
    from campaigns import counting

    counting.fold_all()
    before = library().signature_count
    address = path("confirm", "confirm", signature(state="pending", email=f"c{time.monotonic_ns()}@example.org"))
    folding = [threading.Thread(target=lambda: [counting.fold_all() for _ in range(5)]) for _ in range(3)]
    for one in folding:
        one.start()
    statuses = at_once(50, lambda _: target.post(address))
    for one in folding:
        one.join()
    counting.fold_all()
    hold(
        library().signature_count == before + 1 and "500" not in statuses,
        f"{before} → {library().signature_count}, {counted(statuses)}",
    )
    return f"{counted(statuses)}; {before} → {library().signature_count}"


@attempt(
    "race",
    "20 signatures confirmed and withdrawn at the same moment, with folds between",
    "the count is that of the rows",
)
def confirmed_and_withdrawn(target: Target) -> str:
    from campaigns import counting
    from campaigns.models import Signature

    rows = [signature(state="pending", email=f"w{number}.{time.monotonic_ns()}@example.org") for number in range(20)]
    confirm = [path("confirm", "confirm", row) for row in rows]
    mine = [path("signature", "signature", row) for row in rows]
    folder = threading.Thread(target=lambda: [counting.fold_all() for _ in range(10)])
    folder.start()
    statuses = at_once(
        40, lambda n: target.post(confirm[n // 2]) if n % 2 else target.post(mine[n // 2], {"withdraw": "1"})
    )
    folder.join()
    counting.fold_all()
    standing = Signature.objects.filter(campaign=library(), state="confirmed").count()
    hold(
        library().signature_count == standing and "500" not in statuses,
        f"count {library().signature_count}, rows {standing}, {counted(statuses)}",
    )
    return f"{counted(statuses)}; the count is {standing}, as the rows are"


@attempt(
    "race",
    "the same letter 20 times at the same moment, taken up by three sweepers at once",
    "one letter waits, its writer is asked once, no error",
)
def written_twenty_times(target: Target) -> str:
    from campaigns import asking
    from campaigns.models import CampaignLetter
    from config.crypto import email_key
    from letters.models import OutgoingEmail

    email = f"letters{time.monotonic_ns()}@example.org"
    statuses = at_once(20, lambda _: target.post("/library/write/", letter(email=email)))
    sweepers = [threading.Thread(target=asking.take_up) for _ in range(3)]
    for one in sweepers:
        one.start()
    for one in sweepers:
        one.join()
    waiting = CampaignLetter.objects.filter(email_key=email_key(email), state="pending").count()
    emails = OutgoingEmail.objects.filter(to_key=email_key(email)).count()
    seen = f"{counted(statuses)}; waiting: {waiting}, emails: {emails}"
    hold(waiting == emails == 1 and set(statuses) == {"303"}, seen)
    return seen


@attempt("race", "a page asked for 100 times at once just after a change", "no error, one and the same page")
def stampede(target: Target) -> str:
    from campaigns.models import Campaign

    Campaign.objects.filter(slug="library").update(signature_goal=12_345)
    bodies: list[bytes] = []

    def one(_: int) -> Answer:
        answer = target.get("/library/")
        bodies.append(answer.body)
        return answer

    statuses = at_once(100, one)
    hold(set(statuses) == {"200"}, counted(statuses))
    return f"{counted(statuses)}; {len(set(bodies))} different page(s)"
