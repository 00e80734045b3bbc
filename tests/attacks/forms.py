"""Attempts with the forms that everybody may send: where they come from, and what is written into them."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import re
import time
from collections import Counter
from itertools import count
from urllib.parse import quote, urljoin, urlsplit

from .attempts import attempt, counted, hold
from .rows import library, path, signature
from .target import NAME, PASSWORD, Target

LOGIN = "/organise/account/login/"
number = count()
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>"


def form(**fields: str) -> dict[str, str]:
    """Another person's each time."""
    filled = {"name": "Ada", "email": f"a{next(number)}.{time.monotonic_ns()}@example.org", "country": "FR"}
    return filled | {"postcode": "", "affiliation": "", "reason": "", "display": "name", "consent": "on"} | fields


def letter(**fields: str) -> dict[str, str]:
    """To the representative of the library's only seat."""
    representative = library().legislature.constituencies.get().representatives.get()  # type: ignore[union-attr]
    to = {"constituency": str(representative.constituency_id), "representative": str(representative.pk)}
    typed = {"subject": "The library", "body": "It must stay.", "name": "Ada", "address": "1 High Street"}
    return {"stage": "send", "postcode": "SW1A 1AA", "country": "GB", "consent": "on"} | to | typed | fields


@attempt("csrf", "signing from another page: each Sec-Fetch-Site with each Origin", "taken from our page alone")
def where_forms_come_from(target: Target) -> str:
    found: Counter[str] = Counter()
    for site in (None, "same-origin", "none", "same-site", "cross-site", "", "nonsense"):
        for origin in (None, f"https://{NAME}", "https://evil.example.com", f"https://{NAME}.evil.example.com", "null"):
            headers: dict[str, str] = {} if site is None else {"Sec-Fetch-Site": site}
            headers |= {} if origin is None else {"Origin": origin}
            status = target.post("/library/sign/", form(), headers=headers).status
            ours = site in ("same-origin", "none") or (not site and origin in (None, f"https://{NAME}"))
            hold((status == 303) == ours, f"{site}, {origin}: {status}")
            found[str(status)] += 1
    return counted(found)


@attempt(
    "csrf",
    "an organiser's form: without a token, with another session's, from another Origin or Referer",
    "403, and nothing done",
)
def organisers_forms(target: Target) -> str:
    browser, other = target.signed_in("alice@example.org"), target.signed_in("charlie@example.org")
    address = "/organise/organisations/alices/settings/"
    page, others = browser.get(address), other.get("/organise/organisations/charlies/settings/")
    own, of_other = browser.token_in(page), other.token_in(others)
    tries: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {"Origin": f"https://{NAME}"}),
        ({"csrfmiddlewaretoken": of_other}, {"Origin": f"https://{NAME}"}),
        ({"csrfmiddlewaretoken": own}, {"Origin": "https://evil.example.com"}),
        ({"csrfmiddlewaretoken": own}, {"Origin": "null"}),
        ({"csrfmiddlewaretoken": own}, {"Referer": "https://evil.example.com/"}),
        ({"csrfmiddlewaretoken": own}, {}),  # over HTTPS a page of ours says where it is from
        ({"csrfmiddlewaretoken": own}, {"Origin": f"http://{NAME}"}),
    ]
    statuses = [browser.post(address, {"name": "Stolen"} | given, headers=headers).status for given, headers in tries]
    hold(set(statuses) == {403}, str(statuses))
    return f"403 to all {len(statuses)}"


@attempt(
    "mail",
    "a second address by comma, semicolon, line break, brackets, encoded word, group or route",
    "422, or one address",
)
def smuggled_addresses(target: Target) -> str:
    from letters.models import OutgoingEmail

    ways = [
        "a@example.org,b@example.com",
        "a@example.org;b@example.com",
        "a@example.org\r\nBcc: b@example.com",
        "a@example.org b@example.com",
    ]
    ways += [
        "<a@example.org>b@example.com",
        "=?utf-8?q?a=40example.org=2Cb?=@example.com",
        "x:a@example.org,b@example.com;",
        "@b.com:a@example.org",
    ]
    ways += [
        "a@example.org%0aBcc:b@example.com",
        '"a@example.org, b"@example.com',
        "a@example.org(b@example.com)",
        "a@example.org\u2028b@example.com",
        "a@example.org\0b",
    ]
    statuses = Counter(str(target.post("/library/sign/", form(email=way)).status) for way in ways)
    odd = [
        email.pk
        for email in OutgoingEmail.objects.all()
        if email.to_address.count("@") != 1 or set(email.to_address) & set(",;\r\n<>()\0 ")
    ]
    hold(not odd, f"{len(odd)} emails have an odd address")
    return f"{counted(statuses)}; every email has one address"


@attempt(
    "mail",
    "headers broken out of by a name: line breaks, encoded words, a thousand characters",
    "one recipient in the made email",
)
def headers_of_mail(target: Target) -> str:
    from letters.mime import parcel
    from letters.models import OutgoingEmail

    names = [
        "Ada\r\nBcc: b@example.com",
        "=?utf-8?q?=0d=0aBcc:_b@example.com?=",
        "Ada <b@example.com>",
        "Ada\u2028Bcc: b@example.com",
        "A" * 190 + "\r\n b",
    ]
    before = OutgoingEmail.objects.count()
    statuses = Counter(str(target.post("/library/sign/", form(name=name)).status) for name in names)
    for email in OutgoingEmail.objects.order_by("pk")[before:]:
        made = parcel(email).built
        recipients = [str(made["To"]), made["Bcc"], made["Cc"]]
        hold(
            made["Bcc"] is None
            and made["Cc"] is None
            and "b@example.com" not in str(made["To"].addresses[0].addr_spec),
            str(recipients),
        )
        hold(len(made["To"].addresses) == 1, str(recipients))
    return f"{counted(statuses)}; one recipient each, no Bcc"


@attempt(
    "templates",
    "{{ 7|add:7 }}, {% include %}, %(SECRET_KEY)s, ${7*7}, {0.__class__} in each field of signing and of a letter",
    "shown as typed, never computed",
)
def templates_in_fields(target: Target) -> str:
    from letters.mime import parcel
    from letters.models import OutgoingEmail

    words = "{{ 7|add:7 }}{% debug %}%(SECRET_KEY)s${7*7}{0.__class__}{settings.SECRET_KEY}"
    signed = signature(name=f"Ada {words}"[:200], reason=words, affiliation=words, email="templates@example.org")
    target.post("/library/sign/", form(name=f"Ada {words}", reason=words))
    pages = [target.get(page).text for page in ("/library/signatures/", path("signature", "signature", signed))]
    pages.append(target.post("/library/write/", letter(stage="preview", subject=words, body=words)).text)
    hold(all(words in page for page in pages), "it is not shown as it was typed")
    pages.append(parcel(OutgoingEmail.objects.latest("pk")).built.as_string())
    secret = target.environment["SECRET_KEY"]
    hold(
        all(secret not in page and "49" not in page.split(words[:4])[-1][:60] for page in pages),
        "something was computed",
    )
    return "as typed in the list, on one's own page and in a letter; no secret in the email"


@attempt(
    "scripts", "a script in each field, then every page, email and list that shows it", "no element of theirs in any"
)
def stored_scripts(target: Target) -> str:
    from letters.mime import parcel
    from letters.models import OutgoingEmail

    signed = signature(
        name=SCRIPT[:190],
        reason=SCRIPT,
        affiliation=SCRIPT,
        postcode="SW1A 1AA",
        email="scripts@example.org",
        came_from="<script>x",
    )
    target.post("/library/sign/", form(name=f"B {SCRIPT}", reason=SCRIPT, affiliation=SCRIPT, came_from=SCRIPT))
    alice = target.signed_in("alice@example.org")
    campaign = "/organise/campaigns/library"
    asked = [
        *(
            target.get(page)
            for page in ("/library/", "/library/ar/", "/library/signatures/", "/library/signatures/?name=%3Cscript")
        ),
        target.get(path("signature", "signature", signed)),
        *(
            alice.get(f"{campaign}/{page}")
            for page in ("", "signatures/", f"signatures/{signed.pk}/", "moderation/", "numbers/", "invalidation/")
        ),
        alice.get("/organise/organisations/alices/log/"),
        alice.get("/organise/organisations/alices/post/emails/queued/"),
    ]
    shown = [answer.text for answer in asked if answer.status == 200]
    bodies = [parcel(email).built.get_body(("html",)) for email in OutgoingEmail.objects.order_by("-pk")[:3]]
    shown += [body.get_content() for body in bodies if body is not None]
    for page in shown:
        hold(
            "<script>alert" not in page and "<img src=x" not in page and "<svg onload" not in page,
            page[max(0, page.find("<svg onload") - 80) :][:200],
        )
    return f"escaped on {len(shown)} pages and emails ({counted(Counter(str(answer.status) for answer in asked))})"


@attempt(
    "spreadsheets", "names that begin with =, +, -, @, tab and return; lists as CSV and XLSX", "text in every cell"
)
def formulas(target: Target) -> str:
    import io
    import zipfile

    from campaigns import exports
    from config import jobs

    for start in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0"):
        signature(name=f"{start} Ada", email=f"f{next(number)}@example.org", affiliation=start)
    alice = target.signed_in("alice@example.org")
    cells = []
    for kind in ("csv", "xlsx"):
        given = {
            "what": "signatures",
            "signatures-format": kind,
            "signatures-columns": ["name", "affiliation"],
            "signatures-password": "correct horse battery",
        }
        answer = alice.press("/organise/campaigns/library/exports/", given)
        hold(answer.status in (302, 303), f"no list was begun: {answer.status}")
        jobs.drain()
        content = alice.get(f"{answer.headers['location']}?download").body
        if kind == "csv":
            cells = [cell for line in content.decode("utf-8-sig").splitlines() for cell in line.split(",")]
            bad = [cell for cell in cells if cell.strip('"')[:1] in tuple("=+-@\t\r")]
            hold(not bad, str(bad[:3]))
        else:
            sheets = zipfile.ZipFile(io.BytesIO(content))
            hold(not any(b"<f>" in sheets.read(name) for name in sheets.namelist()), "a formula in the sheet")
    hold(exports.safe_cell("=1") == "'=1", "safe_cell")
    return f"{len(cells)} cells of CSV, none a formula; no formula in the sheet"


@attempt(
    "mass assignment",
    "signing with state, confirmed_at, pinned, origin, campaign, erase_on, name_check, signature_count besides",
    "none of it is taken",
)
def more_fields(target: Target) -> str:
    from campaigns.models import Signature

    email = f"mass{time.monotonic_ns()}@example.org"
    more = {
        "state": "confirmed",
        "confirmed_at": "2020-01-01",
        "pinned": "1",
        "origin": "imported",
        "campaign": "2",
        "erase_on": "2099-01-01",
        "counted": "on",
    }
    before = library().signature_count
    target.post(
        "/library/sign/",
        form(email=email, name_check="shown", signature_count="9", held_for="", network_key="x", **more),
    )
    made = next(row for row in Signature.objects.order_by("-pk")[:5] if row.email == email)
    hold(
        (made.state, made.pinned, made.confirmed_at, made.campaign.slug) == ("pending", None, None, "library"),
        f"{made.state} {made.pinned}",
    )
    hold(library().signature_count == before and made.erase_on.year < 2090, "more was taken")
    return "a signature that waits, like any other"


@attempt(
    "patterns",
    "texts that make regular expressions and Markdown slow, in every field that is read by one",
    "each answer within seconds",
)
def slow_patterns(target: Target) -> str:
    long = [
        "a@" + "a." * 120 + "!",
        "(" * 900,
        " " * 900 + "x",
        "\u0301" * 900,
        "www." * 220,
        "http://" * 120,
        "a" * 60 + "@" + "-" * 190,
        "٣" * 900,
    ]
    slowest = max(
        target.post("/library/sign/", form(**{field: text})).seconds
        for field in ("name", "email", "reason", "affiliation", "postcode")
        for text in long
    )
    from campaigns.publishing import markdown

    started = time.perf_counter()
    for text in (
        "[" * 5_000 + "](",
        "*a" * 5_000,
        "`" * 10_000,
        "> " * 5_000 + "x",
        "![" * 5_000,
        "&" * 20_000,
        "<" * 10_000,
        "|a" * 3_000 + "\n" + "|-" * 3_000,
    ):
        markdown(text)
    rendered = time.perf_counter() - started
    hold(slowest < 5 and rendered < 20, f"{slowest:.1f} s, Markdown {rendered:.1f} s")
    return f"the slowest form {slowest * 1000:.0f} ms; eight hostile texts of Markdown {rendered:.1f} s in all"


@attempt("redirects", "?next= to other sites in fourteen spellings, at the way in and out", "to a page of ours")
def open_redirects(target: Target) -> str:
    ways = [
        "//evil.example.com",
        "https://evil.example.com",
        "/\\evil.example.com",
        "\\\\evil.example.com",
        "///evil.example.com",
        "https:evil.example.com",
        "http:///evil.example.com",
    ]
    ways += [
        "javascript:alert(1)",
        "//evil.example.com/organise/",
        "/organise/..//evil.example.com",
        "https://campaigns.example.net@evil.example.com",
        "%2F%2Fevil.example.com",
        "/%09/evil.example.com",
        " //evil.example.com",
    ]
    led = []
    for way in ways:
        given = {"login": "bob@example.org", "password": PASSWORD, "next": way}
        answer = target.anonymous().press(LOGIN, given, page=f"{LOGIN}?next={quote(way, safe='')}")
        led.append(answer.headers.get("location", str(answer.status)))
        if len(led) % 8 == 0:
            from django.core.cache import cache

            cache.clear()  # the limit of signing in is tried elsewhere
    here = f"https://{NAME}{LOGIN}"
    away = [
        place
        for place in led
        if urlsplit(urljoin(here, re.sub("[\t\r\n]", "", place).replace("\\", "/"))).netloc != NAME
    ]
    hold(not away, str(away))
    return f"{len(ways)} led to {', '.join(sorted(set(led)))}"
