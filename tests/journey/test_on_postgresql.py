"""The specification of what every row depends on, once more on a real PostgreSQL, and what only PostgreSQL can show."""

import os
import subprocess
import sys

import pytest

from tests.services import ROOT, postgresql

AGAIN = (
    "tests/postgresql",
    "tests/campaigns/public/test_kept_pages.py",
    "tests/campaigns/test_areas.py",
    "tests/campaigns/test_counting.py",
    "tests/campaigns/test_tallying.py",
    "tests/letters/test_lasting.py",
    "tests/letters/test_outbox.py",
    "tests/letters/test_pacing.py",
    "tests/letters/test_places.py",
    "tests/letters/test_postcodes.py",
    "tests/letters/test_reports.py",
    "tests/config/test_concurrently.py",
    "tests/config/test_jobs.py",
)


@pytest.mark.xdist_group("postgresql")
def test_the_rows_keep_their_promises_on_postgresql_too() -> None:
    with postgresql() as address:
        environment = os.environ | {"TEST_DATABASE_URL": address}
        for name in ("PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST", "PYTEST_ADDOPTS", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *AGAIN]
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
