"""Small tables of postcodes, as files."""

import gzip
from pathlib import Path

from letters.directory.postcodes import Summary, import_postcodes
from letters.models import Legislature, Postcode

TWO_SETS = """postcode,pcon2010,pcon2024
LS1 4DY,E14000777,E14001325
LS1 4DZ,E14000777,E14001326
AB10 1AB,S14000001,S14000061
AB10 9ZZ,,S14000061
EX1 1AA,E14000698,
"""


def table(folder: Path, text: str | bytes, name: str = "table.csv") -> Path:
    file = folder / name
    data = text.encode() if isinstance(text, str) else text
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return file


def read(folder: Path, legislature: Legislature, text: str | bytes, **options: object) -> Summary:
    return import_postcodes(table(folder, text), legislature, **options)  # type: ignore[arg-type]


def held(legislature: Legislature) -> set[tuple[str, str, str]]:
    """(postcode, boundary set, code) of all that the directory has."""
    rows = Postcode.objects.filter(constituency__legislature=legislature)
    return set(rows.values_list("postcode", "constituency__boundary_set", "constituency__code"))
