"""Bytes → text, whatever program wrote them; a file that several wrote is mended line by line."""

import codecs
import re
import string
import unicodedata
from collections import Counter

from .unreadable import Unreadable, Why

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a page may say that it is in; a few of Python's codecs are no encodings, and slow.
DECLARED = (
    *("utf-", "utf8", "windows-", "cp125", "iso-8859-", "iso8859", "latin", "koi8", "mac"),
    *("gb", "big5", "euc", "shift_jis"),
)
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ"
_WESTERN = "àâäáãåæçéèêëíìîïñóòôöõøœùúûüÿß"
_CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűăâîşţđ"
_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيًٌٍَُِّْپچژگڤک،؛؟ـ"
# The letters that people write in it. The first of equals wins, so alphabets of few letters come first.
LETTERS = {
    "cp1252": _WESTERN,
    "iso8859_15": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1254": "ğışçöüêîûâ",
    "mac_roman": _WESTERN,
    "cp1255": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "cp1253": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ",
    "cp1256": _ARABIC,
    "iso8859_6": _ARABIC,
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "iso8859_5": _CYRILLIC,
}
PUNCTUATION = "’‘“”„«»–—…•·€°§¿¡ºª\xa0"
BEHIND = set(PUNCTUATION) - set("§¿¡„«")  # a word
SAMPLE = 50_000  # bytes
SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
NOISE = 0.05  # of the characters

# UTF-8 that was read as windows-1252 and written again: each character is the byte that it was.
_BYTES = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
_MORE = "".join(re.escape(letter) for letter, byte in _BYTES.items() if byte < 0xC0)
TWICE = re.compile(f"[ÂÃ][{_MORE}]|â[€‚][{_MORE}]|(?:[ÐÑØÙ][{_MORE}]){{3,400}}")


def decoded(content: bytes, declared: str | None = None) -> str:
    """`declared` is what the file says of itself, which is believed where nothing speaks against it."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _checked(content.decode(encoding, "replace"))
    content = content.removeprefix(codecs.BOM_UTF8)
    if wide := _without_mark(content):
        return _checked(content.decode(wide, "replace"))
    try:
        return _checked(mended(content.decode("utf-8")))
    except UnicodeDecodeError:
        pass
    if declared and declared.lower().startswith(DECLARED) and not declared.lower().startswith("utf"):
        try:
            return _checked(content.decode(declared))
        except (UnicodeDecodeError, LookupError):
            pass
    return _checked(mended(_by_lines(content)))


def mended(text: str) -> str:
    """Without what comes of UTF-8 that was taken for windows-1252 ("Ã©" for "é")."""
    return text if text.isascii() else TWICE.sub(_mended, text)


def _mended(found: re.Match[str]) -> str:
    try:
        return bytes(_BYTES[letter] for letter in found[0]).decode("utf-8")
    except (UnicodeDecodeError, KeyError):
        return found[0]


def _without_mark(content: bytes) -> str:
    """UTF-16 shows in its zeros, which stand at every other place."""
    sample = content[:SAMPLE]
    first, second = sample[::2].count(0), sample[1::2].count(0)
    many, few = max(1, len(sample) // 20), len(sample) // 200
    if second > many and first <= few:
        return "utf-16-le"
    return "utf-16-be" if first > many and second <= few else ""


def _by_lines(content: bytes) -> str:
    """Each line that is not UTF-8 is in the one encoding that suits all of them best."""
    lines = content.splitlines(keepends=True)
    if len(SEQUENCE.findall(content)) < len(HIGH.findall(content)) // 50:
        return content.decode(best_of(b"".join(filter(HIGH.search, lines))[:SAMPLE]), "replace")
    strange = [line for line in lines if len(HIGH.findall(line)) > sum(map(len, SEQUENCE.findall(line)))]
    encoding = best_of(b"".join(strange)[:SAMPLE])
    return "".join(_line(line, encoding) for line in lines)


def _line(line: bytes, encoding: str) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        pass
    sequences = SEQUENCE.findall(line)
    if len(HIGH.findall(line)) - sum(map(len, sequences)) >= len(sequences):
        return line.decode(encoding, "replace")
    at, pieces = 0, []
    for found in SEQUENCE.finditer(line):
        pieces.append(line[at : found.start()].decode(encoding, "replace"))
        pieces.append(found[0].decode("utf-8", "replace"))
        at = found.end()
    return "".join(pieces) + line[at:].decode(encoding, "replace")


def best_of(sample: bytes) -> str:
    """The encoding in which most of the letters are letters that people write, in words that look like words."""
    return max(LETTERS, key=lambda encoding: _likeness(sample, encoding))


def _likeness(sample: bytes, encoding: str) -> int:
    text = sample.decode(encoding, "replace")
    letters = set(LETTERS[encoding]) | set(LETTERS[encoding].upper())
    counts = Counter(letter for letter in text if letter > "\x7f")
    known = sum(count for letter, count in counts.items() if letter in letters or letter in PUNCTUATION)
    inside = sum(1 for one, next in zip(text, text[1:], strict=False) if max(one, next) > "\x7f" and _odd(one, next))
    return 2 * known - sum(counts.values()) - inside


def _odd(one: str, next: str) -> bool:
    """A capital or a sign in the middle of a word, or a word in two scripts."""
    if not one.isalpha():
        return False
    if not next.isalpha():
        return next > "\x7f" and next not in BEHIND
    return (one.islower() and next.isupper()) or (one < "\u0370") != (next < "\u0370")


def _checked(text: str) -> str:
    """Raises Unreadable for what no person wrote. Zeros that somebody's program left between words do no harm."""
    text = text.replace("\0", "")
    sample = text[:SAMPLE]
    strange = sum(
        1
        for letter in sample
        if letter not in string.whitespace and unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs")
    )
    if strange + sample.count("\ufffd") > NOISE * len(sample):
        raise Unreadable(Why.NOT_A_DOCUMENT)
    return text
