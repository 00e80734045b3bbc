"""The lock files against the code: what is imported is asked for by name, and what is asked for is pinned by hash."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("config", "letters", "campaigns")


def names(list_of_requirements: str) -> set[str]:
    text = (ROOT / list_of_requirements).read_text()
    return {found.lower().replace("_", "-") for found in re.findall(r"^([A-Za-z][\w.-]*)", text, re.MULTILINE)}


def imported(room: str) -> Iterator[str]:
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


def packages_of(room: str) -> set[str]:
    providers = packages_distributions()
    ours = {*ROOMS, "tests", "benchmarks", *sys.stdlib_module_names}
    return {
        name.lower().replace("_", "-")
        for module in imported(room)
        for name in providers.get(module, [])
        if module not in ours
    }


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_requirements_in_names(room: str) -> None:
    # kombu and redis are celery's own and pydyf weasyprint's, at versions they choose.
    assert packages_of(room) - names("requirements.in") <= {"kombu", "redis", "pydyf"}


def test_tests_import_only_what_requirements_name() -> None:
    assert packages_of("tests") - names("requirements.in") - names("requirements-dev.in") <= {"kombu", "redis"}


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_carries_a_hash_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert len(pins) > 40
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)
    assert "://" not in text


def test_what_runs_and_what_tests_it_are_pinned_alike() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z][^ ]*==[^ ]+", (ROOT / lock).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
    assert {pin.split("==")[0] for pin in pins("requirements.txt")} >= {
        re.sub(r"\[.*", "", name) for name in names("requirements.in")
    }
