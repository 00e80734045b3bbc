"""What a form may be sent: what it expects, what it does not, and what is no form."""

from urllib.parse import quote, quote_plus

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

# Unescaped it would be an element of that name (tests/fuzz/test_forms.py looks for it).
PROBE = "\"'><xss-probe onload=1>"
TROUBLE = (
    *("", " ", "\0", "a\0b", "\u202e", "\ufeff", "\ud7ff", "\U0010ffff", "\r\nBcc: x@example.org", "%00", "%s%n"),
    *("{{ 7|add:7 }}", "{% debug %}", "${7*7}", "=1+1", "@SUM(1)", "\t=1", "../../etc/passwd", "' OR 1=1 --", PROBE),
    *("<![CDATA[", "&#0;", "-1", "0", "1.5", "NaN", "1e309", "９", "٣", "9" * 25, "9" * 5_000, "0x10", "None", "null"),
    *("[]", "{}", "true", "a@b", "a@b,c@d.org", "a@b.org\nc@d.org", '"a b"@example.org', "用户@例え.jp", "@"),
    *("a@" + "b" * 300 + ".org", "x" * 201, "x" * 1_001, "x" * 20_001, "e\u0301" * 300, "(" * 3_000, "a" * 4_000 + "!"),
    *("[" * 2_000 + "](", "*" * 4_000, "<script>alert(1)</script>", "javascript:alert(1)", "\ue000action_url\ue001"),
    *("SW1A 1AA", "SW1A1AA" * 9, "2026-02-30"),
)
words = st.one_of(st.sampled_from(TROUBLE), st.text(st.characters(codec="utf-8"), max_size=80))
names_of_fields = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def values(expected: str) -> SearchStrategy[list[str]]:
    """What is sent for one field: usually one value, often the expected one; or several, or none."""
    one = st.one_of(st.just(expected), st.just(expected), words, words.map(lambda word: expected + word))
    return st.one_of(one.map(lambda value: [value]), one.map(lambda value: [value]), st.lists(one, max_size=3))


def filled(expected: dict[str, str]) -> SearchStrategy[list[tuple[str, str]]]:
    """Pairs of a form: each expected field in some way, and now and then fields that nobody asked for."""
    fields = st.fixed_dictionaries({name: values(value) for name, value in expected.items()})
    more = st.lists(st.tuples(names_of_fields, words), max_size=3)

    def pairs(found: tuple[dict[str, list[str]], list[tuple[str, str]]]) -> list[tuple[str, str]]:
        return [(name, value) for name, several in found[0].items() for value in several] + found[1]

    return st.tuples(fields, more).map(pairs)


def urlencoded(pairs: list[tuple[str, str]], charset: str = "utf-8") -> bytes:
    def quoted(text: str) -> str:
        return quote_plus(text.encode(charset, "replace"))

    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs).encode()


def multipart(pairs: list[tuple[str, str]]) -> bytes:
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs)
    return f"{parts}--x--\r\n".encode()


FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"


KINDS = (FORM, PARTS, f"{FORM}; charset=nonsense", "multipart/form-data", "", "application/json", "text/xml")
NO_FORMS = (b"&" * 3_000, b"a=" + b"%" * 2_000, b"=" * 500, b"name=%FF%FE&email=%00", b"a[0][b]=1&a[0]=2")


def bodies(expected: dict[str, str]) -> SearchStrategy[tuple[str, bytes]]:
    """(content type, body)."""
    pairs = filled(expected)
    return st.one_of(
        pairs.map(lambda found: (FORM, urlencoded(found))),
        pairs.map(lambda found: (FORM, urlencoded(found))),
        pairs.map(lambda found: (PARTS, multipart(found))),
        pairs.map(lambda found: (f"{FORM}; charset=utf-16", urlencoded(found, "utf-16"))),
        st.tuples(st.sampled_from(KINDS), st.binary(max_size=300)),
        st.tuples(st.just("multipart/form-data; boundary=" + "y" * 80), st.binary(max_size=100)),
        st.just(('multipart/form-data; boundary="\\"', b"--\\\r\n\r\n")),
        st.tuples(st.just(FORM), st.sampled_from(NO_FORMS)),
    )


def queries(expected: dict[str, str]) -> SearchStrategy[str]:
    return st.one_of(
        filled(expected).map(lambda found: urlencoded(found).decode()),
        st.sampled_from(("%", "%zz", "&&&", "=" * 100, "a=1;b=2", "before=" + "9" * 5_000, "%FF%FE=%ED%A0%80")),
    )


def segments() -> SearchStrategy[str]:
    """One part of a path, percent-encoded."""
    fit = words.filter(lambda word: word not in ("", ".", "..") and len(word) < 2_000)
    return fit.map(lambda word: quote(word, safe=""))
