"""Which dialect a file is in, and the reading of several files as one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from . import people, persons, popolo, tables
from .files import Document, Source, documents
from .found import BadFile, Column, Reading, Rejected, check_number, folded
from .structured import of_json, of_yaml

FORMATS = ("auto", "popolo", "csv", "yaml")
# Where a publisher wraps the list of people in an object.
_WRAPPERS_IN_ORDER = (
    "members people persons objects results representatives data items value "
    "councillors councilors legislators politicians mps senators deputies meps dados"
)
_WRAPPERS = _WRAPPERS_IN_ORDER.split()


def read(sources: Sequence[Source], format: str, mapping: Mapping[str, str], chamber: str = "") -> Reading:
    """All files as one. Raises BadFile, also when nobody is in them."""
    if format not in FORMATS:
        raise BadFile(_("There is no format %(format)s.") % {"format": format})
    reading = Reading()
    for document in documents(list(sources), format):
        before = len(reading.found), len(reading.rejected), len(reading.addresses)
        reading.notes += document.notes
        _read(document, mapping, reading)
        if before == (len(reading.found), len(reading.rejected), len(reading.addresses)):
            if document.alone:
                raise BadFile(_("%(name)s holds no people.") % {"name": document.name})
            reading.notes.append(_("%(name)s holds no people and was left out.") % {"name": document.name})
    _take_out_nobody(reading)
    if chamber:
        chambers = dict.fromkeys(one.chamber for one in reading.found)
        reading.found = [one for one in reading.found if folded(one.chamber) == folded(chamber)]
        if not reading.found:
            raise BadFile(
                _("Nobody sits in %(chamber)s. There is: %(chambers)s.")
                % {"chamber": chamber, "chambers": ", ".join(filter(None, chambers)) or "—"}
            )
    if not reading.found and not reading.addresses:
        raise BadFile(_("Nobody could be read.") + "".join(f" {_place(one)}" for one in reading.rejected[:3]))
    return reading


def _take_out_nobody(reading: Reading) -> None:
    """A vacant seat and who has left it spare nobody: who held it is ended."""
    former = _("Holds the seat no longer.")
    why = {id(one): former if one.gone else persons.why_nobody(one.name) for one in reading.found}
    reading.rejected += [Rejected(one.place.line, why[id(one)]) for one in reading.found if why[id(one)]]
    reading.found = [one for one in reading.found if not why[id(one)]]


def guess(source: Source) -> list[Column]:
    """Of the first table that is in it; nothing for what has no columns. Raises BadFile."""
    for document in documents([source]):
        if document.kind == "csv":
            return tables.guessed(document)
        reading = Reading()
        _read(document, {}, reading)
        return next(iter(reading.columns.values()), [])
    raise BadFile(_("There is no file in it that could be read."))


def _place(one: Rejected) -> str:
    return _("Line %(line)s: %(reason)s") % {"line": one.line, "reason": one.reason}


def _read(document: Document, mapping: Mapping[str, str], reading: Reading) -> None:
    try:
        if document.kind == "csv":
            tables.read(document, mapping, reading)
        elif document.kind == "popolo":
            listed = _listed(of_json(document))
            check_number(document.name, len(listed))
            _structured(document, list(enumerate(listed, 1)), mapping, reading)
        else:
            entries = []
            for entry in of_yaml(document):
                entries.append(entry)
                check_number(document.name, len(entries))
            if len(entries) == 1:
                listed = _listed(entries[0][1])
                entries = list(enumerate(listed, 1)) if len(listed) != 1 else [(entries[0][0], listed[0])]
            _structured(document, entries, mapping, reading)
    except (AttributeError, TypeError, KeyError, IndexError, RecursionError) as error:
        # Data from outside may hold a list where a text belongs; what is so wrong is not taken in part.
        raise BadFile(_("%(name)s does not have the shape of a directory.") % {"name": document.name}) from error


def _listed(data: Any) -> list[Any]:
    """The entries of a list, or of the list that an object wraps, or the object alone."""
    if isinstance(data, dict) and not popolo.is_bundle(data) and not people.dialect(data):
        if str(data.get("classification", "")).lower() in popolo.NO_SEATS:
            return []  # whose members are not there as its members
        lists = [data[key] for key in _WRAPPERS if isinstance(data.get(key), list)]
        if lists:
            return list(lists[0])
        if isinstance(results := data.get("results"), dict) and isinstance(results.get("bindings"), list):
            return list(results["bindings"])  # of a SPARQL query
        if isinstance(only := _only(data), list | dict):
            return _listed(only)
        if len(data) > 1 and all(isinstance(one, dict) for one in data.values()):
            return list(data.values())  # people by their ids
    return data if isinstance(data, list) else [data]


def _only(data: dict[str, Any]) -> Any:
    """What an object wraps that holds nothing else but a remark or a link."""
    inner = [one for one in data.values() if isinstance(one, dict) or (isinstance(one, list) and _are_objects(one))]
    if len(data) == 1:
        return inner[0] if inner else None
    lists = [one for one in inner if isinstance(one, list) and not _are_links(one)]
    return lists[0] if len(lists) == 1 and not _says_something(data) else None


def _are_objects(listed: list[Any]) -> bool:
    return bool(listed) and all(isinstance(one, dict) for one in listed)


def _are_links(listed: list[Any]) -> bool:
    return all("href" in one for one in listed)


def _says_something(data: dict[str, Any]) -> bool:
    return any("name" in folded(key) for key in data)


def _unwrapped(entry: Any) -> Any:
    """{"depute": {…}} and {"value": {…}, "links": […]} are what they hold."""
    if isinstance(entry, dict) and not any(isinstance(one, str | int) for one in entry.values()):
        inner = [one for one in entry.values() if isinstance(one, dict)]
        if len(inner) == 1 and len(entry) <= 2:
            return inner[0]
    return entry


def _structured(
    document: Document, entries: list[tuple[int, Any]], mapping: Mapping[str, str], reading: Reading
) -> None:
    flat: list[tuple[int, Any]] = []
    for line, entry in entries:
        one = entry if popolo.is_bundle(entry) or people.dialect(entry) else _unwrapped(entry)
        if popolo.is_bundle(one):
            popolo.read(document.name, one, reading)
        elif people.dialect(one):
            people.read(document.name, one, line, reading)
        elif isinstance(one, dict) and isinstance(one.get("memberships"), list):
            popolo.read(document.name, {"persons": [one]}, reading, line)
        elif popolo.is_membership(one):
            popolo.read(document.name, {"memberships": [one]}, reading, line)
        elif isinstance(one, dict):
            flat.append((line, one))
        else:
            reading.rejected.append(Rejected(line, _("This is no person.")))
    if flat:
        tables.read_objects(document, flat, mapping, reading)
