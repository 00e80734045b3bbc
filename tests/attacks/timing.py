"""Whether the time that an answer takes tells who has signed, or has an account.

Answers for addresses of two kinds come interleaved, so that whatever else the machine does falls on both alike. Said are
the difference of the medians, the p value of the rank test (Mann and Whitney's; normal approximation, two-sided), and
how often somebody who sees ONE answer guesses right: a new address can be tried once, for then it is one that waits.
"""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import math
import statistics
import time
from collections.abc import Callable
from itertools import count

from .accounts import somebody
from .attempts import attempt, hold
from .forms import form
from .rows import library, signature
from .target import NAME, Target

SAMPLES = 150  # of each kind
FEW = 40  # where each costs a password's hash
GUESSED = 0.75  # of one answer: more often right than this, and it is told by time
number = count()


def ranks(one: list[float], other: list[float]) -> tuple[float, float]:
    """(how often one of the second takes longer than one of the first, p)."""
    together = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    u = sum(rank for rank, (_, kind) in enumerate(together, start=1) if kind) - len(other) * (len(other) + 1) / 2
    mean, deviation = len(one) * len(other) / 2, math.sqrt(len(one) * len(other) * (len(one) + len(other) + 1) / 12)
    return u / (len(one) * len(other)), math.erfc(abs(u - mean) / deviation / math.sqrt(2))


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
        difference = statistics.median(seen[kind]) - statistics.median(seen[first])
        said.append(f"{kind} {difference:+.2f} ms, p = {p:.2g}, guessed right {guessed:.0%}")
    return "; ".join(said), easiest


@attempt(
    "enumeration",
    "signing 150 times each with new, confirmed, waiting, struck out and suppressed addresses, timed and interleaved",
    "from one answer nobody guesses right more than 3 times in 4",
)
def signing_by_time(target: Target) -> str:
    from letters import outbox
    from letters.models import Suppression

    def known(**state: object) -> Callable[[], float]:
        made = iter(
            [
                signature(email=f"t{next(number)}.{time.monotonic_ns()}@example.org", **state).email
                for _ in range(SAMPLES + 1)
            ]
        )
        return lambda: target.post("/library/sign/", form(email=next(made), name="Alice Ahmed")).seconds

    def suppressed() -> float:
        email = f"s{next(number)}.{time.monotonic_ns()}@example.org"
        outbox.suppress(email, Suppression.Reason.BOUNCED)
        return target.post("/library/sign/", form(email=email)).seconds

    kinds = {
        "new": lambda: (
            target.post("/library/sign/", form(email=f"n{next(number)}.{time.monotonic_ns()}@example.org")).seconds
        ),
        "confirmed": known(state="confirmed"),
        "waiting": known(state="pending"),
        "struck out": known(state="invalid"),
        "suppressed": suppressed,
    }
    said, easiest = told(kinds, SAMPLES)
    hold(easiest <= GUESSED, said)
    return said


def account_form(target: Target, path: str, given: dict[str, str]) -> float:
    browser = target.anonymous()
    page = browser.get(path)
    browser.cookies |= page.cookies
    sent = given | {"csrfmiddlewaretoken": browser.token_in(page)}
    return browser.post(path, sent, headers={"Origin": f"https://{NAME}"}).seconds


def of_accounts(target: Target, path: str, given: dict[str, str]) -> tuple[str, float]:
    known = iter([somebody() for _ in range(FEW + 1)])

    def take(address: str) -> float:
        return account_form(target, path, {name: value.format(address) for name, value in given.items()})

    unknown: Callable[[], float] = lambda: take(f"u{next(number)}.{time.monotonic_ns()}@example.org")  # noqa: E731
    return told({"no account": unknown, "an account": lambda: take(next(known))}, FEW)


@attempt(
    "enumeration",
    "the way in with a wrong password, 40 times each with and without an account, timed",
    "from one answer nobody guesses right more than 3 times in 4",
)
def signing_in_by_time(target: Target) -> str:
    said, easiest = of_accounts(target, "/organise/account/login/", {"login": "{}", "password": "wrong"})
    hold(easiest <= GUESSED, said)
    return said


@attempt(
    "enumeration",
    "a forgotten password, 40 times each with and without an account, timed",
    "from one answer nobody guesses right more than 3 times in 4",
)
def forgotten_by_time(target: Target) -> str:
    said, easiest = of_accounts(target, "/organise/account/password/reset/", {"email": "{}"})
    hold(easiest <= GUESSED, said)
    return said


@attempt(
    "enumeration",
    "an account made anew, 40 times each with an address that has one and that has none, timed",
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
    "writing 40 times each with addresses that have written to the same representative and that have not, timed",
    "from one answer nobody guesses right more than 3 times in 4",
)
def writing_by_time(target: Target) -> str:
    from django.utils import timezone

    from tests.campaigns.factories import make_campaign_letter

    campaign = library()
    representative = campaign.legislature.constituencies.get().representatives.get()  # type: ignore[union-attr]
    letters = [
        make_campaign_letter(
            campaign,
            representative,
            email=f"k{n}.{time.monotonic_ns()}@example.org",
            state="confirmed",
            confirmed_at=timezone.now(),
        ).email
        for n in range(FEW + 1)
    ]
    known = iter(letters)
    given = {
        "stage": "send",
        "constituency": str(representative.constituency_id),
        "representative": str(representative.pk),
        "subject": "The library",
    }
    given |= {
        "body": "It must stay.",
        "name": "Ada",
        "address": "1 High Street",
        "postcode": "SW1A 1AA",
        "country": "GB",
        "consent": "on",
    }

    def take(email: str) -> float:
        return target.post("/library/write/", given | {"email": email}).seconds

    said, easiest = told(
        {"new": lambda: take(f"n{time.monotonic_ns()}@example.org"), "has written": lambda: take(next(known))}, FEW
    )
    hold(easiest <= GUESSED, said)
    return said
