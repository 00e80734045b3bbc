"""JSON and YAML, read without trust."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from .files import Document
from .found import BadFile

# The largest we know, a country's members since 1789, has 8 MB.
LARGEST_YAML = 12_000_000
_DEEPEST = 40
# Of what is read, and of what its aliases unfold to; the largest we know has a tenth.
_MOST_PIECES = 2_000_000
_NOTHING = ("", "~", "null", "Null", "NULL")
_PLAIN_TAG = "tag:yaml.org,2002:"


def of_json(document: Document) -> Any:
    # Each takes fifty times its length in memory.
    if (
        document.text.count("{") + document.text.count("[") > _MOST_PIECES // 2
        or document.text.count(",") > 4 * _MOST_PIECES
    ):
        raise _too_much(document)
    try:
        return json.loads(document.text)
    except RecursionError:
        raise BadFile(_("%(name)s is nested too deeply.") % {"name": document.name}) from None
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (entries := _a_line_each(document.text)):
            return entries
        raise BadFile(
            _("%(name)s, line %(line)s: this is not JSON, or the file was cut off.")
            % {"name": document.name, "line": error.lineno}
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise BadFile(_("%(name)s holds a number that is too long.") % {"name": document.name}) from error


def _a_line_each(text: str) -> list[Any]:
    """JSON Lines; nothing where a line is none."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return []


def _too_much(document: Document) -> BadFile:
    return BadFile(_("%(name)s unfolds to more than can be held.") % {"name": document.name})


def of_yaml(document: Document) -> Iterator[tuple[int, Any]]:
    """Each entry of its list, or the one thing it is, with the line on which it begins. Raises BadFile.

    What is not quoted stays as it is written: NO is a country, 02458 a ZIP code, 2015-02 a month.
    """
    if len(document.text) > LARGEST_YAML:
        raise BadFile(
            _("%(name)s is larger than %(size)s MB, the most that is read as YAML.")
            % {"name": document.name, "size": LARGEST_YAML // 1_000_000}
        )
    builder = _Builder(document)
    try:
        for event in yaml.parse(document.text, yaml.CSafeLoader):
            yield from builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadFile(
            _("%(name)s, line %(line)s: this is not plain YAML, or the file was cut off.")
            % {"name": document.name, "line": mark.line + 1 if mark else 1}
        ) from error
    except yaml.YAMLError as error:
        raise BadFile(_("%(name)s is not plain YAML.") % {"name": document.name}) from error


@dataclass(slots=True)
class _Open:
    """A list or a mapping that has not ended."""

    value: list[Any] | dict[str, Any]
    line: int
    anchor: str
    before: int  # how many pieces there were
    key: str | None = None


class _Builder:
    """From events, so that what unfolds without end is seen before it is held, and nothing but plain data is made."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: list[_Open] = []
        self.anchors: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        self.pieces = 0

    def take(self, event: yaml.Event) -> Iterator[tuple[int, Any]]:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            self._check_tag(event, line)
            value: list[Any] | dict[str, Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
            self.open.append(_Open(value, line, event.anchor or "", self.pieces))
            self._count(1)
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self.open.pop()
            self._keep(ended.anchor, ended.value, self.pieces - ended.before)
            # The entries of the outermost list were given one by one.
            if self.open or isinstance(ended.value, dict):
                yield from self._add(ended.value, ended.line)
        elif isinstance(event, yaml.AliasEvent):
            yield from self._add(self._alias(event.anchor or "", line), line)
        elif isinstance(event, yaml.ScalarEvent):
            self._check_tag(event, line)
            self._count(1)
            nothing = event.implicit[0] and event.value in _NOTHING
            self._keep(event.anchor or "", None if nothing else event.value, 1)
            yield from self._add(None if nothing else event.value, line)

    def _add(self, value: Any, line: int) -> Iterator[tuple[int, Any]]:
        if not self.open:
            yield line, value
            return
        into = self.open[-1]
        if isinstance(into.value, list):
            if len(self.open) == 1:
                yield line, value
            else:
                into.value.append(value)
        elif into.key is None:
            if isinstance(value, list | dict):
                raise self._not_plain(line)
            into.key = "" if value is None else value
        else:
            self._put(into.value, into.key, value, line)
            into.key = None

    def _put(self, into: dict[str, Any], key: str, value: Any, line: int) -> None:
        if key != "<<":
            into[key] = value
            return
        for merged in value if isinstance(value, list) else [value]:
            if not isinstance(merged, dict):
                raise self._not_plain(line)
            for name, inherited in merged.items():
                into.setdefault(name, inherited)

    def _alias(self, anchor: str, line: int) -> Any:
        if anchor in {one.anchor for one in self.open}:
            raise BadFile(_("%(name)s: %(alias)s holds itself.") % {"name": self.document.name, "alias": anchor[:40]})
        if anchor not in self.anchors:
            raise self._not_plain(line)
        self._count(self.sizes[anchor])
        return self.anchors[anchor]

    def _keep(self, anchor: str, value: Any, size: int) -> None:
        if anchor:
            self.anchors[anchor], self.sizes[anchor] = value, size

    def _count(self, pieces: int) -> None:
        self.pieces += pieces
        if self.pieces > _MOST_PIECES or len(self.open) > _DEEPEST:
            raise _too_much(self.document)

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if event.tag and event.tag != "!" and not event.tag.removeprefix(_PLAIN_TAG).isalpha():
            raise self._not_plain(line)

    def _not_plain(self, line: int) -> BadFile:
        return BadFile(
            _("%(name)s, line %(line)s: this is not plain YAML, or the file was cut off.")
            % {"name": self.document.name, "line": line}
        )
