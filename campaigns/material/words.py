"""What is known of each language, as data: languages/<code>.toml, one table a room."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("languages")


@cache
def languages() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def _table(language: str) -> dict[str, Any]:
    path = FOLDER / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def of(language: str, room: str, name: str) -> tuple[str, ...]:
    """The phrases that one language has under [room] name; none for a language that is not known."""
    return tuple(_table(language.split("-")[0]).get(room, {}).get(name, ()))


def is_thin(language: str) -> bool:
    """Whether we have only the most telling words of a language: what it lacks is taken from all of them."""
    return bool(_table(language).get("thin"))


@cache
def everywhere(room: str, name: str) -> tuple[str, ...]:
    """Those of all languages: a page in Arabic may have English buttons."""
    return tuple(dict.fromkeys(phrase for language in languages() for phrase in of(language, room, name)))


def load() -> None:
    """Reads all of it now, where files may be read no longer afterwards."""
    for language in languages():
        _table(language)
