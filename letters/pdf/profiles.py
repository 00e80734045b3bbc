"""Where a letter's parts lie on the sheet, so that the recipient shows in the window of the envelope.

All lengths are millimetres from the top left corner of the sheet.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """`x, top, width, height`: where the recipient's lines may stand. `body_top`: the letter begins no higher."""

    x: float
    top: float
    width: float
    height: float
    body_top: float
    line: float = 4.0
    size_pt: float = 10.5
    page: str = "A4"
    page_height: float = 297
    marks: tuple[float, ...] = ()
    window: bool = True

    @property
    def lines(self) -> int:
        return int(self.height / self.line + 1e-6)


PROFILES: dict[str, Profile] = {
    # UK DL envelope 110 x 220, window 35 x 90, 20 from the left and 18 from the bottom (the trade's usual size).
    # A sheet folded in three is 99 high and slips by 11, so x 20-100, y 57-81 is always seen; less 2 mm of air.
    "uk_dl": Profile(x=25, top=59, width=73, height=20, body_top=90),
    # GOV.UK Notify's letter constants (alphagov/notifications-template-preview):
    # address x 24.6-120, y 40-66.2; body from 95.
    "uk_c5": Profile(x=25, top=40.5, width=93, height=25.2, body_top=95, line=4.2),
    # DIN 5008 form A: field 85 x 45 at x 20, y 27; the address's six lines begin at y 44.7, x 25.
    "din_5008_a": Profile(x=25, top=44.7, width=78, height=27.3, body_top=86, line=4.5, marks=(87, 148.5, 192)),
    # DIN 5008 form B: the same field at y 45; the address begins at y 62.7.
    "din_5008_b": Profile(x=25, top=62.7, width=78, height=27.3, body_top=103.5, line=4.5, marks=(105, 148.5, 210)),
    # US #10 on Letter paper, window 1 1/8 x 4 1/2 in: always seen x 0.875-4.375 in, y 2.5-3.167 in;
    # body from 3 3/8 in.
    "us_10": Profile(x=25, top=63.5, width=83, height=16.9, body_top=88, line=4.2, page="Letter", page_height=279.4),
    # No window: the recipient stands below the sender, and nothing is reserved.
    "none": Profile(x=25, top=42, width=100, height=20, body_top=70, line=4.8, size_pt=11, window=False),
}
DEFAULT_PROFILE = "uk_dl"

# What most offices there have in the cupboard; elsewhere in the world a sheet is printed for any envelope.
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
