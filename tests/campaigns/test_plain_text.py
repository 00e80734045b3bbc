import pytest

from campaigns.plain_text import plain_text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Big\n\nHello *you* **all**.\nA line.", "Big\n\nHello you all.\nA line."),
        ("See [our page](https://example.org/x).", "See our page (https://example.org/x)."),
        ("<https://example.org> [a@example.org](mailto:a@example.org)", "https://example.org a@example.org"),
        ("Claim[^1].", "Claim."),
        ("- one\n- two\n  - deep\n\nThen", "- one\n- two\n  - deep\n\nThen"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("> quoted\n> more", "> quoted\n> more"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
        ("One\n\n***\n\nTwo", "One\n\n* * *\n\nTwo"),
        ("1 < 2 & 3\n\n<b>x</b>", "1 < 2 & 3\n\n<b>x</b>"),
        ("```\ncode\n```", "code"),
        ("![a map](https://example.org/map.png)", "a map"),
        ("", ""),
    ],
)
def test_markdown_as_plain_text(source: str, expected: str) -> None:
    assert plain_text(source) == expected
