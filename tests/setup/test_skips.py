"""A run with a skipped test: allowed on a laptop, not where everything must run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, reason: str, *options: str, ci: str = "") -> tuple[int, str]:
    (folder / "test_one.py").write_text(
        f"import pytest\n\ndef test_that_runs():\n    pass\n\ndef test_that_does_not():\n    pytest.skip({reason!r})\n"
    )
    (folder / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.skips", "-p", "no:django", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["here", "in a worker"])
def test_a_skip_without_leave_fails_the_run(tmp_path: Path, workers: tuple[str, ...]) -> None:
    status, said = run(tmp_path, "Chromium is not installed", "--strict-skips", *workers)
    assert status == 1
    assert "Failed: nothing may be skipped here, but: Chromium is not installed" in said


def test_the_continuous_integration_is_strict(tmp_path: Path) -> None:
    assert run(tmp_path, "Chromium is not installed", ci="true")[0] == 1


def test_elsewhere_a_skip_is_told_with_its_reason(tmp_path: Path) -> None:
    status, said = run(tmp_path, "Chromium is not installed")
    assert status == 0
    assert "Chromium is not installed (1)\n    test_one.py::test_that_does_not" in said


def test_an_absent_shared_folder_excuses(tmp_path: Path) -> None:
    assert run(tmp_path, "../shared is absent", "--strict-skips")[0] == 0
