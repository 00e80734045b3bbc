"""bin/check-packages, told what it must see."""

import json

from . import packages

LOCK = """django==5.2.19 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r requirements.in
lxml==6.1.0 \\
    --hash=sha256:cc
"""


def test_a_lock_that_fits_its_list_is_right() -> None:
    assert packages.wrong("# why\nDjango~=5.2.19\nlxml~=6.1  # trees\n", LOCK) == []


def test_a_pin_that_is_missing_too_old_or_without_a_hash_is_seen() -> None:
    assert packages.wrong("Django~=5.2.20\n", LOCK) == ["Django is pinned at 5.2.19, but ~=5.2.20 is asked for"]
    assert packages.wrong("pillow\n", LOCK) == ["pillow is asked for and not pinned"]
    assert packages.wrong("", "nh3==0.3.7\n    # via x\n") == ["nh3 is pinned without a hash"]


def test_what_is_known_against_a_package_is_said_and_what_was_not_asked_is_counted() -> None:
    report = {
        "dependencies": [
            {"name": "django", "version": "5.2.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.2.2"]}]},
            {"name": "lxml", "version": "6.1.0", "vulns": []},
            {"name": "nh3", "skip_reason": "Dependency not found on PyPI"},
        ]
    }
    known, asked, not_asked = packages.weaknesses(json.dumps(report))
    assert known == ["django 5.2.1: PYSEC-1, mended in ['5.2.2']"] and (asked, not_asked) == (2, 1)


def test_our_own_locks_are_what_their_lists_ask_for() -> None:
    for name in packages.LISTS:
        listed, lock = ((packages.ROOT / f"{name}.{end}").read_text() for end in ("in", "txt"))
        assert packages.wrong(listed, lock) == []
