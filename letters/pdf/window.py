"""How the recipient's lines, and the line of return above them, are set so that they fit into the window."""

import unicodedata
from functools import lru_cache

from .profiles import Profile
from .sheet import LetterSheet, one_line

MM_PER_PT = 25.4 / 72

# An address too long for its window is set smaller, and still smaller: (type size, distance of lines) of the
# profile's own, down to 8 pt, below which nobody reads it.
SMALLER = ((1.0, 1.2), (1.0, 1.0), (0.88, 0.83), (0.78, 0.83), (0.78, 0.72))
LEAST_PT = 8.0
SMALLEST = len(SMALLER) - 1
NO_FIT = len(SMALLER)  # set in full size, and it runs on under the window: such a letter needs an envelope without one

RETURN_PT, RETURN_LINE, MOST_RETURN_LINES = 7, 2.9, 3  # DIN 5008 wants at most 8 pt there, and at least 6

# Widths in ems of Noto Serif's letters, each group by its widest: a line is never wider than reckoned.
_NARROW = {0.39: "ijlftrIJ1!|'’.,;:()-[]/· ", 0.57: "acesvyxz0123456789gFk"}
_WIDTHS = {character: width for width, characters in _NARROW.items() for character in characters}
_WIDTHS |= dict.fromkeys("mwMW@%&—", 1.06)
CAPITAL, LETTER, WIDE, MARK = 0.8, 0.68, 1.1, 0.0
HANGS = 0.6  # ems that Arabic letters may reach below their line


@lru_cache(maxsize=16)
def steps(profile: Profile) -> list[tuple[float, float]]:
    """Type size in points and distance of lines in millimetres, for each step; the last is the one for NO_FIT."""
    found = []
    for size, line in SMALLER:
        points = max(profile.size_pt * size, LEAST_PT)
        found.append((round(points, 2), round(max(profile.line * line, points * MM_PER_PT), 2)))
    return [*found, (profile.size_pt, profile.line * 1.1)]


def ems(text: str) -> float:
    return sum(_WIDTHS.get(character) or _width(character) for character in text)


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return WIDE
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return MARK
    return LETTER if category == "Ll" else CAPITAL


def lines_needed(lines: tuple[str, ...], width: float, size_pt: float) -> int:
    """How many lines at most the text takes, broken between words, in so many millimetres."""
    most = width / (size_pt * MM_PER_PT)
    needed = 0
    for line in filter(None, map(one_line, lines)):
        needed += 1
        filled = 0.0
        for word in line.split(" "):
            wide = ems(word)
            if filled and filled + wide > most:
                needed += 1
                filled = 0.0
            while wide > most:  # broken anywhere, and a letter more of it on each line than will be
                needed += 1
                wide -= most - WIDE
            filled += wide + _WIDTHS[" "]
    return needed


def set_in_window(lines: tuple[str, ...], profile: Profile) -> tuple[int, tuple[str, ...]]:
    """The step of SMALLER, and the lines: as they are, or those in the middle put together; NO_FIT where that fails."""
    lines = tuple(filter(None, map(one_line, lines)))
    for step in range(len(SMALLER)):
        if _fits(lines, profile, step):
            return step, lines
    together = _together(lines, profile)
    return (SMALLEST, together) if _fits(together, profile, SMALLEST) else (NO_FIT, lines)


def fits_window(sheet: LetterSheet, profile: Profile) -> bool:
    return not profile.window or set_in_window(sheet.recipient_lines, profile)[0] != NO_FIT


def _fits(lines: tuple[str, ...], profile: Profile, step: int) -> bool:
    size_pt, line = steps(profile)[step]
    hangs = HANGS * size_pt * MM_PER_PT if any(map(_is_from_the_right, "".join(lines))) else 0
    return lines_needed(lines, profile.width, size_pt) * line + hangs <= profile.height + 1e-6


def _is_from_the_right(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


def _together(lines: tuple[str, ...], profile: Profile) -> tuple[str, ...]:
    """Who, and the line that the post sorts by, keep theirs; between them a line takes as much as it holds."""
    if len(lines) < 4:
        return lines
    who, *between, last = lines
    full: list[str] = []
    for line in between:
        longer = f"{full[-1].rstrip(',')}, {line}" if full else ""
        if longer and lines_needed((longer,), profile.width, steps(profile)[SMALLEST][0]) == 1:
            full[-1] = longer
        else:
            full.append(line)
    return who, *full, last


def return_line(sheet: LetterSheet, profile: Profile) -> list[str]:
    """The sender on one small line above the recipient, in its parts; none if that would be too long."""
    if profile.return_bottom is None or sheet.blank:
        return []
    parts = [one_line(part) for part in (sheet.sender_name, *sheet.sender_lines) if "@" not in part]
    parts = list(filter(None, parts))
    fits = lines_needed((" · ".join(parts),), profile.width, RETURN_PT) <= MOST_RETURN_LINES
    return parts if fits and len(parts) > 1 else []
