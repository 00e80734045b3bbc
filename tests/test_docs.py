"""The documentation held equal to the code by force: what is described exists, and what exists is described."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.models import Signature
from config.ratelimit import LIMITS, Limit
from letters.models.post import State

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ROOMS = ("config", "letters", "campaigns")
PAGES = sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "seeds").glob("*.md")})
NEEDED = "needed"
GUIDE = ("docs/deploying.md", "docs/operating.md")


def text(*names: str) -> str:
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def code_blocks_removed(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


# Settings


def variables() -> dict[str, str | None]:
    """Each environment variable that the settings read, with its default: None where it depends on something."""
    found: dict[str, str | None] = {}
    for node in ast.walk(ast.parse(text("config/settings.py"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(name := node.args[0], ast.Constant):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "_secret":
            found[str(name.value)] = NEEDED
        elif re.fullmatch(r"env\.(text|flag|number|words)", ast.unparse(node.func)):
            found.setdefault(str(name.value), default_of(node))
    return found


def default_of(call: ast.Call) -> str | None:
    """As the table has it."""
    given = call.args[1] if len(call.args) > 1 else None
    if isinstance(given, ast.Constant):
        return f"`{int(given.value) if isinstance(given.value, bool) else str(given.value)}`"
    return "`0`" if given is None and ast.unparse(call.func) == "env.flag" else None


def documented_variables() -> dict[str, str]:
    """Name → default, from the table of docs/settings.md."""
    return table_of(text("docs/settings.md").split("\n## ")[0])


def table_of(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+?) \|", section, re.MULTILINE))


def test_every_setting_is_documented_and_none_is_made_up() -> None:
    assert len(variables()) > 30
    assert set(documented_variables()) == set(variables())


@pytest.mark.parametrize("name", sorted(variables()))
def test_the_documented_default_is_the_real_one(name: str) -> None:
    if (default := variables()[name]) is not None:
        assert documented_variables()[name] == default


def test_the_example_of_production_sets_only_variables_there_are() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", text("docs/production.env.example"), re.MULTILINE))
    needed = {name for name, default in variables().items() if default == NEEDED}
    assert needed <= named <= set(variables())


def test_the_web_servers_own_settings_are_documented_as_the_unit_has_them() -> None:
    unit = re.findall(r"^Environment=(\w+)=(.+)$", text("deploy/systemd/countersign-web.service"), re.MULTILINE)
    documented = table_of(text("docs/settings.md").split("\n## Of the web server\n")[1])
    assert "GRANIAN_WORKERS" in documented
    assert documented == {name: f"`{value}`" for name, value in unit}


# Commands


def test_every_make_target_is_in_the_readme_or_the_guide() -> None:
    targets = set(re.findall(r"^([a-z]+):[^#\n]*##", text("Makefile"), re.MULTILINE))
    assert {"run", "test"} <= targets
    assert targets <= set(re.findall(r"\bmake ([a-z]+)\b", text("README.md", "CONTRIBUTING.md")))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_names_only_make_targets_there_are(page: Path) -> None:
    named = set(re.findall(r"`make ([a-z]+)[ `]", page.read_text(encoding="utf-8")))
    assert named <= set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


def our_commands() -> set[str]:
    return {path.stem for room in ROOMS for path in (ROOT / room).glob("management/commands/[a-z]*.py")}


def test_every_command_of_ours_is_in_the_guide_to_running_it() -> None:
    assert our_commands() <= set(re.findall(r"manage\.py ([a-z_]+)", text(*GUIDE)))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_names_only_commands_there_are(page: Path) -> None:
    djangos = {
        "check",
        "collectstatic",
        "compilemessages",
        "createsuperuser",
        "dumpdata",
        "makemessages",
        "makemigrations",
        "migrate",
    }
    assert set(re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8"))) <= our_commands() | djangos


# Words


def in_backticks(*names: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text(*names)))


@pytest.mark.parametrize("state", [*Signature.State, *State], ids=lambda state: f"{type(state).__name__}-{state}")
def test_every_state_is_explained(state: str) -> None:
    assert str(state) in in_backticks("docs/glossary.md", "docs/architecture.md")


# Limits


def in_words(seconds: int) -> str:
    for name, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0:
            return f"1 {name}" if seconds == size else f"{seconds // size} {name}s"
    return f"{seconds} seconds"


def row(name: str, limit: Limit) -> str:
    down = "lets through" if limit.when_down == "open" else "refuses"
    cells = (f"`{name}`", limit.count, in_words(limit.seconds), limit.per, down)
    return f"| {' | '.join(map(str, cells))} |"


def limits_asked_for() -> set[str]:
    calls = re.compile(r"\b(?:allow|against|acting_link)\(\s*\"([a-z_]+)\"")
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {name for path in paths for name in calls.findall(path.read_text(encoding="utf-8"))}


def test_every_limit_is_asked_for_somewhere() -> None:
    assert limits_asked_for() == set(LIMITS)


def test_every_limit_is_in_the_table_as_it_is() -> None:
    told = re.findall(r"^\| `[a-z_]+` \| \d+ \|.*$", text("docs/security.md"), re.MULTILINE)
    assert told == [row(name, limit) for name, limit in LIMITS.items()]


# Promises


def promises(page: str) -> list[list[str]]:
    """The lines of the tables whose last column is `held by`."""
    tables = re.findall(r"^\|[^\n]*\| held by \|\n\|[-|]+\|\n((?:\|.*\n)+)", text(page), re.MULTILINE)
    return [line.strip("| ").split(" | ") for table in tables for line in table.splitlines()]


def missing(page: str, cell: str) -> list[str]:
    """The tests that a cell names and that are not there; itself, when it names none."""
    named = re.findall(r"\[([^\]]+)\]\((\.\./tests/[^)]+)\)", cell)
    return [f"{path}: {name}" for name, path in named if not is_a_test(name, (ROOT / page).parent / path)] or (
        [] if named else [cell]
    )


def is_a_test(sentence: str, path: Path) -> bool:
    name = sentence.replace(" ", "_")
    return path.is_file() and bool(re.search(rf"^(async )?def test_{name}\(", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page, at_least", [("docs/security.md", 28), ("docs/privacy.md", 52)])
def test_every_promise_names_tests_there_are(page: str, at_least: int) -> None:
    told = promises(page)
    assert len(told) >= at_least
    assert [lack for *_, held in told for lack in missing(page, held)] == []


def test_a_promise_that_nothing_holds_is_seen() -> None:
    page, here = "docs/security.md", "../tests/test_docs.py"
    assert missing(page, f"[a promise that nothing holds is seen]({here})") == []
    for nothing in (f"[a promise]({here})", "[x](../tests/test_none.py)", "yes"):
        assert missing(page, nothing)


# Decisions


def runtime_packages(requirements: str) -> set[str]:
    return {found.lower() for found in re.findall(r"^([A-Za-z][\w.-]*)", text(requirements), re.MULTILINE)}


@pytest.mark.parametrize("requirements", ["requirements.in", "requirements-dev.in"])
def test_every_library_has_its_reason(requirements: str) -> None:
    (decision,) = (DOCS / "decisions").glob("0001-*.md")
    heads = re.findall(r"^- (\*\*[^:]+):", decision.read_text(encoding="utf-8"), re.MULTILINE)
    explained = {name.lower() for head in heads for name in re.findall(r"\*\*([^*]+)\*\*", head)}
    assert runtime_packages(requirements) <= explained


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (DOCS / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


# Links and paths


def links() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", code_blocks_removed(page)):
            if not re.match(r"[a-z]+:", target):
                yield name_of(page), target


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", code_blocks_removed(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page, target", sorted(set(links())))
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    there = (ROOT / page).parent / path if path else ROOT / page
    assert there.exists()
    assert not anchor or anchor in anchors(there)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_path_in_the_text_is_a_path_in_the_tree(page: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join(ROOMS)}|tests|docs|seeds|bin)/[\w./-]+)`", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        for target in re.findall(r"\]\(([^)\s#]+)", code_blocks_removed(page)):
            there = (page.parent / target).resolve()
            found = sorted(there.glob("*.md")) if there.is_dir() else [there]
            waiting += [path for path in found if path.suffix == ".md" and path.exists() and path not in reached]
            reached |= set(found)
    assert {page for page in PAGES if page.parent.name != "seeds"} <= reached | {ROOT / "README.md"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_has_no_gap_to_be_filled_in_later(page: Path) -> None:
    assert not re.search(r"\b(FILL|TODO|TBD|FIXME)\b", page.read_text(encoding="utf-8"))


def test_every_folder_of_the_tree_has_its_place_in_the_architecture() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {line.split("/")[0] for line in tracked.splitlines() if "/" in line and not line.startswith(".")}
    assert {"campaigns", "deploy"} <= folders
    assert {f"{folder}/" for folder in folders} <= in_backticks("docs/architecture.md")


# Pictures


@pytest.mark.parametrize("picture", ["campaign.png", "letter.png"])
def test_the_readmes_pictures_are_light(picture: str) -> None:
    assert f"docs/images/{picture}" in text("README.md")
    assert 10_000 < (DOCS / "images" / picture).stat().st_size < 250_000
