import pytest

from config.web_addresses import isolated, linked, pieces


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org/x/, and", "https://example.org/x/"),
        ("على http://example.org/ar/، وأرجو", "http://example.org/ar/"),
        ("هل قرأتم http://example.org/ar/؟", "http://example.org/ar/"),
        ("«http://example.org/ar/»", "http://example.org/ar/"),
        ("(see https://example.org/x).", "https://example.org/x"),
        ("https://example.org/x_(y)", "https://example.org/x_(y)"),
        ("http://example.org/ar/ \u200e،", "http://example.org/ar/"),
        ("https://example.org/?a=1&b=2", "https://example.org/?a=1&b=2"),
    ],
)
def test_an_address_ends_where_its_sentence_goes_on(text: str, address: str) -> None:
    found = list(pieces(text))
    assert [piece for piece, is_address in found if is_address] == [address]
    assert "".join(piece for piece, _ in found) == text


def test_what_people_write_is_escaped_in_an_address_and_beside_it() -> None:
    text = "<b> https://example.org/?a=1&b='2 &"
    assert isolated(text) == (
        "&lt;b&gt; "
        '<bdi class="web" dir="ltr"><span>https://</span><span>example.org/</span><span>?a=1&amp;b=&#x27;2</span></bdi>'
        " &amp;"
    )
    assert linked("<i>") == "&lt;i&gt;"
    assert 'href="https://example.org/?a=1&amp;b=&#x27;2"' in linked(text)
    assert "javascript" not in linked("javascript:alert(1)").replace("javascript:alert(1)", "")


def test_a_piece_longer_than_a_line_may_break_anywhere() -> None:
    assert "<span>" + "a" * 61 not in isolated("https://example.org/" + "a" * 61)
