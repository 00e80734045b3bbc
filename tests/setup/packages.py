"""`bin/check-packages`: the lock files against their lists, and what is known against the packages they pin.

Checked without a network: each line of a list has its pin, within what the line allows, and each pin has its hashes.
With one: that locking anew would change nothing, and PyPI's list of known weaknesses (pip-audit).
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LISTS = ("requirements", "requirements-dev")
TOOLS = Path(sys.executable).parent
PATIENCE = 120  # seconds


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """Name → version, and how many hashes."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)[1:]
    found: dict[str, tuple[str, int]] = {}
    for block in blocks:
        name, _, version = block.split()[0].partition("==")
        found[canonicalize_name(name.partition("[")[0])] = (version, block.count("--hash=sha256:"))
    return found


def asked_for(text: str) -> Iterator[Requirement]:
    for line in text.splitlines():
        if line and not line.startswith(("#", "-")):
            yield Requirement(line.partition(" #")[0])


def wrong(listed: str, lock: str) -> list[str]:
    """What the lock has not, or has otherwise than the list asks, in words."""
    pinned = pins(lock)
    found = [f"{name} is pinned without a hash" for name, (_, hashes) in pinned.items() if not hashes]
    for asked in asked_for(listed):
        version = pinned.get(canonicalize_name(asked.name), ("", 0))[0]
        if not version:
            found.append(f"{asked.name} is asked for and not pinned")
        elif not asked.specifier.contains(version, prereleases=True):
            found.append(f"{asked.name} is pinned at {version}, but {asked.specifier} is asked for")
    return found


def changed_by_locking_anew(name: str) -> bool | None:
    """None where the index of packages could not be asked."""
    with tempfile.TemporaryDirectory() as folder:
        for file in (f"{one}.{end}" for one in LISTS for end in ("in", "txt")):
            (Path(folder) / file).write_bytes((ROOT / file).read_bytes())
        before = (Path(folder) / f"{name}.txt").read_text()
        command = [str(TOOLS / "uv"), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += [
            "--generate-hashes",
            "--custom-compile-command",
            "make lock",
            f"{name}.in",
            "--output-file",
            f"{name}.txt",
        ]
        try:
            made = subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return None
        return None if made.returncode else (Path(folder) / f"{name}.txt").read_text() != before


def weaknesses(report: str) -> tuple[list[str], int, int]:
    """Of pip-audit's JSON: what is known, of how many packages it could be asked, and of how many not."""
    packages = json.loads(report)["dependencies"]
    skipped = [one for one in packages if "skip_reason" in one]
    known = [
        f"{one['name']} {one['version']}: {weakness['id']}, mended in {weakness['fix_versions'] or 'nothing yet'}"
        for one in packages
        for weakness in one.get("vulns", [])
    ]
    return known, len(packages) - len(skipped), len(skipped)


def audited() -> tuple[list[str], str]:
    """What is known, and in a sentence what could not be asked."""
    command = [str(TOOLS / "pip-audit"), "--requirement", "requirements-dev.txt", "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off"]
    try:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
        known, asked, not_asked = weaknesses(ran.stdout)
    except (subprocess.TimeoutExpired, OSError, ValueError, KeyError) as error:
        return [], f"no package was asked about ({type(error).__name__})"
    return known, f"{not_asked} of {asked + not_asked} packages could not be asked about" if not_asked else ""


def main() -> int:
    found = []
    for name in LISTS:
        found += wrong((ROOT / f"{name}.in").read_text(), (ROOT / f"{name}.txt").read_text())
        if (changed := changed_by_locking_anew(name)) is None:
            print(f"NOT CHECKED: whether locking {name}.in anew would change its lock; the index could not be asked.")
        elif changed:
            found.append(f"{name}.txt is not what {name}.in makes: run `make lock`")
    known, not_asked = audited()
    if not_asked:
        print(f"NOT CHECKED: known weaknesses; {not_asked}. Ask where PyPI's own list can be reached.")
    for one in found + known:
        print(one, file=sys.stderr)
    if not (found or known):
        print("The lock files are what their lists ask for, with a hash for every pin.")
    return 1 if found or known else 0


if __name__ == "__main__":
    sys.exit(main())
