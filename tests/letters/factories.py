"""Plain rows for tests of the post room and the directory. Every argument may be overridden."""

from datetime import date
from itertools import count
from typing import Any

from letters.models import Constituency, Legislature, Letter, Postcode, Representative

_number = count(1)


def make_legislature(**fields: Any) -> Legislature:
    number = next(_number)
    defaults = {"slug": f"assembly-{number}", "name": f"Assembly {number}", "country": "GB", "boundary_set": "2024"}
    return Legislature.objects.create(**{**defaults, **fields})


def make_constituency(legislature: Legislature | None = None, *postcodes: str, **fields: Any) -> Constituency:
    number = next(_number)
    legislature = legislature or make_legislature()
    defaults = {"boundary_set": legislature.boundary_set, "code": f"E{number:08}", "name": f"Northtown {number}"}
    constituency = Constituency.objects.create(legislature=legislature, **{**defaults, **fields})
    Postcode.objects.bulk_create([Postcode(postcode=postcode, constituency=constituency) for postcode in postcodes])
    return constituency


def make_representative(constituency: Constituency | None = None, **fields: Any) -> Representative:
    number = next(_number)
    constituency = constituency or make_constituency()
    defaults = {
        "legislature": constituency.legislature,
        "constituency": constituency,
        "name": f"Imogen Yarborough {number}",
        "role": "Member of Parliament",
        "email": f"member{number}@example.org",
        "address": "House of Commons\nLONDON\nZZ1 1ZZ",
    }
    return Representative.objects.create(**{**defaults, **fields})


def build_letter(representative: Representative | None = None, **fields: Any) -> Letter:
    """Not saved."""
    representative = representative or make_representative()
    defaults = {
        "representative": representative,
        "recipient_name": representative.name,
        "recipient_lines": "\n".join(representative.postal_lines),
        "sender_name": "Alice Example",
        "sender_address": "1 High Street\nNORTHTOWN\nZZ9 9ZZ",
        "sender_email": "alice@example.org",
        "subject": "The bridge",
        "salutation": f"Dear {representative.name},",
        "body": "I write about the bridge.\n\nIt is closed.",
        "closing": "Yours sincerely,",
        "dated": date(2026, 11, 20),
    }
    return Letter(**{**defaults, **fields})


def make_letter(representative: Representative | None = None, **fields: Any) -> Letter:
    letter = build_letter(representative, **fields)
    letter.save()
    return letter
