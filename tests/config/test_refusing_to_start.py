"""No process starts with a weak secret: the web server, the worker, the sweeper, and any command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pytest_django.fixtures import Settings

from config import checks

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
GOOD = {
    "SECRET_KEY": "q3vN1kXw7ZrT9mLc5BdY2hGf8JsPaEuK4iOoRtWyUxVz",
    "HASH_KEYS": "Zx8Kp2Wm4Qn6Rt1Yb3Vc5Lh7Jg9Fd0Sa-bTqXeUiOo",
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "campaigns.example.net",
    "SITE_URL": "https://campaigns.example.net",
    "BROKER_URL": "memory://",
}
PROCESSES = {
    "web server": [PYTHON, "-c", "import config.wsgi"],
    "worker": [PYTHON, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "ERROR"],
    "sweeper": [PYTHON, "manage.py", "sweep"],
    "a command": [PYTHON, "manage.py", "reconcile"],
}


def started(process: str, folder: Path, **weak: str) -> subprocess.CompletedProcess[str]:
    surroundings = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), **GOOD, **weak}
    return subprocess.run(PROCESSES[process], cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_starts_with_a_weak_secret(process: str, tmp_path: Path) -> None:
    ended = started(process, tmp_path, SECRET_KEY="change-me")
    assert ended.returncode != 0
    assert "SECRET_KEY" in ended.stderr + ended.stdout and "change-me" not in ended.stderr + ended.stdout


def test_with_good_ones_the_web_server_starts(tmp_path: Path) -> None:
    ended = started("web server", tmp_path)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "a" * 50,
        "ab" * 25,
        "0123456789abcdef" * 3,
        "12341234123412341234123412341234123412341",
        "x" * 30 + "abcdefgh",
    ]
    + ["django-insecure-q3vN1kXw7ZrT9mLc5BdY2hGf8JsPaEu", "q3vN1kXw7ZrT9mLc5BdY2hGf8Js-password"],
)
def test_a_weak_secret_is_told_by_its_length_and_what_it_is_made_of(settings: Settings, weak: str) -> None:
    for name in ("SECRET_KEY", "METRICS_TOKEN"):
        before = getattr(settings, name)
        setattr(settings, name, weak)
        assert checks.the_keys_are_keys(None) != [], (name, weak)
        setattr(settings, name, before)
    for name in ("SECRET_KEY_FALLBACKS", "HASH_KEYS"):
        before = getattr(settings, name)
        setattr(settings, name, [*before, weak])
        assert checks.the_keys_are_keys(None) != [], (name, weak)
        setattr(settings, name, before)
    assert checks.the_keys_are_keys(None) == []


def test_an_old_key_that_is_the_new_one_is_no_old_key(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    assert [found.id for found in checks.the_keys_are_keys(None)] == ["countersign.E006"]
