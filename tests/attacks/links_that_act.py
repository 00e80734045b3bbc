"""Attempts with links that act: made up, changed, used for something else, used again."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import secrets
from collections import Counter

from .attempts import attempt, counted, hold
from .rows import library, path, signature
from .target import Target

PAGES = {
    "confirm": "confirm",
    "signature": "signature",
    "news": "news/stop",
    "letter-confirm": "letter/confirm",
    "letter": "letter",
} | {"letter-answer": "letter/answer", "invitation": "organise/invitations"}


def state_of(row: object) -> str:
    from campaigns.models import Signature

    return Signature.objects.get(pk=row.pk).state  # type: ignore[attr-defined]


@attempt(
    "link",
    "a confirmation's link with each of its characters changed, one at a time, cut, doubled and in capitals",
    "404, nothing confirmed",
)
def tampered(target: Target) -> str:
    waiting = signature(state="pending", email="tampered@example.org")
    right = path("confirm", "confirm", waiting)
    token = right.split("/")[2]
    wrong = {token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :] for place, letter in enumerate(token)}
    wrong |= {
        token[:-1],
        token[:20],
        token * 2,
        token.upper(),
        token.replace(".", ":"),
        token + "=",
        token + "%00",
        "." * 3,
    }
    # The last character of a base64 text has bits that mean nothing; Django's signer compares texts, not bytes.
    statuses = Counter(str(target.post(f"/confirm/{one}/").status) for one in wrong)
    hold(state_of(waiting) == "pending" and set(statuses) == {"404"}, f"{counted(statuses)}, {state_of(waiting)}")
    return f"{counted(statuses)}; it still waits"


@attempt("link", "each of seven kinds of links at each page of another kind", "none does anything there")
def another_purpose(target: Target) -> str:
    from config import links

    row = signature(state="pending", email="purpose@example.org")
    statuses = Counter(
        str(target.post(f"/{page}/{links.token(purpose, row.uuid)}/").status)
        for purpose in PAGES
        for other, page in PAGES.items()
        if other != purpose
    )
    hold(state_of(row) == "pending" and not set(statuses) - {"404", "302", "403", "303"}, counted(statuses))
    return f"{counted(statuses)} of 42; the signature still waits"


@attempt("link", "10,000 links made by chance, and links signed with other keys", "none is taken")
def guessed(target: Target) -> str:
    from django.core.signing import TimestampSigner

    from config import links

    row = signature(state="pending", email="guessed@example.org")
    taken = 0
    for _ in range(10_000):
        try:
            links.read("confirm", f"{secrets.token_urlsafe(16)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(32)}")
            taken += 1
        except links.BadLink:
            pass
    packed = links.token("confirm", row.uuid).split(".")[0]
    others = [
        TimestampSigner(key=key, salt="link:confirm", sep=".").sign(packed)
        for key in ("0", "x", "secret", "django-insecure-")
    ]
    statuses = [target.post(f"/confirm/{one}/").status for one in others]
    hold(not taken and set(statuses) == {404} and state_of(row) == "pending", f"{taken}, {statuses}")
    return "none of 10,000; 404 to four other keys"


@attempt("link", "what a mail scanner does: GET, HEAD, OPTIONS, and GET with Purpose: prefetch", "nothing is confirmed")
def scanners(target: Target) -> str:
    row = signature(state="pending", email="scanner@example.org")
    address = path("confirm", "confirm", row)
    statuses = [target.ask(method, address).status for method in ("GET", "HEAD", "OPTIONS", "PUT")]
    statuses.append(target.get(address, headers={"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}).status)
    hold(state_of(row) == "pending", "it is confirmed")
    return f"{statuses}; it still waits"


@attempt(
    "link", "a confirmation's link again after confirming, after withdrawing and after erasure", "nothing is revived"
)
def replayed(target: Target) -> str:
    from campaigns import signing

    row = signature(state="pending", email="replayed@example.org")
    address = path("confirm", "confirm", row)
    seen = []
    for then in (None, signing.withdraw, signing.erase):
        if then is not None:
            then(row)
        answers = [target.post(address).status for _ in range(2)]
        from campaigns.models import Signature

        left = Signature.objects.filter(pk=row.pk).first()
        seen.append(f"{answers[0]}/{answers[1]} {left.state if left else 'gone'}")
        row = left or row
    hold(
        seen[0] in ("200/200 confirmed", "303/200 confirmed", "303/303 confirmed")
        and "confirmed" not in "".join(seen[1:]),
        "; ".join(seen),
    )
    return "; ".join(seen)


@attempt("link", "another signature's page by its number, uuid and by the link of a letter", "404")
def others_pages(target: Target) -> str:
    row, letter = signature(email="others@example.org"), library().letters.all()[0]
    tries = [
        f"/signature/{row.pk}/",
        f"/signature/{row.uuid}/",
        f"/signature/{row.uuid.hex}/",
        path("letter", "signature", letter),
        path("signature", "letter", row),
    ]
    statuses = [target.get(one).status for one in (*tries, *(f"{one}data.json" for one in tries))]
    hold(set(statuses) == {404}, str(statuses))
    return f"404 to {len(statuses)}"
