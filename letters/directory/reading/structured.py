"""JSON and YAML, read without trust."""

import json
from collections.abc import Iterator
from typing import Any

import yaml
from django.utils.translation import gettext as _

from .files import Document
from .found import BadFile

# YAML takes a hundred times its size while it is read; the largest we know, a country's members since 1789, has 8 MB.
LARGEST_YAML = 12_000_000
_DEEPEST = 40
# What its aliases unfold to, in pieces; a file of that size without any has as many.
_MOST_PIECES = 4_000_000


class _Loader(yaml.CSafeLoader):
    """What is not quoted stays as it is written: NO is a country, 02458 a ZIP code, 2015-02 a month."""


_TAKEN = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag in _TAKEN]
    for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def of_json(document: Document) -> Any:
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


def of_yaml(document: Document) -> Iterator[tuple[int, Any]]:
    """Each entry of its list, or the one thing it is, with the line on which it begins. Raises BadFile."""
    if len(document.text) > LARGEST_YAML:
        raise BadFile(
            _("%(name)s is larger than %(size)s MB, the most that is read as YAML.")
            % {"name": document.name, "size": LARGEST_YAML // 1_000_000}
        )
    try:
        _check_size(document)
        loader = _Loader(document.text)
        try:
            while loader.check_node():
                node = loader.get_node()
                yield from _entries(loader, node) if node is not None else ()
        finally:
            loader.dispose()
    except BadFile:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadFile(
            _("%(name)s, line %(line)s: this is not plain YAML, or the file was cut off.")
            % {"name": document.name, "line": mark.line + 1 if mark else 1}
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadFile(_("%(name)s is not plain YAML.") % {"name": document.name}) from error


def _entries(loader: Any, node: yaml.Node) -> Iterator[tuple[int, Any]]:
    for entry in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        yield entry.start_mark.line + 1, loader.construct_document(entry)


def _check_size(document: Document) -> None:
    """Looks for what unfolds without end, before anything is built: aliases of aliases, an alias of itself, depth."""
    pieces = 0
    sizes: dict[str, int] = {}
    open_: list[tuple[str, int]] = []
    for event in yaml.parse(document.text, _Loader):
        if isinstance(event, yaml.AliasEvent):
            anchor = event.anchor or ""
            if anchor in {held for held, _before in open_}:
                raise BadFile(_("%(name)s: %(alias)s holds itself.") % {"name": document.name, "alias": anchor[:40]})
            pieces += sizes.get(anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor or "", pieces))
            pieces += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            sizes[anchor] = pieces - before
        else:
            pieces += 1
        if len(open_) > _DEEPEST or pieces > _MOST_PIECES:
            raise BadFile(_("%(name)s unfolds to more than can be held.") % {"name": document.name})
