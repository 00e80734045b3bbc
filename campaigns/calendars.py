"""One event as an iCalendar file (RFC 5545), for any calendar program."""

from datetime import UTC, timedelta

from config import links

from .models import CampaignText, Event


def event(text: CampaignText, row: Event) -> str:
    language = text.language
    title = row.in_language("title", language)
    description = row.in_language("description", language)
    page = links.absolute(text.campaign.address_in(language))
    host = links.absolute("").split("//", 1)[1].split(":")[0]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Countersign//Countersign//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:campaign-{text.campaign_id}-{row.number}@{host}",  # not its address, which may change
        f"DTSTAMP:{text.published_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{row.date:%Y%m%d}",
        f"DTEND;VALUE=DATE:{row.date + timedelta(days=1):%Y%m%d}",  # the day after, which is no part of it (3.8.2.2)
        f"SUMMARY;LANGUAGE={language}:{_escaped(title)}",
        f"DESCRIPTION;LANGUAGE={language}:{_escaped(description)}",
        f"URL:{row.url or page}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    if place := row.in_language("place", language):
        lines.insert(-3, f"LOCATION:{_escaped(place)}")
    return "".join(_folded(line) for line in lines)


def _escaped(value: str) -> str:
    """TEXT as 3.3.11 has it."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return value.replace("\r\n", "\\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, never through a character (3.1)."""
    pieces, current = [], ""
    for character in line:
        if len((current + character).encode()) > 75:
            pieces.append(current)
            current = " "
        current += character
    return "\r\n".join([*pieces, current]) + "\r\n"
