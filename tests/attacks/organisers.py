"""Attempts by an organiser on the readers of their pages, and by one organisation on another."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

from .attempts import attempt, hold
from .rows import library
from .target import OWN, Target

MARKDOWN = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt&#58;alert(1))"),
    *("[x](data:text/html;base64,PHNjcmlwdD4=)", "![x](https://evil.example.com/pixel.png)", "<svg/onload=alert(1)>", "<a href='//evil'>x</a>"),
    *("[x]( javascript&colon;alert(1))", "<iframe src=//evil>", "<style>@import '//evil'</style>", "<base href=//evil>", "<form action=//evil><input>"),
    *("[a]: javascript:alert(1)\n[a]", "<math><mtext><script>alert(1)</script>", "`<script>`\n\n<<script>script>alert(1)<</script>/script>", '[x](https://ok.example "onmouseover=alert(1))'),
)  # fmt: skip


@attempt(
    "Markdown",
    "seventeen hostile texts in a wording, an update and an organisation's page",
    "no element, address or picture of theirs",
)
def hostile_markdown(target: Target) -> str:
    import re

    from campaigns.models import CampaignText
    from campaigns.publishing import markdown

    bad = re.compile(
        r"<(script|img|iframe|style|svg|form|base|math|object)\b|href=[\"']?\s*(javascript|data|vbscript)|<[a-z][^>]*\son\w+\s*=",
        re.IGNORECASE,
    )
    texts = {text: bad.search(str(markdown(text))) for text in MARKDOWN}
    hold(not any(texts.values()), str([text for text, found in texts.items() if found]))
    alice = target.signed_in("alice@example.org")
    answer = alice.press("/organise/organisations/alices/settings/", {"about_en": "\n\n".join(MARKDOWN)})
    from campaigns.models import Organisation

    Organisation.objects.filter(slug="alices").update(about={"en": "\n\n".join(MARKDOWN)})
    page = target.get("/organisations/alices/").text
    main = page[page.find("<main") : page.find("</main")]
    hold(
        not re.search(r"<(img|iframe|style|svg|form|base|math|object)\b", main) or "evil" not in main,
        "an element of theirs on the page",
    )
    hold(
        CampaignText.objects.exists()
        and not re.search(r"href=[\"']?\s*(javascript|data|vbscript)", main, re.IGNORECASE),
        "an address of theirs",
    )
    return f"{len(MARKDOWN)} texts; the form {answer.status}, the page without any"


@attempt(
    "other organisation",
    "forms of one's own campaign with rows of another's: representatives, lists, files, variants, signatures in hidden fields",
    "refused or ignored, nothing of theirs touched",
)
def others_rows(target: Target) -> str:
    from django.urls import reverse

    from campaigns.models import Signature

    theirs = library().signatures.filter(state="confirmed")[:5]
    numbers = [str(row.pk) for row in theirs]
    charlie = target.signed_in("charlie@example.org")
    token = charlie.token_in(charlie.get("/organise/account/"))
    before = list(
        Signature.objects.filter(pk__in=numbers).order_by("pk").values_list("state", "name_check", "reason_check")
    )
    seen = []
    for name in ("moderation", "invalidation_do", "invalidation_look", "signatures_find"):
        path = reverse(f"campaigns:{name}", args=["charlies-own"])
        given = {
            "csrfmiddlewaretoken": token,
            "signature": numbers,
            "signatures": numbers,
            "pk": numbers,
            "number": numbers,
            "do": "hide",
            "reason": "x",
            "ids": numbers,
        }
        seen.append(str(charlie.post(path, given, headers=OWN).status))
    for number in numbers[:2]:
        path = reverse("campaigns:signatures_act", args=["charlies-own", int(number)])
        seen.append(
            str(
                charlie.post(
                    path, {"csrfmiddlewaretoken": token, "do": "invalidate", "reason": "x"}, headers=OWN
                ).status
            )
        )
    after = list(
        Signature.objects.filter(pk__in=numbers).order_by("pk").values_list("state", "name_check", "reason_check")
    )
    hold(before == after and "500" not in seen and "404" in seen[-1], f"{seen}")
    return f"{', '.join(seen)}; their rows are as before"


@attempt(
    "operator", "the administration for whoever is no operator: Alice, Charlie, nobody", "404, or asked to sign in"
)
def administration(target: Target) -> str:
    paths = (
        "/admin/",
        "/admin/campaigns/user/",
        "/admin/letters/sender/add/",
        "/admin/login/",
        "/organise/operator/",
        "/organise/operator/switches/",
    )
    alice = target.signed_in("alice@example.org")
    known, unknown = [alice.get(path).status for path in paths], [target.get(path).status for path in paths]
    hold(set(known) <= {404, 302} and set(unknown) == {302}, f"{known}, {unknown}")
    return f"Alice: {known}; nobody: {unknown}"


@attempt(
    "machines",
    "a mail provider's reports: without the secret, with another sender's, nested 100,000 deep, of another's email",
    "403 or 400; nothing recorded",
)
def provider_reports(target: Target) -> str:
    import base64
    import uuid

    from letters.models import Sender

    sender = library().organisation.sender
    address = f"/post/events/{sender.uuid}/"
    Sender.objects.filter(pk=sender.pk).update(
        provider="postmark", webhook_secret="of-the-attack-abcdefghijklmnopqrstuvwxyz"
    )
    right = base64.b64encode(b"countersign:of-the-attack-abcdefghijklmnopqrstuvwxyz").decode()
    kind, deep = {"Content-Type": "application/json"}, b"[" * 100_000 + b"]" * 100_000
    tries = [
        (address, {}, b"{}"),
        (address, {"Authorization": "Basic eDp5"}, b"{}"),
        (f"/post/events/{uuid.uuid4()}/", {"Authorization": f"Basic {right}"}, b"{}"),
        (address, {"Authorization": f"Basic {right}"}, deep),
        (
            address,
            {"Authorization": f"Basic {right}"},
            b'{"RecordType":"Bounce","MessageID":"' + b"x" * 100_000 + b'"}',
        ),
        (address, {"Authorization": f"Basic {right}"}, b'{"a":' * 3_000 + b"1" + b"}" * 3_000),
        (address, {"Authorization": f"Basic {right}"}, b'[1e999, -0, "\\ud800", 99999999999999999999999999]'),
    ]
    statuses = [target.post(path, body=body, headers=headers | kind).status for path, headers, body in tries]
    hold(statuses[:3] == [403] * 3 and all(status < 500 for status in statuses), str(statuses))
    return str(statuses)
