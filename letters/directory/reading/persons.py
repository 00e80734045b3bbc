"""Parts of names, titles, offices and addresses of email, as the sources of many countries write them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from letters.directory.contact import usable_address

from .found import folded, plain


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Where anybody may have a mailbox: an address of one's own, not of the seat.
PERSONAL = _set(
    "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es ymail.com hotmail.com "
    "hotmail.co.uk hotmail.fr outlook.com live.com live.co.uk msn.com icloud.com me.com mac.com aol.com "
    "btinternet.com sky.com virginmedia.com talktalk.net proton.me protonmail.com gmx.de gmx.net web.de "
    "t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it wp.pl o2.pl onet.pl "
    "interia.pl mail.ru yandex.ru qq.com comcast.net verizon.net att.net bigpond.com shaw.ca rogers.com bell.net"
)

_BEFORE = _set(
    "the rt hon right honourable honorable hon dr sir dame mr mrs ms miss mx cllr councillor councilmember prof "
    "professor rev reverend herr frau dipl ing med jur m mme mlle sr sra sen senator rep representative deputy "
    "shri smt kumari"
)
_AFTER = _set("mp mep msp mla ms td am kc qc cbe obe mbe kbe dbe gbe ch dl phd jr sr ii iii iv esq jp kcb mc mdb mdl")
_FEMALE = _set(
    "f female w woman femme madame mme mrs ms miss sra señora feminin féminin weiblich frau mujer femenino donna "
    "kobieta k vrouw kvinna kvinne kvinde жіноча жінка женский kadın"
)
_MALE = _set(
    "m male man homme monsieur mr sr señor masculin männlich mannlich herr hombre h masculino uomo mężczyzna "
    "mezczyzna man mand mann чоловіча чоловік мужской erkek"
)
_FEMALE_TITLES = _set("mrs ms miss dame frau mme mlle sra madam baroness lady smt kumari")
_MALE_TITLES = _set("mr sir herr sr lord shri")
_SMALL = _set("von vom zu und of y e dos das der den")
# Against harvesters: "ann[at]x[dot]org". Without brackets it is a guess, and left alone.
_AT = re.compile(r"\s{0,2}[\[({]at[\])}]\s{0,2}", re.IGNORECASE)
_DOT = re.compile(r"\s{0,2}[\[({]dot[\])}]\s{0,2}", re.IGNORECASE)
# What stands in a list of people and is nobody.
_VACANT = re.compile(
    r"(?:the |this )?(?:seat |post |position )?(?:is )?(?:currently )?vacan(?:t|cy)(?: (?:seat|post|position|ward))?"
    r"|tb[acd]|to be (?:confirmed|announced|elected|filled)|si[eè]ge vacant|vacante|vakant|unbesetzt|wakat|вакансія",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"(?:grand |sub-?)?totals?(?: (?:number|members|councillors|seats)[\w ]*)?[\s:=]*[\d\s/.,]*"
    r"|(?:sources?|notes?|(?:last )?updated|quelle|stand|fuente)\s*:.*",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[;,|\s<>()]+|\bmailto:", re.IGNORECASE)


@dataclass(frozen=True)
class Email:
    address: str = ""
    problem: str = ""  # what stood there, when it is no address
    personal: bool = False


def email_of(*texts: str) -> Email:
    """The first that can be used of all that stand there; one of the seat goes before one at a mail provider."""
    texts = tuple(_DOT.sub(".", _AT.sub("@", text)) if _AT.search(text) else text for text in texts)
    pieces = [piece for text in texts for piece in _SEPARATORS.split(text) if "@" in piece]
    usable = [address for piece in pieces if (address := usable_address(piece.strip(".'\"")))]
    official = [address for address in usable if not is_personal(address)]
    said = next((plain(text) for text in texts if text.strip()), "")
    if usable:
        return Email(address=(official or usable)[0], personal=not official)
    return Email(problem=said[:80])


def is_personal(address: str) -> bool:
    return address.rpartition("@")[2].lower() in PERSONAL


def why_nobody(name: str) -> str:
    """Why this is nobody's name; "" where it may be one."""
    name = titles(name)[1].strip("()[]*-–— .")
    if _VACANT.fullmatch(name):
        return _("The seat is vacant.")
    return _("This is no person.") if _TOTAL.fullmatch(name) else ""


def _word(text: str) -> str:
    return text.strip(".,()").casefold()


def titles(name: str) -> tuple[str, str, str]:
    """What stands before a name, the name, and the letters after it.

    >>> titles("Rt Hon Sir Julian Lewis MP")
    ('Rt Hon Sir', 'Julian Lewis', 'MP')
    """
    words = name.split()
    start, end = 0, len(words)
    # Two words stay: a person may be called Frau Holle.
    while start < end - 1 and _word(words[start]) in _BEFORE and (len(words[start]) > 1 or words[start + 1 :]):
        if len(_word(words[start])) == 1 and not words[start].endswith("."):
            break
        start += 1
    while end > start + 2 and _word(words[end - 1]) in _AFTER and words[end - 1] != words[end - 1].casefold():
        end -= 1
    rest = " ".join(words[start:end]).strip(" ,")
    return " ".join(words[:start]), rest, " ".join(words[end:]).strip(" ,")


def gender_of(text: str, values: Iterable[str] = ()) -> str:
    """`values`: of the whole column. In Spanish, "M" stands beside "H" and means a woman."""
    word = _word(text)
    if word == "m" and {_word(value) for value in values} & {"h", "hombre"}:
        return "female"
    return "female" if word in _FEMALE else "male" if word in _MALE else ""


def gender_of_title(prefix: str) -> str:
    words = {_word(word) for word in prefix.split()}
    if words & _FEMALE_TITLES and not words & _MALE_TITLES:
        return "female"
    return "male" if words & _MALE_TITLES and not words & _FEMALE_TITLES else ""


def shouted(text: str) -> bool:
    """In capitals, all of it: AFRIYIE, but not J. or 李."""
    return len(text) > 1 and text == text.upper() != text.lower() and sum(sign.isalpha() for sign in text) > 1


def calmed(name: str) -> str:
    """Capitals put right.

    >>> calmed("NÍ MHURCHÚ"), calmed("MCNAMARA"), calmed("O'BRIEN-SMITH"), calmed("VON DER LEYEN")
    ('Ní Mhurchú', 'McNamara', "O'Brien-Smith", 'von der Leyen')
    """
    return " ".join(_calm_word(word) if shouted(word) else word for word in name.split())


def _calm_word(word: str) -> str:
    if word.casefold() in _SMALL:
        return word.lower()
    parts = re.split(r"([-'’])", word)
    calm = "".join(part[:1] + part[1:].lower() for part in parts)
    return re.sub(r"^Mc(\w)", lambda match: "Mc" + match[1].upper(), calm)


def split_by_capitals(name: str) -> tuple[str, str]:
    """Given and family name of "Magdalena ADAMOWICZ" or "ADAMOWICZ Magdalena"; ("", "") where that shows nothing."""
    words = name.split()
    loud = [shouted(word) for word in words]
    if all(loud) or not any(loud):
        return "", ""
    if loud == sorted(loud):
        first = loud.index(True)
        return " ".join(words[:first]), calmed(" ".join(words[first:]))
    if loud == sorted(loud, reverse=True):
        first = loud.index(False)
        return " ".join(words[first:]), calmed(" ".join(words[:first]))
    return "", ""


def split_by_sort_name(name: str, sort_name: str) -> tuple[str, str]:
    """Given and family name, when "Afriyie, Adam" and "Adam Afriyie" agree: damaged sort names say nothing."""
    family, comma, _given = sort_name.partition(",")
    words = name.split()
    for first in range(1, len(words)):
        if comma and folded(" ".join(words[first:])) == folded(family):
            return " ".join(words[:first]), " ".join(words[first:])
    return "", ""


_OFFICES = (
    ("mep", r"\bmep\b|european parliament|parlement europ|europäische[sn]? parlament|eurodéput"),
    ("minister", r"^(?:prime )?minister\b|secretary of state|^ministre\b"),
    ("councillor", r"councill?or|council member|councilmember|alder(?:man|woman|person)|\bcllr\b|conseill"),
    ("congress", r"member of congress|u\.?s\.? house|house of representatives \(us"),
    ("senator", r"\bsenat"),
    ("peer", r"\bpeer|house of lords|member of the lords|^lord\b"),
    (
        "deputy",
        r"\bdeput(?!y (?:mayor|leader|prime|chair|speaker))|députée?\b|deputé|diputad|deputat|abgeordnet"
        r"|bundestag|\bmdb\b|dáil|teachta|\btd\b|\bposeł",
    ),
    ("mp", r"\bmps?\b|members? of parliament|house of commons|\bcommons\b"),
)


def office_of(*texts: str, country: str = "", kind: str = "") -> str:
    """What decides the form of address, by the first text that says it; "" when none does.

    `texts`: role, chamber, name of the legislature, the most telling first.
    """
    for text in texts:
        for office, words in _OFFICES:
            if text and re.search(words, text.casefold()):
                return office
        if country == "US" and text.casefold() in ("rep", "representative", "house"):
            return "congress"
    if kind == "council":
        return "councillor"
    return ""


# A role that says only that one sits there.
EMPTY_ROLES = frozenset(("member", "rep", "representative", "mitglied", "membre", ""))
