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
    that stands before and after it."""

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
    ("en", "congress", ""): Forms("Dear Representative {family}:", _US_YOURS, "The Honorable {name}", _US),
    ("en", "senator", "US"): Forms("Dear Senator {family}:", _US_YOURS, "The Honorable {name}", _US),
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
    **dict.fromkeys(("", "GB", "IE", "US", "CA", "AU", "NZ"), "en"),
    **dict.fromkeys(("DE", "AT"), "de"),
    **dict.fromkeys(("EG", "IQ", "JO", "KW", "LB", "LY", "QA", "SA", "SY", "YE"), "ar"),
    "FR": "fr",
    "PL": "pl",
}

# Ranks of the peerage, and what a letter says instead of them.
_RANKS = {
    **dict.fromkeys(("lord", "baron", "viscount", "earl", "marquess"), "Lord"),
    **dict.fromkeys(("lady", "baroness", "viscountess", "countess", "marchioness"), "Lady"),
}
_BY_GIVEN_NAME = {"sir", "dame"}
_STYLES = {"the", "rt", "right", "most", "hon", "honourable", "honorable"}  # on the envelope only
_ABROAD = {"frau", "herr", "herrn", "m", "mme", "mlle", "madame", "monsieur", "pan", "pani", "sr", "sra"}
_SOCIAL = {"mr", "mrs", "ms", "miss", "mx", *_BY_GIVEN_NAME, *_RANKS, *_ABROAD}  # in English only
_OFFICES = {"sen", "senator", "rep", "representative", "deputy", "cllr", "councillor"}  # the form itself says them


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
    return addressed_as(person, language) if language else _styled(person)


def _filled(form: Form, person: "Representative") -> str:
    """In one pass: a name with braces in it is no placeholder."""
    chosen = form if isinstance(form, str) else getattr(form, person.gender or "neutral")
    whole, prefix = one_line(person.name), one_line(person.honorific_prefix)
    name = whole[len(prefix) :].strip() if whole.lower().startswith(prefix.lower()) else whole
    line = chosen.format(
        name=name or whole,
        family=one_line(person.family_name) or name or whole,
        title=_title(person, social=False),
        addressee=_addressee(person),
        styled=_styled(person),
    )
    return _once(one_line(line))


def _once(line: str) -> str:
    """Without letters that the directory's own name or letters ended with already: "Jane Smith MP MP"."""
    words = line.split(" ")
    return " ".join(words[:-1]) if len(words) > 2 and words[-1] == words[-2].strip(",") else line


def _words(prefix: str) -> list[tuple[str, str]]:
    """The words before a name, each as it stands and bare: ("Dr.", "dr")."""
    return [(word, word.strip(".,").lower()) for word in one_line(prefix).split()]


def _title(person: "Representative", *, social: bool) -> str:
    """Dr, Prof; with `social` also Mr, Ms, Sir and the like."""
    without = _STYLES | _OFFICES | (set() if social else _SOCIAL)
    return " ".join(word for word, bare in _words(person.honorific_prefix) if bare not in without)


def _addressee(person: "Representative") -> str:
    name, family, title = one_line(person.name), one_line(person.family_name), _title(person, social=True)
    if person.office == "peer" and (peer := _peer(person)):
        return peer
    if title.lower() in _BY_GIVEN_NAME:
        return f"{title} {one_line(person.given_name) or name}"
    return f"{title} {family}" if title and family else name


def _peer(person: "Representative") -> str:
    """Lord or Lady and the rest of the title; "" where the directory tells neither a rank nor a gender."""
    name, family = one_line(person.name), one_line(person.family_name)
    ranked = [bare for _, bare in _words(f"{person.honorific_prefix} {name}") if bare in _RANKS]
    words = [word for word, bare in _words(name) if bare not in _RANKS | dict.fromkeys(_STYLES)]
    place = family or " ".join(words)
    if ranked:
        return f"{_RANKS[ranked[0]]} {place}"
    by_gender = {"female": "Lady", "male": "Lord"}.get(person.gender)
    return f"{by_gender} {family}" if by_gender and family else ""


def _styled(person: "Representative") -> str:
    """With what stands before and after the name, each once. A style wants its article: the Lord, the Rt Hon."""
    name, prefix, suffix = (one_line(text) for text in (person.name, person.honorific_prefix, person.honorific_suffix))
    if person.office:
        prefix = " ".join(word for word, bare in _words(prefix) if bare not in _OFFICES)
    before = "" if name.lower().startswith(prefix.lower()) else prefix
    after = "" if name.lower().endswith(suffix.lower()) else suffix
    words = _words(f"{before} {name}")
    article = "The " if words and words[0][1] in {"rt", "right", *(_RANKS if person.office == "peer" else ())} else ""
    return one_line(f"{article}{before} {name} {after}")
