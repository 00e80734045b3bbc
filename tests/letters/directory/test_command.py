import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from letters.models import Legislature, Representative

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("Who,Ward,Email\nAnn Bee,East,ann@x.org\nBob Dee,West,No email found\n,West,c@x.org\n")
    return path


def run(*args: object, **options: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_representatives", *map(str, args), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_the_columns_are_shown_and_the_outcome_counted(people: Path) -> None:
    out, err = run(people, "--legislature=northtown", "--map", "Who=name", "Ward=constituency")
    assert "people.csv is read as:" in err
    assert "  Who → name: Ann Bee, Bob Dee" in err
    assert "line 3: “No email found” is not an email address" in err
    assert "not placed: line 4: There is no name." in err
    assert out.startswith("people 2, memberships 2, constituencies 2, with_email 1, created 2")
    assert Legislature.objects.get().name == "Northtown"


def test_json_is_one_object_on_its_own(people: Path) -> None:
    options = [
        "--name=Northtown Council",
        "--address=Town Hall | NORTHTOWN",
        "--country=gb",
        "--kind=council",
        "--boundary-set=2024",
        "--json",
    ]
    out, _err = run(people, "--legislature=northtown", "--map=Who=name", *options)
    assert json.loads(out)["rejected"] == [{"line": 4, "reason": "There is no name."}]
    legislature = Legislature.objects.get()
    assert (legislature.name, legislature.country, legislature.kind) == ("Northtown Council", "GB", "council")
    assert legislature.address == "Town Hall\nNORTHTOWN"
    assert legislature.boundary_set == legislature.constituencies.all()[0].boundary_set == "2024"


def test_a_dry_run_says_so(people: Path) -> None:
    _out, err = run(people, "--legislature=northtown", "--map=Who=name", "--dry-run")
    assert "nothing was stored" in err
    assert not Representative.objects.exists() and not Legislature.objects.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--legislature=northtown"], "Nothing was stored. people.csv: no column holds the name"),
        (["--legislature=northtown", "--map=Who"], "--map takes COLUMN=FIELD"),
        (["--legislature=north town", "--map=Who=name"], "slug"),
        (["--legislature=northtown", "--map=Who=name", "--as-of=soon"], "--as-of"),
    ],
)
def test_what_cannot_be_is_one_sentence(people: Path, options: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(people, *options)
    assert not Legislature.objects.exists()
