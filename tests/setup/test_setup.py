"""`bin/setup` in a folder of its own, where python's virtual environments, apt and the libraries are played."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Makes a .venv that is a copy of itself, and notes what pip is asked for instead of asking it.
PYTHON = f"""#!/bin/sh
case "$*" in
  "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"pip install"*) echo "$*" >>pip.log; [ ! -e pip-waits ] || sleep 60; [ ! -e pip-fails ] ;;
  *) exec {sys.executable} "$@" ;;
esac
"""
LIBRARIES = "libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz.so.0 libharfbuzz-subset.so.0"


class Machine:
    """A clone of the project on a machine that is played."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.commands = folder / "commands"
        self.home = folder / "home"
        for made in (self.project, self.commands, self.home / ".local/share/fonts"):
            made.mkdir(parents=True)
        shutil.copytree(ROOT / "bin", self.project / "bin")
        (self.project / "requirements.txt").write_text("django==5.2.19\n")
        (self.project / "requirements-dev.txt").write_text("django==5.2.19\npytest==9.2.0\n")
        self.command("python3", PYTHON)
        self.command("uname", "echo Linux")
        self.command("ldconfig", f"printf '\t%s (libc6) => /lib\\n' {LIBRARIES}")
        self.command("msgfmt", 'for last; do :; done; echo "$last" >>msgfmt.log; : >"$3"')
        self.command("apt-get", 'echo "$@" >>apt.log')
        self.command("sudo", "exit 1")
        self.command("id", "echo 1000")
        (self.home / ".local/share/fonts/NotoNaskhArabic-Regular.ttf").touch()

    def command(self, name: str, text: str) -> None:
        path = self.commands / name
        path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        surroundings = {"PATH": f"{self.commands}:{os.environ['PATH']}", "HOME": str(self.home)}
        return subprocess.Popen(
            ["sh", "bin/setup", *arguments],
            cwd=self.project,
            env=surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def setup(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    def noted(self, name: str) -> list[str]:
        path = self.project / f"{name}.log"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_second_setup_does_nothing_and_says_nothing(machine: Machine) -> None:
    status, said = machine.setup()
    assert status == 0
    assert "Installing the Python packages of requirements.txt." in said
    assert machine.setup() == (0, "")
    assert len(machine.noted("pip")) == 1


def test_packages_are_held_against_their_hashes(machine: Machine) -> None:
    machine.setup()
    assert "--require-hashes -r requirements.txt" in machine.noted("pip")[0]


def test_changed_pins_are_installed_with_what_was_there_already(machine: Machine) -> None:
    machine.setup("dev")
    (machine.project / "requirements-dev.txt").write_text("django==5.2.20\npytest==9.2.0\n")
    machine.setup()
    assert [line.split()[-1] for line in machine.noted("pip")] == ["requirements-dev.txt"] * 2
    assert machine.setup() == (0, "")


def test_an_interrupted_setup_is_not_mistaken_for_a_finished_one(machine: Machine) -> None:
    (machine.project / "pip-waits").touch()
    process = machine.start()
    deadline = time.monotonic() + 60
    while not machine.noted("pip"):
        assert time.monotonic() < deadline
        time.sleep(0.05)  # polls another process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (machine.project / "pip-waits").unlink()
    (machine.project / ".venv/half-made").touch()
    status, said = machine.setup()
    assert status == 0
    assert "making it anew" in said
    assert not (machine.project / ".venv/half-made").exists()


def test_a_pip_that_fails_is_tried_again_without_making_everything_anew(machine: Machine) -> None:
    (machine.project / "pip-fails").touch()
    status, said = machine.setup()
    assert status == 1
    assert "pip could not install requirements.txt" in said
    (machine.project / "pip-fails").unlink()
    status, said = machine.setup()
    assert status == 0
    assert "making it anew" not in said


def test_a_python_that_is_too_old_is_said_in_a_sentence(machine: Machine) -> None:
    old = '[ "$1" != --version ] || { echo Python 3.10.12; exit 0; }; exit 1'
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11"):
        machine.command(name, old)
    status, said = machine.setup()
    assert status == 1
    assert "Countersign needs Python 3.11 or newer (Python 3.10.12)." in said


def test_where_it_may_not_install_it_says_the_command_of_each_system(machine: Machine) -> None:
    machine.command("ldconfig", "true")
    status, said = machine.setup()
    assert status == 1
    assert "Letters cannot be set without pango." in said
    names = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0"
    assert f"sudo apt-get install --no-install-recommends {names}\n" in said
    assert "sudo dnf install pango harfbuzz\n" in said
    assert "brew install pango harfbuzz\n" in said
    assert machine.noted("apt") == []


def test_without_what_letters_can_do_without_it_goes_on(machine: Machine) -> None:
    machine.command("ldconfig", f"printf '\t%s (libc6) => /lib\\n' {LIBRARIES.rsplit(' ', 1)[0]}")
    status, said = machine.setup()
    assert status == 0
    assert "Missing: subset." in said


@pytest.mark.parametrize("allowed", [{"id": "echo 0"}, {"sudo": 'shift; exec "$@"'}], ids=["root", "sudo"])
def test_where_it_may_it_installs_through_apt(machine: Machine, allowed: dict[str, str]) -> None:
    machine.command("ldconfig", "true")
    machine.command("apt-get", 'echo "$@" >>apt.log; cp ../ldconfig-after ../commands/ldconfig')
    machine.command("../ldconfig-after", f"printf '\t%s (libc6) => /lib\\n' {LIBRARIES}")
    for name, text in allowed.items():
        machine.command(name, text)
    status, said = machine.setup()
    assert status == 0, said
    assert "Installing through apt: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0." in said
    [line] = machine.noted("apt")
    assert line.endswith("install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0")


def test_a_package_this_release_does_not_have_keeps_no_other_out(machine: Machine) -> None:
    machine.command("ldconfig", "true")
    machine.command("id", "echo 0")
    machine.command("apt-get", 'echo "$@" >>apt.log; case "$*" in *harfbuzz-subset0*) exit 100 ;; esac')
    _, said = machine.setup()
    assert any(line.endswith(" install libharfbuzz0b") for line in machine.noted("apt"))
    assert "apt could not install everything" in said


def test_translations_are_compiled_when_they_are_newer(machine: Machine) -> None:
    text = machine.project / "locale/ar/LC_MESSAGES/django.po"
    text.parent.mkdir(parents=True)
    text.touch()
    machine.setup()
    machine.setup()
    assert machine.noted("msgfmt") == ["locale/ar/LC_MESSAGES/django.po"]
    later = time.time() + 5
    os.utime(text, (later, later))
    machine.setup()
    assert len(machine.noted("msgfmt")) == 2
