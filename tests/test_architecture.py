"""The house stays as it was built: one arrow, small rooms, nothing inline. Each check is shown that it can fail."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("config", "letters", "campaigns")
# campaigns → letters → config: what each room may not know.
FORBIDDEN = {"config": {"letters", "campaigns"}, "letters": {"campaigns"}, "campaigns": set[str]()}
NEVER_SAID_IN_LETTERS = re.compile(
    r"campaign|organisation|organization|membership|(?<![a-z])users?(?![a-z-])", re.IGNORECASE
)
# Popolo's words for who sits where: keys of files from outside, which the directory reads.
POPOLO = re.compile(r"memberships?|organizations?", re.IGNORECASE)
NAMELESS = {"utils.py", "helpers.py", "services.py", "misc.py", "common.py"}
LONGEST_MODULE, LONGEST_TEMPLATE = 400, 150
QUERY_COUNTERS = {"assertNumQueries", "django_assert_num_queries", "django_assert_max_num_queries"}
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=|href\s*=\s*[\"']?javascript:|\|\s*safe\b|autoescape\s+off"
    r"|<script(?![^>]*\ssrc=)(?![^>]*application/ld\+json)",
    re.IGNORECASE,
)


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def templates() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("templates/**/*.html"))


def imported(source: str) -> set[str]:
    """The first words of everything that is imported from elsewhere, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module":
            found |= {str(word.value).split(".")[0] for word in node.args if isinstance(word, ast.Constant)}
    return found


def words(source: str) -> Iterator[str]:
    """Names and strings of the code, what explains it left out."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def uncounted_queries(source: str) -> list[int]:
    """Lines where queries are said to be counted, and nothing is: the counter is made and never entered."""
    tree = ast.parse(source)
    entered = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in QUERY_COUNTERS
        and id(node) not in entered
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_the_arrow_points_one_way(room: str) -> None:
    found = {str(path): imported(path.read_text()) & FORBIDDEN[room] for path in modules(room)}
    assert {path: names for path, names in found.items() if names} == {}


def test_migrations_follow_the_arrow() -> None:
    for room in ROOMS:
        for path in (ROOT / room / "migrations").glob("*.py"):
            named = set(re.findall(r"[\"'](config|letters|campaigns)[\"'.]", path.read_text()))
            assert not named & FORBIDDEN[room], path


def test_letters_does_not_know_who_uses_it() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word[:60]}"
        for path in modules("letters")
        for word in words(path.read_text())
        if NEVER_SAID_IN_LETTERS.search(POPOLO.sub("", word) if "directory" in path.parts else word)
    ]
    found += [
        str(path) for path in (ROOT / "letters").rglob("*.html") if NEVER_SAID_IN_LETTERS.search(path.read_text())
    ]
    assert found == []


def test_no_room_is_a_box_for_odds_and_ends() -> None:
    assert [path for path in modules(*ROOMS, "benchmarks") if path.name in NAMELESS] == []


def test_no_module_is_longer_than_one_can_read() -> None:
    long = {
        str(path): lines for path in modules(*ROOMS) if (lines := len(path.read_text().splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_no_template_is_longer_than_one_can_read() -> None:
    assert [path for path in templates() if len(path.read_text().splitlines()) > LONGEST_TEMPLATE] == []


def test_queries_are_counted_where_it_is_said_that_they_are() -> None:
    assert {str(path): lines for path in modules("tests") if (lines := uncounted_queries(path.read_text()))} == {}


def test_no_page_has_style_or_script_of_its_own_nor_trusts_text() -> None:
    pages = [path for path in templates() if "email" not in path.parts]  # mail programs know no style sheet
    assert len(pages) > 30
    found = {str(path): INLINE.findall(path.read_text()) for path in pages}
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_no_email_trusts_text_either() -> None:
    trusting = re.compile(r"\|\s*safe\b|autoescape\s+off|<script|\son[a-z]+\s*=", re.IGNORECASE)
    emails = [path for path in templates() if "email" in path.parts]
    assert emails and [path for path in emails if trusting.search(path.read_text())] == []


def test_text_is_declared_safe_only_where_the_reason_stands_beside_it() -> None:
    """For campaigns, where people's words become pages. (A letter's sheet is tested by what it renders.)"""
    for path in modules("campaigns", "config"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"mark_safe\((?![\"'])", line):
                assert "#" in line, f"{path}:{number} says mark_safe without its reason"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import campaigns.models", {"campaigns"}),
        ("from letters import outbox", {"letters"}),
        ("def f():\n    from campaigns.models import User", {"campaigns"}),
        ("import importlib\nimportlib.import_module('campaigns.models')", {"importlib", "campaigns"}),
        ("from .campaigns import x", set[str]()),
    ],
)
def test_the_check_of_the_arrow_sees(source: str, found: set[str]) -> None:
    assert imported(source) == found


def test_the_check_of_what_letters_says_sees() -> None:
    source = "class A:\n  'about users'\n  owner = FK('campaigns.User')\n  user = 1\n  username = 2"
    assert {word for word in words(source) if NEVER_SAID_IN_LETTERS.search(word)} == {"user", "campaigns.User"}


def test_the_check_of_counted_queries_sees() -> None:
    assert uncounted_queries("self.assertNumQueries(3)\nwith self.assertNumQueries(3):\n    pass") == [1]
    assert uncounted_queries("x = django_assert_num_queries(3)\nwith django_assert_num_queries(2) as q:\n    pass") == [
        1
    ]


@pytest.mark.parametrize(
    "template",
    ["<p style='x'>", "<style>", "{{ x|safe }}", "{% autoescape off %}", "<a onclick=x>", "<script>x</script>"]
    + ["<a href='javascript:x'>", "{{ x | safe }}"],
)
def test_the_check_of_templates_sees(template: str) -> None:
    assert INLINE.search(template)
    assert not INLINE.search('<script src="x" defer></script><script type="application/ld+json">')
