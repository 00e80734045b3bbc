"""Where a letter's parts lie on the sheet, so that the recipient shows in the window of the envelope.

All lengths are millimetres: on a sheet from its top left corner, on an envelope from the edges that are named.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Zone(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Zone") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: "Zone") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Envelope:
    """One with a window, and the folded sheet in it, which slips about as far as it is smaller than the envelope.

    `left, bottom` are from the envelope's edges to the window's. `panel` is the width and height of the folded sheet,
    and at `panel_top` is its upper edge on the sheet: below zero, where the part with the address is the shorter one.
    """

    name: str
    width: float
    height: float
    left: float
    bottom: float
    window: tuple[float, float]
    panel: tuple[float, float]
    panel_top: float = 0

    def seen(self, right: float, down: float) -> Zone:
        """What the window shows of the sheet when it has slipped so far, of 0 to 1, from the top left corner."""
        x = self.left - right * (self.width - self.panel[0])
        top = self.height - self.bottom - self.window[1]
        y = self.panel_top + top - down * (self.height - self.panel[1])
        return Zone(x, y, x + self.window[0], y + self.window[1])

    @property
    def always_seen(self) -> Zone:
        first, last = self.seen(0, 0), self.seen(1, 1)
        return Zone(first.left, first.top, last.right, last.bottom)

    @property
    def ever_seen(self) -> Zone:
        first, last = self.seen(0, 0), self.seen(1, 1)
        return Zone(last.left, last.top, first.right, first.bottom)


@dataclass(frozen=True, slots=True)
class Profile:
    """`x, top, width, height`: where the recipient's lines may stand. `body_top`: the letter begins no higher.

    `sender`: between which distances from the left edge the sender stands, beside every window. `marks`: at which
    heights to fold and to punch. `return_bottom`: the foot of the small line with the sender's address above the
    recipient, for those that have it.
    """

    x: float
    top: float
    width: float
    height: float
    body_top: float
    line: float = 4.0
    size_pt: float = 10.5
    page: str = "A4"
    page_width: float = 210
    page_height: float = 297
    sender: tuple[float, float] = (118, 180)
    marks: tuple[float, ...] = ()
    return_bottom: float | None = None
    envelopes: tuple[Envelope, ...] = ()
    window: bool = True

    @property
    def zone(self) -> Zone:
        return Zone(self.x, self.top, self.x + self.width, self.top + self.height)

    @property
    def ever_seen(self) -> Zone:
        """Where nothing may stand but the recipient and the line of return."""
        seen = [envelope.ever_seen for envelope in self.envelopes] or [self.zone]
        lefts, tops, rights, bottoms = zip(*seen, strict=True)
        return Zone(min(lefts), min(tops), max(rights), max(bottoms))


# UK trade: window 35 x 90, 20 from the left and 18 from the bottom; A4 folded in three is 99 high.
UK_DL = Envelope("DL, UK", 220, 110, left=20, bottom=18, window=(90, 35), panel=(210, 99))
# DIN 680: window 45 x 90, 20 from the left and 15 from the bottom, in both envelopes for A4 folded to 105.
DL = Envelope("DL, DIN 680", 220, 110, left=20, bottom=15, window=(90, 45), panel=(210, 105))
C6_5 = Envelope("C6/5, DIN 680", 229, 114, left=20, bottom=15, window=(90, 45), panel=(210, 105))
# The same for form A: folded at 87 and 192 its upper part is 18 shorter than the panel and lies at its lower edge.
DL_A = Envelope("DL, DIN 680, form A", 220, 110, left=20, bottom=15, window=(90, 45), panel=(210, 105), panel_top=-18)
C6_5_A = Envelope("C6/5, DIN 680, A", 229, 114, left=20, bottom=15, window=(90, 45), panel=(210, 105), panel_top=-18)
# US trade: 4 1/8 x 9 1/2 in, window 1 1/8 x 4 1/2 in, 7/8 in from the left and 1/2 in from the bottom; Letter in three.
NO_10 = Envelope(
    "#10", 241.3, 104.775, left=22.225, bottom=12.7, window=(114.3, 28.575), panel=(215.9, 93.133)
)  # fmt: skip

PROFILES: dict[str, Profile] = {
    # Always seen are x 20-100, y 57-81: with 2 of air above and below, for no sheet is folded to the millimetre.
    "uk_dl": Profile(
        x=25, top=59, width=73, height=20, body_top=94, marks=(99, 198), envelopes=(UK_DL,)
    ),
    # GOV.UK Notify's letter constants (alphagov/notifications-template-preview): address x 24.6-120, y 40-66.2, the
    # sender from x 125, the body from y 95. It is what its printers' C5 envelopes show; other makers' windows lie
    # elsewhere, so there is no slip to reckon with, but the whole of what Notify keeps free is kept free here.
    "uk_c5": Profile(
        x=25, top=40.5, width=93, height=25.2, body_top=96, line=4.2, sender=(125, 190), marks=(148.5,)
    ),
    # DIN 5008 form A: field 85 x 45 at x 20, y 27; line of return and notes to 44.7, below them six lines of address.
    # The field is wider than what a C6/5 always shows, which ends at x 91.
    "din_5008_a": Profile(
        x=25, top=44.7, width=66, height=27.3, body_top=86, line=4.5, marks=(87, 148.5, 192), return_bottom=44,
        envelopes=(DL_A, C6_5_A),
    ),
    # DIN 5008 form B: the same field at y 45, so the address begins at y 62.7.
    "din_5008_b": Profile(
        x=25, top=62.7, width=66, height=27.3, body_top=103.5, line=4.5, marks=(105, 148.5, 210), return_bottom=62,
        envelopes=(DL, C6_5),
    ),
    # Always seen are x 0.875-4.375 in, y 2.5-3.167 in (63.5-80.4), with 1 of air. What may be seen reaches to x 5.375
    # in, so the sender stands further to the right. Postal automation wants 1/8 in free round the address: four lines
    # leave less when the sheet has slipped as far as it can.
    "us_10": Profile(
        x=25, top=64.5, width=83, height=15, body_top=94, line=3.75, size_pt=9.5, page="Letter", page_width=215.9,
        page_height=279.4, sender=(138, 200), marks=(93.1, 186.3), envelopes=(NO_10,),
    ),
    # No window: the recipient stands where a reader looks for it, and nothing is reserved.
    "none": Profile(x=25, top=42, width=90, height=24, body_top=72, line=4.8, size_pt=11, window=False),
}  # fmt: skip
DEFAULT_PROFILE = "uk_dl"

# What people there buy: DL rather than C5 in Britain, for its window lies in the same place in every shop. Elsewhere no
# envelope is a safe guess, so the recipient is written on it by hand.
BY_COUNTRY = {
    "GB": "uk_dl",
    "IE": "uk_dl",
    "DE": "din_5008_b",
    "AT": "din_5008_b",
    "CH": "din_5008_b",
    "LI": "din_5008_b",
    "US": "us_10",
    "CA": "us_10",
}


def for_country(code: str) -> str:
    """The layout for letters to a country's addresses (ISO 3166, two letters); `none` where no envelope is known."""
    return BY_COUNTRY.get(code.upper(), "none")
