"""Attempts on organisers' accounts."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import time
from collections import Counter

from .attempts import attempt, counted, hold
from .rows import NOBODY, organisation
from .target import NAME, OWN, PASSWORD, Answer, Target

LOGIN = "/organise/account/login/"


def sign_in(browser: Target, email: str, password: str, network: str = "") -> Answer:
    return browser.press(LOGIN, {"login": email, "password": password}, network=network)


def somebody(**fields: object) -> str:
    """A new account each time, for the limits count by account."""
    from tests.campaigns.factories import make_user

    email = f"somebody{time.monotonic_ns()}@example.org"
    make_user(email, organisation(), str(fields.get("role", "viewer")))
    return email


@attempt(
    "login", "30 passwords for one account from 30 networks, then the right one", "refused after ten, the right one too"
)
def guessing(target: Target) -> str:
    email = somebody()
    statuses = Counter(str(sign_in(target.anonymous(), email, f"guess {number}").status) for number in range(30))
    right = sign_in(target.anonymous(), email, PASSWORD)
    hold(right.status != 302 and "Too many" in right.text, f"{counted(statuses)}, then {right.status}")
    return f"{counted(statuses)}; the right one then {right.status}, with the time to come back"


@attempt("login", "one password for 130 accounts from one network", "refused after a hundred")
def spraying(target: Target) -> str:
    if (left := 900 - time.time() % 900) < 90:
        time.sleep(left + 1)  # the limit is counted in windows of a quarter of an hour: let one begin
    said = [
        "Too many" in sign_in(target.anonymous(), f"u{number}@example.org", "Password1!", "198.51.77.1").text
        for number in range(130)
    ]
    hold(not any(said[:100]) and all(said[101:]), f"first refused at {said.index(True) if True in said else 'never'}")
    return f"refused from the {said.index(True) + 1}th on"


@attempt(
    "session",
    "a session's cookie of one's own planted before somebody signs in",
    "another one after it; the planted one opens nothing",
)
def fixation(target: Target) -> str:
    email, browser = somebody(), target.anonymous()
    browser.cookies["__Host-session"] = planted = "a" * 32
    answer = sign_in(browser, email, PASSWORD)
    given = answer.cookies.get("__Host-session", "")
    browser.cookies["__Host-session"] = planted
    old = browser.get("/organise/").status
    hold(answer.status == 302 and given and given != planted and old == 302, f"{answer.status}, {old}")
    return "another cookie was given; the planted one is asked to sign in"


@attempt(
    "session", "a session's cookie kept from before signing out, and from before another password", "opens nothing"
)
def kept_sessions(target: Target) -> str:
    from campaigns.models import User

    email = somebody()
    first, second = target.signed_in(email), target.signed_in(email)
    out = first.press("/organise/account/logout/")
    after = first.get("/organise/").status
    user = User.objects.get(email=email)
    user.set_password("another correct horse")
    user.save()
    changed = second.get("/organise/").status
    hold((after, changed) == (302, 302), f"{out.status}: {after}, {changed}")
    return "asked to sign in, both times"


@attempt(
    "session",
    "the session's cookie in a script's reach, over HTTP, for subdomains, on supporters' pages",
    "HttpOnly, Secure, __Host-, SameSite; neither read nor set there",
)
def cookies(target: Target) -> str:
    import http.client

    browser = target.signed_in("alice@example.org")
    connection = http.client.HTTPConnection("127.0.0.1", target.port)
    connection.request(
        "GET", LOGIN, headers={"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.3.4"}
    )
    lines = [line for name, line in connection.getresponse().getheaders() if name.lower() == "set-cookie"]
    connection.close()
    good = all(
        all(word in line for word in ("__Host-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
        and "Domain" not in line
        for line in lines
    )
    page = browser.get("/library/")
    hold(lines and good and not page.cookies and "cookie" not in page.headers.get("vary", "").lower(), str(lines))
    return f"{len(lines)} cookie of the way in is all of that; the public page sets none to who is signed in"


@attempt(
    "mass assignment",
    "one's own page with is_superuser, is_staff, email and password besides the name; the way up with them too",
    "only the name is taken",
)
def more_of_an_account(target: Target) -> str:
    from campaigns.models import User

    email = somebody()
    browser = target.signed_in(email)
    more = {
        "is_superuser": "on",
        "is_staff": "on",
        "email": "alice@example.org",
        "password": "x",
        "role": "owner",
        "memberships-0-role": "owner",
    }
    answer = browser.press("/organise/account/", {"name": "Mallory"} | more)
    user = User.objects.get(email=email)
    hold(not user.is_superuser and not user.is_staff and user.memberships.get().role == "viewer", "more was taken")
    return f"{answer.status}; the name is {user.name}, the rest as before"


@attempt(
    "invitation", "an invitation opened twice, by somebody else, and by 20 at once", "one membership, for whom it names"
)
def invitations(target: Target) -> str:
    from concurrent.futures import ThreadPoolExecutor

    from campaigns.models import Membership
    from config import links
    from tests.campaigns.factories import make_invitation

    from .rows import organisation as alices

    email = somebody()
    from campaigns.models import Organisation

    other = Organisation.objects.get(slug="charlies")
    asked = make_invitation(other, email=email, role="editor")
    address = f"/organise/invitations/{links.token('invitation', asked.uuid)}/"
    stranger = target.signed_in("bob@example.org").press(address).status
    browser = target.signed_in(email)
    token = browser.token_in(browser.get(address))
    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(
            str(one.status)
            for one in pool.map(lambda _: browser.post(address, {"csrfmiddlewaretoken": token}, headers=OWN), range(20))
        )
    again = browser.post(address, {"csrfmiddlewaretoken": token}, headers=OWN).status
    made = (
        Membership.objects.filter(organisation=other)
        .exclude(user__email="charlie@example.org")
        .values_list("user__email", flat=True)
    )
    hold(
        list(made) == [email] and alices().pk != other.pk and "500" not in statuses,
        f"{list(made)}, {counted(statuses)}",
    )
    return f"one membership of 20 at once ({counted(statuses)}); somebody else {stranger}, again {again}"


@attempt(
    "password",
    "the link to a new password: used twice, changed, with another account's number",
    "works once, and for its account alone",
)
def reset_links(target: Target) -> str:
    from allauth.account.forms import default_token_generator
    from django.utils.http import int_to_base36

    from campaigns.models import User

    alice, bob = User.objects.get(email=somebody()), User.objects.get(email="bob@example.org")
    key = default_token_generator.make_token(alice)

    def follow(uid: str, token: str) -> str:
        browser = target.anonymous()
        first = browser.get(f"/organise/account/password/reset/{uid}-{token}/")
        browser.cookies |= first.cookies
        page = browser.get(first.headers.get("location", f"/organise/account/password/reset/{uid}-{token}/"))
        browser.cookies |= page.cookies
        given = {
            "password1": "a wholly new phrase",
            "password2": "a wholly new phrase",
            "csrfmiddlewaretoken": browser.token_in(page),
        }
        return (
            str(browser.post(first.headers.get("location", "/"), given, headers=OWN).status)
            if browser.token_in(page)
            else "no form"
        )

    mine = int_to_base36(alice.pk)
    seen = [follow(int_to_base36(bob.pk), key), follow(mine, key[:-1] + "x"), follow(mine, key), follow(mine, key)]
    bob.refresh_from_db()
    hold(seen[2] == "302" and bob.check_password(PASSWORD) and seen[3] != "302", str(seen))
    return f"another's number: {seen[0]}, changed: {seen[1]}, right: {seen[2]}, again: {seen[3]}"


@attempt(
    "roles",
    "Bob, who may only look, and Charlie of another organisation: 60 deeds by POST at Alice's addresses",
    "404 to each, nothing changed",
)
def privileges(target: Target) -> str:
    from django.urls import reverse

    from campaigns.models import Campaign, Membership, Signature

    named = (
        "life_publish",
        "life_close",
        "life_delete",
        "campaign_settings",
        "exports",
        "invalidation_do",
        "moderation",
        "paper",
        "updates",
        "letters_settings",
        "wording_edit",
    )
    before = (Campaign.objects.count(), Membership.objects.count(), Signature.objects.count())
    found: Counter[str] = Counter()
    for email in ("bob@example.org", "charlie@example.org"):
        browser = target.signed_in(email)
        token = browser.token_in(browser.get("/organise/account/"))
        paths = [
            reverse(f"campaigns:{name}", args=["library"] + (["en"] if name == "wording_edit" else []))
            for name in named
        ]
        paths += [
            reverse(f"campaigns:{name}", args=["alices"])
            for name in ("people_invite", "settings", "post_pause", "new_campaign")
        ]
        for path in paths:
            for given in ({}, {"reason": "x", "email": NOBODY, "role": "owner", "really": "on"}):
                status = browser.post(path, given | {"csrfmiddlewaretoken": token}, headers=OWN).status
                found[f"{status}"] += 1
                hold(status in (404, 403, 405), f"{email} {path}: {status}")
    hold(
        before == (Campaign.objects.count(), Membership.objects.count(), Signature.objects.count()), "something changed"
    )
    return counted(found)


@attempt(
    "enumeration",
    "the way in, up and to a new password, with an address that has an account and one that has none",
    "same status and size",
)
def accounts_told_apart(target: Target) -> str:
    known, unknown = somebody(), f"nobody{time.monotonic_ns()}@example.org"
    unknown = unknown[: unknown.index("@")].ljust(known.index("@"), "x")[: known.index("@")] + "@example.org"
    seen = []
    for path, given in (
        (LOGIN, {"login": "{}", "password": "wrong"}),
        ("/organise/account/password/reset/", {"email": "{}"}),
        ("/organise/account/sign-up/", {"name": "A", "email": "{}", "password1": "a long enough phrase"}),
    ):
        answers = []
        for email in (known, unknown):
            answer = target.anonymous().press(path, {name: value.format(email) for name, value in given.items()})
            answers.append((answer.status, len(answer.body), answer.headers.get("location")))
        hold(answers[0] == answers[1], f"{path}: {answers}")
        seen.append(str(answers[0][:2]))
    return "; ".join(seen)
