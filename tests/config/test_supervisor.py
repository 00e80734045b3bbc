import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# A program with a child of its own that does not end when it does. Both leave their numbers, on a line for each start.
PROGRAM = 'sleep 1000 & echo $$ $! >>"$0"; wait'
STUBBORN = 'trap "" TERM; sleep 1000 & echo $$ $! >>"$0"; while :; do sleep 0.1; done'


class House:
    """A supervisor in a process of its own, over small shell programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *texts: str, grace: float = 10.0, answered: bool = True) -> None:
        for number in range(len(texts) if answered else 0):
            self.answer(number)
        script = Path(__file__).with_name("supervised.py")
        self.log = self.folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(script), str(self.folder), str(grace), *texts], stdout=log, stderr=log
            )

    def answer(self, number: int) -> None:
        (self.folder / f"{number}.answer").touch()

    def said(self) -> str:
        return self.log.read_text()

    def starts(self, number: int) -> list[list[int]]:
        """The process numbers of each start so far: the program's own and its child's."""
        path = self.folder / str(number)
        lines = path.read_text().splitlines() if path.exists() else []
        return [[int(word) for word in line.split()] for line in lines]

    def everybody(self) -> list[int]:
        return [pid for path in self.folder.glob("[0-9]") for start in self.starts(int(path.name)) for pid in start]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.process.kill()
    house.process.wait()


def eventually(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)  # polls another process


def alive(pid: int) -> bool:
    """A process that has ended but was not collected by its parent yet is not alive."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def nobody_is_left(house: House) -> bool:
    return not any(alive(pid) for pid in house.everybody())


def test_it_says_once_that_all_are_ready_after_the_last_has_answered(house: House) -> None:
    house.start(PROGRAM, PROGRAM, answered=False)
    house.answer(0)
    eventually(lambda: house.starts(1))
    time.sleep(0.5)  # two rounds of questions
    assert house.said() == ""
    house.answer(1)
    eventually(house.said)
    assert house.stop() == 0
    assert house.said() == "All are ready\n"


@pytest.mark.parametrize("which", [0, 1], ids=["killed", "ended"])
def test_a_program_that_dies_is_started_again_without_what_it_had_started(house: House, which: int) -> None:
    house.start(PROGRAM, PROGRAM)
    eventually(lambda: house.starts(0) and house.starts(1))
    [first], [other] = house.starts(0), house.starts(1)
    os.kill(first[which], signal.SIGKILL)
    eventually(lambda: len(house.starts(0)) == 2)
    assert not any(alive(pid) for pid in first)
    assert all(alive(pid) for pid in other)
    assert all(alive(pid) for pid in house.starts(0)[1])
    assert "The program 0 stopped" in house.said()
    assert house.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_to_stop_ends_everything(house: House, number: signal.Signals) -> None:
    house.start(PROGRAM, PROGRAM)
    eventually(lambda: house.starts(0) and house.starts(1))
    house.process.send_signal(number)
    assert house.process.wait(60) == 0
    assert nobody_is_left(house)


def test_a_program_that_ignores_the_signal_is_killed_after_the_grace(house: House) -> None:
    house.start(STUBBORN, PROGRAM, grace=0.5)
    eventually(lambda: house.starts(0) and house.starts(1))
    assert house.stop() == 0
    assert nobody_is_left(house)


def test_a_second_signal_does_not_wait_for_the_grace(house: House) -> None:
    house.start(STUBBORN, grace=600)
    eventually(lambda: house.starts(0))
    house.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        house.process.wait(0.5)
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(60) == 0
    assert nobody_is_left(house)


@pytest.mark.parametrize("text", [PROGRAM, STUBBORN], ids=["willing", "stubborn"])
def test_nothing_is_left_when_the_supervisor_itself_is_killed(house: House, text: str) -> None:
    house.start(text, text)
    eventually(lambda: house.starts(0) and house.starts(1))
    house.process.kill()
    house.process.wait()
    eventually(lambda: nobody_is_left(house))


def test_nothing_is_left_of_a_program_whose_guard_is_killed(house: House) -> None:
    house.start(PROGRAM)
    eventually(lambda: house.starts(0))
    [first] = house.starts(0)
    guard = os.getpgid(first[0])
    os.kill(guard, signal.SIGKILL)
    eventually(lambda: len(house.starts(0)) == 2)
    assert not any(alive(pid) for pid in first)
    assert house.stop() == 0


def test_a_program_that_will_not_start_is_named_with_the_last_it_printed(house: House) -> None:
    house.start('echo "no such table: letters"; exit 3', PROGRAM, answered=False)
    assert house.process.wait(60) == 1
    assert "The program 0 keeps stopping (exit status 3)." in house.said()
    assert "    no such table: letters\nGiving up." in house.said()
    assert nobody_is_left(house)


def test_what_must_be_there_is_made_anew_before_every_start(house: House) -> None:
    house.start(PROGRAM)
    eventually(lambda: house.starts(0))
    shutil.rmtree(house.folder / "queue")
    os.kill(house.starts(0)[0][0], signal.SIGKILL)
    eventually(lambda: len(house.starts(0)) == 2)
    assert (house.folder / "queue").is_dir()
    assert house.stop() == 0
