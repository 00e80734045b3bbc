"""How the directory's people are addressed: a letter's first and last line, and the first line of its envelope.

One table, by language, office and country. A gender is used only where the directory gives one, and never read from a
name; without it the neutral form stands. Each row says where it comes from; `USUAL` marks a form that is in general use
and for which no guide was at hand.

A language that has no row for an office has a general one. A language that has none at all is written to in English.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from letters.pdf.sheet import one_line

if TYPE_CHECKING:  # the directory asks here for the first line of its envelopes
    from letters.models import Representative


class Gendered(NamedTuple):
    neutral: str
    female: str
    male: str


Form = str | Gendered


@dataclass(frozen=True, slots=True)
class Forms:
    """Placeholders: {name} the whole name; {family} the family name, or the whole one; {title} Dr, Prof and the like;
    {addressee} as English says it: "Dr Smith", "Sir Keir", "Lady Smith", or the whole name; {styled} the name with all
    that stands before and after it; {after} what stands after it: Jr., CBE."""

    salutation: Form
    closing: Form
    envelope: Form
    source: str


USUAL = "usual form, unsourced"
# What was read, and what for.
_MP = "london-guides.co.uk, forms of address: Members of Parliament; ehow.co.uk, How to address a letter to an MP"
_PEERS = "blog.benl.co.uk, How to Address Peers (2020); london-guides.co.uk: Dear Lord, Dear Lady"
_MINISTER = "writing-skills.com, Writing to the Government: Dear Minister; london-guides.co.uk"
_US = (
    "US Department of Commerce, Models of Address and Salutation (2012); US Navy, SECNAV M-5216.5, appendix B: "
    "not for city and county officials"
)
_BMI = (
    "Bundesministerium des Innern, Ratgeber für Anschriften und Anreden: office without name, accusative on envelopes"
)
_SEKADA = "sekada.de, So reden und schreiben Sie Politiker korrekt an: Frau and Herrn on every envelope"
_FR = (
    "Journal des maires, Comment fait-on pour écrire à une autorité: title without name, repeated in the closing, "
    "Madame, Monsieur where the sex is not known; studylibfr.com/doc/1885611; titles of women in the feminine"
)
_PL = "Business Insider Polska (2022), how officials are addressed; bojkot2020.pl, a citizens' model letter"
_PL_ANY = "rp.pl, Etykieta językowa w korespondencji: no surname after Szanowny Panie"
_AR = "Akhbar al-Khaleej 15123 (2019), on titles in parliament: deputies are addressed as سعادة"
_KU = "kurdishacademy.org, open letters to parliament and ministers: Birêz, بەڕێز"

_YOURS, _US_YOURS = "Yours sincerely,", "Sincerely,"
_GRUESSE, _SZACUNEK = "Mit freundlichen Grüßen", "Z wyrazami szacunku"
_IHTIRAM = "وتفضلوا بقبول فائق الاحترام والتقدير،"
_SILAV, _SLAW = "Bi rêz û silav,", "لەگەڵ ڕێز و سڵاودا،"


def _german(female: str, male: str, male_accusative: str, source: str) -> Forms:
    return Forms(
        Gendered("Guten Tag {title} {name},", f"Sehr geehrte Frau {female},", f"Sehr geehrter Herr {male},"),
        _GRUESSE,
        Gendered("{title} {name}", f"Frau {female} {{title}} {{name}}", f"Herrn {male_accusative} {{title}} {{name}}"),
        source,
    )


def _french(female: str, male: str, regard: str = "haute considération") -> Forms:
    """`female`, `male`: the whole form of address: "Madame la Députée"."""
    calls = Gendered("Madame, Monsieur", female, male)
    close = "Je vous prie d’agréer, {}, l’expression de ma " + regard + "."
    return Forms(
        Gendered(*(f"{call}," for call in calls)),
        Gendered(*(close.format(call) for call in calls)),
        Gendered("{name}", f"{female} {{name}}", f"{male} {{name}}"),
        _FR,
    )


def _polish(female: str, male: str, male_vocative: str, source: str = _PL) -> Forms:
    return Forms(
        Gendered("Szanowni Państwo,", f"Szanowna Pani {female},", f"Szanowny Panie {male_vocative},"),
        _SZACUNEK,
        Gendered("{title} {name}", f"Pani {female} {{title}} {{name}}", f"Pan {male} {{title}} {{name}}"),
        source,
    )


def _arabic(neutral: str, female: str, male: str, source: str) -> Forms:
    return Forms(
        Gendered(f"{neutral} {{name}}،", f"{female} {{name}} المحترمة،", f"{male} {{name}} المحترم،"),
        _IHTIRAM,
        Gendered("{name}", f"{female} {{name}}", f"{male} {{name}}"),
        source,
    )


_ANY_AR = "حضرة السيد/السيدة"
_DEPUTY_AR = _arabic(_ANY_AR, "سعادة النائبة", "سعادة النائب", _AR)
_DEPUTY_DE = _german("Abgeordnete", "Abgeordneter", "Abgeordneten", _BMI)
_DEPUTY_FR = _french("Madame la Députée", "Monsieur le Député")
_DEPUTY_PL = _polish("Poseł", "Poseł", "Pośle")

# (language, office, country): an empty office is anybody's, an empty country everywhere's.
TABLE: dict[tuple[str, str, str], Forms] = {
    ("en", "", ""): Forms("Dear {addressee},", _YOURS, "{styled}", USUAL),
    ("en", "mp", ""): Forms("Dear {addressee},", _YOURS, "{styled} MP", _MP),
    ("en", "mep", ""): Forms("Dear {addressee},", _YOURS, "{styled} MEP", _MP),
    ("en", "peer", ""): Forms("Dear {addressee},", _YOURS, "{styled}", _PEERS),
    ("en", "minister", ""): Forms("Dear Minister,", _YOURS, "{styled}", _MINISTER),
    ("en", "senator", ""): Forms("Dear Senator {family},", _YOURS, "Senator {styled}", USUAL),
    ("en", "councillor", ""): Forms("Dear Councillor {family},", _YOURS, "Councillor {styled}", USUAL),
    ("en", "deputy", "IE"): Forms("Dear Deputy {family},", _YOURS, "{styled} TD", USUAL),
    ("en", "congress", ""): Forms("Dear Representative {family}:", _US_YOURS, "The Honorable {name} {after}", _US),
    ("en", "senator", "US"): Forms("Dear Senator {family}:", _US_YOURS, "The Honorable {name} {after}", _US),
    ("en", "", "US"): Forms("Dear {addressee}:", _US_YOURS, "{styled}", _US),
    ("de", "", ""): Forms(
        Gendered(
            "Guten Tag {title} {name},", "Sehr geehrte Frau {title} {family},", "Sehr geehrter Herr {title} {family},"
        ),
        _GRUESSE,
        Gendered("{title} {name}", "Frau {title} {name}", "Herrn {title} {name}"),
        _SEKADA,
    ),
    ("de", "mp", ""): _DEPUTY_DE,
    ("de", "deputy", ""): _DEPUTY_DE,
    ("de", "mep", ""): _DEPUTY_DE,
    ("de", "congress", ""): _DEPUTY_DE,
    ("de", "peer", ""): Forms(
        Gendered("Guten Tag {addressee},", "Sehr geehrte {addressee},", "Sehr geehrter {addressee},"),
        _GRUESSE,
        "{styled}",
        USUAL,
    ),
    ("de", "senator", ""): _german("Senatorin", "Senator", "Senator", _BMI),
    ("de", "minister", ""): _german("Ministerin", "Minister", "Minister", _BMI),
    ("fr", "", ""): _french("Madame", "Monsieur", "considération distinguée"),
    ("fr", "mp", ""): _DEPUTY_FR,
    ("fr", "deputy", ""): _DEPUTY_FR,
    ("fr", "mep", ""): _DEPUTY_FR,
    ("fr", "congress", ""): _french("Madame la Représentante", "Monsieur le Représentant"),
    ("fr", "senator", ""): _french("Madame la Sénatrice", "Monsieur le Sénateur"),
    ("fr", "minister", ""): _french("Madame la Ministre", "Monsieur le Ministre", "très haute considération"),
    ("fr", "councillor", ""): _french("Madame la Conseillère", "Monsieur le Conseiller", "considération distinguée"),
    ("pl", "", ""): Forms(
        Gendered("Szanowni Państwo,", "Szanowna Pani,", "Szanowny Panie,"),
        _SZACUNEK,
        Gendered("{title} {name}", "Pani {title} {name}", "Pan {title} {name}"),
        _PL_ANY,
    ),
    ("pl", "mp", ""): _DEPUTY_PL,
    ("pl", "deputy", ""): _DEPUTY_PL,
    ("pl", "mep", ""): _DEPUTY_PL,
    ("pl", "congress", ""): _DEPUTY_PL,
    ("pl", "senator", ""): _polish("Senator", "Senator", "Senatorze"),
    ("pl", "minister", ""): _polish("Minister", "Minister", "Ministrze"),
    ("pl", "councillor", ""): _polish("Radna", "Radny", "Radny", USUAL),
    ("ar", "", ""): _arabic(_ANY_AR, "حضرة السيدة", "حضرة السيد", USUAL),
    ("ar", "mp", ""): _DEPUTY_AR,
    ("ar", "deputy", ""): _DEPUTY_AR,
    ("ar", "mep", ""): _DEPUTY_AR,
    ("ar", "congress", ""): _DEPUTY_AR,
    ("ar", "senator", ""): _arabic(_ANY_AR, "سعادة السيناتورة", "سعادة السيناتور", USUAL),
    ("ar", "minister", ""): _arabic(_ANY_AR, "معالي الوزيرة", "معالي الوزير", USUAL),
    ("ku", "", ""): Forms("Birêz {name},", _SILAV, "{name}", _KU),
    ("ku", "mp", ""): Forms("Birêz Parlamenter {name},", _SILAV, "{name}", USUAL),
    ("ku", "deputy", ""): Forms("Birêz Parlamenter {name},", _SILAV, "{name}", USUAL),
    ("ku", "mep", ""): Forms("Birêz Parlamenter {name},", _SILAV, "{name}", USUAL),
    ("ku", "senator", ""): Forms("Birêz Senator {name},", _SILAV, "{name}", USUAL),
    ("ku", "minister", ""): Forms("Birêz Wezîr {name},", _SILAV, "{name}", _KU),
    ("ckb", "", ""): Forms("بەڕێز {name}،", _SLAW, "بەڕێز {name}", _KU),
    ("ckb", "mp", ""): Forms("بەڕێز ئەندامی پەرلەمان {name}،", _SLAW, "بەڕێز {name}", _KU),
    ("ckb", "deputy", ""): Forms("بەڕێز ئەندامی پەرلەمان {name}،", _SLAW, "بەڕێز {name}", _KU),
    ("ckb", "minister", ""): Forms("بەڕێز وەزیر {name}،", _SLAW, "بەڕێز {name}", _KU),
}
_OTHER_CODES = {"kmr": "ku"}  # Kurmanji has a code of its own besides the one for all Kurdish

# The language of a country's envelopes: that of its post, not of the letter inside. Elsewhere the name stands alone.
ENVELOPES = {
    **dict.fromkeys(("", "GB", "IE", "US", "CA", "AU", "NZ", "EU"), "en"),
    **dict.fromkeys(("DE", "AT"), "de"),
    **dict.fromkeys(("EG", "IQ", "JO", "KW", "LB", "LY", "QA", "SA", "SY", "YE"), "ar"),
    "FR": "fr",
    "PL": "pl",
}

# Ranks of the peerage, and what a letter says instead of them.
_RANKS = {
    **dict.fromkeys(("lord", "baron", "viscount", "earl", "marquess"), "Lord"),
    **dict.fromkeys(("lady", "baroness", "viscountess", "countess", "marchioness"), "Lady"),
    "duke": "Duke",
    "duchess": "Duchess",
}
_WITHOUT_PLACE = {"Duke", "Duchess"}
_BISHOPS = {"bishop", "archbishop"}
_BY_GIVEN_NAME = {"sir", "dame"}
_STYLES = {"the", "rt", "right", "most", "hon", "honourable", "honorable"}  # on the envelope only
_ABROAD = {"frau", "herr", "herrn", "m", "mme", "mlle", "madame", "monsieur", "pan", "pani", "sr", "sra"}
_SOCIAL = {"mr", "mrs", "ms", "miss", "mx", *_BY_GIVEN_NAME, *_RANKS, *_ABROAD}  # in English only
_ACADEMIC = {"dr", "prof", "professor", "rev", "revd", "reverend"}
_OFFICES = {"sen", "senator", "rep", "representative", "deputy", "cllr", "councillor"}  # the form itself says them
# What is a title where a name begins with it, and letters where it ends with them; no word that may be a name, as
# "M." and "Pan" may, or of a rank, which belongs to a peer's name.
_IN_NAMES = _STYLES | _BY_GIVEN_NAME | _ACADEMIC | _OFFICES | {"mr", "mrs", "ms", "miss", "mx", "frau", "herr", "herrn"}
_IN_NAMES |= {"mme", "madame", "monsieur"}
_LETTERS = {"MP", "MEP", "TD"}  # of an office: the form has them
_AFTER_NAMES = _LETTERS | {"MSP", "MLA", "CBE", "OBE", "MBE", "DBE", "KBE", "KCB", "KC", "QC", "PC", "CH", "DL"}


def forms_for(office: str, language: str, country: str = "") -> Forms:
    main = language.lower().replace("_", "-").split("-")[0]
    main = _OTHER_CODES.get(main, main)
    if (main, "", "") not in TABLE:
        main = "en"
    for key in ((main, office, country), (main, office, ""), (main, "", country)):
        if key in TABLE:
            return TABLE[key]
    return TABLE[main, "", ""]


def salutation(person: "Representative", language: str) -> str:
    """The directory's own line, or the form for their office."""
    own = one_line(person.salutation)
    return own or _filled(forms_for(person.office, language, person.legislature.country.upper()).salutation, person)


def closing(person: "Representative", language: str) -> str:
    return _filled(forms_for(person.office, language, person.legislature.country.upper()).closing, person)


def addressed_as(person: "Representative", language: str) -> str:
    """The first line of an envelope: "The Rt Hon Jane Smith MP"."""
    return _filled(forms_for(person.office, language, person.legislature.country.upper()).envelope, person)


def on_envelope(person: "Representative") -> str:
    """The same, in the language of the country it goes to."""
    language = ENVELOPES.get(person.legislature.country.upper())
    return addressed_as(person, language) if language else _styled(person, _parts(person))


def _filled(form: Form, person: "Representative") -> str:
    """In one pass: a name with braces in it is no placeholder."""
    chosen = form if isinstance(form, str) else getattr(form, person.gender or "neutral")
    parts = _parts(person)
    line = chosen.format(
        name=parts.name,
        family=one_line(person.family_name) or parts.name,
        title=_title(parts, social=False),
        after=parts.after,
        addressee=_addressee(person, parts),
        styled=_styled(person, parts),
    )
    return _once(one_line(line))


def _once(line: str) -> str:
    """Without letters of office that stand there already: "Jane Smith MP, CBE MP"."""
    *words, last = line.split(" ")
    return " ".join(words) if last in _LETTERS and last in {word.strip(",") for word in words} else line


class _Parts(NamedTuple):
    """`before` and `after`: titles and letters, of the directory's own fields or of those that its name has."""

    before: str
    name: str
    after: str


def _parts(person: "Representative") -> _Parts:
    """Many directories have one name for all: "Mr Paul Reed", "Rt Hon Sir Paul Reed KC MP"."""
    words = _words(person.name)
    own, suffix = _words(person.honorific_prefix), _words(person.honorific_suffix)
    titles, letters = _IN_NAMES | {bare for _, bare in own}, {bare for _, bare in suffix}
    start, end = 0, len(words)
    while start < end - 1 and words[start][1] in titles:
        start += 1
    while start < end - 1 and (words[end - 1][1] in letters or words[end - 1][0].strip(",") in _AFTER_NAMES):
        end -= 1
    leading, trailing = words[:start], words[end:]
    before = [*(one for one in own if one[1] not in {bare for _, bare in leading}), *leading]
    after = [*trailing, *(one for one in suffix if one[1] not in {bare for _, bare in trailing})]
    name = " ".join(word for word, _ in words[start:end])
    return _Parts(_joined(before), name.rstrip(",") if after else name, _joined(after))


def _joined(words: list[tuple[str, str]]) -> str:
    return " ".join(word for word, _ in words)


def _words(text: str) -> list[tuple[str, str]]:
    """Each as it stands and bare: ("Dr.", "dr")."""
    return [(word, word.strip(".,").lower()) for word in one_line(text).split()]


def _title(parts: _Parts, *, social: bool) -> str:
    """Dr, Prof; with `social` also Mr, Ms, Sir and the like."""
    without = _STYLES | _OFFICES | (set() if social else _SOCIAL)
    return _joined([(word, bare) for word, bare in _words(parts.before) if bare not in without])


def _addressee(person: "Representative", parts: _Parts) -> str:
    family, title = one_line(person.family_name), _title(parts, social=True)
    if person.office == "peer" and (peer := _peer(person, parts)):
        return peer
    if title.lower() in _BY_GIVEN_NAME:
        return f"{title} {one_line(person.given_name) or parts.name}"
    return f"{title} {family}" if title and family else parts.name


def _peer(person: "Representative", parts: _Parts) -> str:
    """Lord or Lady and the rest of the title; "" where the directory tells neither a rank nor a gender."""
    family, words = one_line(person.family_name), _words(f"{parts.before} {parts.name}")
    at = next((place for place, (_, bare) in enumerate(words) if bare in _RANKS), None)
    if at is None:
        by_gender = {"female": "Lady", "male": "Lord"}.get(person.gender)
        return f"{by_gender} {family}" if by_gender and family else ""
    rank, rest = _RANKS[words[at][1]], [word for word, _ in words[at + 1 :]]
    if rank in _WITHOUT_PLACE:
        return rank
    if rest[:1] == ["of"]:  # the Earl of Northtown, whose family name is another
        return f"{rank} {' '.join(rest[1:])}"
    if rest and rest[0].lower() in _BISHOPS:
        return f"{rank} {rest[0]}"
    return f"{rank} {family if family and family in ' '.join(rest) else ' '.join(rest)}"


def _styled(person: "Representative", parts: _Parts) -> str:
    """With what stands before and after the name. A style wants its article: the Lord, the Rt Hon."""
    before, name, family = _words(parts.before), parts.name, one_line(person.family_name)
    if person.office:
        before = [(word, bare) for word, bare in before if bare not in _OFFICES]
    ranks = set(_RANKS) if person.office == "peer" else set()
    if family and name.endswith(family) and not ranks.isdisjoint(bare for _, bare in before):
        name = family  # the Baroness Smith, not the Baroness Jane Smith
    words = [*before, *_words(name)]
    article = "The " if words and words[0][1] in (_STYLES - {"the"}) | ranks else ""
    return one_line(f"{article}{_joined(before)} {name} {parts.after}")
