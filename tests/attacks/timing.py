"""Whether the time that an answer takes tells who has signed, or has an account.

Answers for addresses of several kinds come interleaved, so that whatever else the machine does falls on all alike. Said
are the difference of the medians and of the quick ones, the p value of the rank test (Mann and Whitney's; normal
approximation, two-sided), and how often somebody who sees ONE answer guesses right: a new address can be tried once,
for then it is one that waits.
"""

import math
import statistics
import time
from collections.abc import Callable
from itertools import count

from django.utils import timezone

from config.ratelimit import LIMITS
from tests.campaigns.factories import make_campaign_letter

from .accounts import somebody
from .attempts import attempt, hold
from .forms import form, letter
from .rows import library, signature
from .target import Target

SAMPLES = 150  # of each kind
FEW = 40  # where each costs a password's hash
GUESSED = 0.75  # of one answer: more often right than this, and it is told by time
number = count()


def another(letter: str) -> str:
    """An address of one length each time."""
    return f"{letter}{next(number)}.{time.monotonic_ns()}@example.org"


def ranks(one: list[float], other: list[float]) -> tuple[float, float]:
    """(how often one of the second takes longer than one of the first, p)."""
    together = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    u = sum(rank for rank, (_, kind) in enumerate(together, start=1) if kind) - len(other) * (len(other) + 1) / 2
    mean, deviation = len(one) * len(other) / 2, math.sqrt(len(one) * len(other) * (len(one) + len(other) + 1) / 12)
    return u / (len(one) * len(other)), math.erfc(abs(u - mean) / deviation / math.sqrt(2))


def quick(seen: list[float]) -> float:
    """What nine in ten take longer than: what else the machine does hides least there."""
    return statistics.quantiles(seen, n=10)[0]


def told(kinds: dict[str, Callable[[], float]], samples: int) -> tuple[str, float]:
    """Each kind against the first, in words; and how often the easiest is guessed."""
    for take in kinds.values():
        take()  # the first ones are slow
    seen: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(samples):
        for kind, take in kinds.items():
            seen[kind].append(take() * 1000)
    first, *others = kinds
    said, easiest = [f"{first} {statistics.median(seen[first]):.1f} ms (n = {samples} each)"], 0.5
    for kind in others:
        later, p = ranks(seen[first], seen[kind])
        guessed = max(later, 1 - later)
        easiest = max(easiest, guessed)
        middle, fast = (of(seen[kind]) - of(seen[first]) for of in (statistics.median, quick))
        said.append(f"{kind} {middle:+.2f} ms (the quick ones {fast:+.2f}), p = {p:.2g}, guessed right {guessed:.0%}")
    return "; ".join(said), easiest


@attempt(
    "enumeration",
    f"signing {SAMPLES} times each with new, confirmed, waiting, struck out and suppressed addresses, timed and "
    "interleaved",
    "from one answer nobody guesses right more than 3 times in 4",
)
def signing_by_time(target: Target) -> str:
    from letters import outbox
    from letters.models import Suppression

    def known(**state: object) -> Callable[[], float]:
        made = iter([signature(email=another("t"), **state).email for _ in range(SAMPLES + 1)])
        return lambda: target.post("/library/sign/", form(email=next(made), name="Alice Ahmed")).seconds

    def suppressed() -> float:
        email = another("s")
        outbox.suppress(email, Suppression.Reason.BOUNCED)
        return target.post("/library/sign/", form(email=email)).seconds

    kinds = {
        "new": lambda: target.post("/library/sign/", form(email=another("n"))).seconds,
        "confirmed": known(state="confirmed"),
        "waiting": known(state="pending"),
        "struck out": known(state="invalid"),
        "suppressed": suppressed,
    }
    said, easiest = told(kinds, SAMPLES)
    hold(easiest <= GUESSED, said)
    return said


def of_accounts(target: Target, path: str, given: dict[str, str]) -> tuple[str, float]:
    known = iter([somebody() for _ in range(FEW + 1)])

    def take(address: str) -> float:
        form = {name: value.format(address) for name, value in given.items()}
        return target.anonymous().press(path, form).seconds

    unknown: Callable[[], float] = lambda: take(another("u"))  # noqa: E731
    return told({"no account": unknown, "an account": lambda: take(next(known))}, FEW)


@attempt(
    "enumeration",
    f"the way in with a wrong password, {FEW} times each with and without an account, timed",
    "from one answer nobody guesses right more than 3 times in 4",
)
def signing_in_by_time(target: Target) -> str:
    said, easiest = of_accounts(target, "/organise/account/login/", {"login": "{}", "password": "wrong"})
    hold(easiest <= GUESSED, said)
    return said


@attempt(
    "enumeration",
    f"a forgotten password, {FEW} times each with and without an account, timed",
    "from one answer nobody guesses right more than 3 times in 4",
)
def forgotten_by_time(target: Target) -> str:
    said, easiest = of_accounts(target, "/organise/account/password/reset/", {"email": "{}"})
    hold(easiest <= GUESSED, said)
    return said


@attempt(
    "enumeration",
    f"an account made anew, {FEW} times each with an address that has one and that has none, timed",
    "from one answer nobody guesses right more than 3 times in 4",
)
def signing_up_by_time(target: Target) -> str:
    said, easiest = of_accounts(
        target, "/organise/account/sign-up/", {"name": "Ada", "email": "{}", "password1": "a long enough phrase"}
    )
    hold(easiest <= GUESSED, said)
    return said


@attempt(
    "enumeration",
    f"writing {SAMPLES} times each with addresses that are new, have written to the same representative, have a letter "
    "that waits, had their share of mail, and are suppressed, timed and interleaved",
    "from one answer nobody guesses right more than 3 times in 4",
)
def writing_by_time(target: Target) -> str:
    from campaigns import asking
    from letters import outbox
    from letters.models import Suppression

    campaign = library()
    representative = campaign.legislature.constituencies.get().representatives.get()  # type: ignore[union-attr]

    def take(email: str) -> float:
        return target.post("/library/write/", letter(email=email)).seconds

    def known(**state: object) -> Callable[[], float]:
        rows = [make_campaign_letter(campaign, representative, email=another("k"), **state) for _ in range(SAMPLES + 1)]
        made = iter(rows)
        return lambda: take(next(made).email)

    def suppressed() -> float:
        email = another("s")
        outbox.suppress(email, Suppression.Reason.BOUNCED)
        return take(email)

    often = another("o")
    for _ in range(LIMITS["letter_send_email"].count + 1):
        take(often)
        asking.take_up()
    kinds = {
        "new": lambda: take(another("n")),
        "has written": known(state="confirmed", confirmed_at=timezone.now()),
        "waiting": known(state="pending"),
        "had its share": lambda: take(often),
        "suppressed": suppressed,
    }
    said, easiest = told(kinds, SAMPLES)
    hold(easiest <= GUESSED, said)
    return said
