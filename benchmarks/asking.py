"""Another process that does what it is told: a line of JSON on its stdin is an order, one on its stdout the answer."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .installation import ROOT

Ask = Callable[..., Any]
Answers = Generator[Any, dict[str, Any], None]  # it is sent an order for each answer, once it has been started


@contextmanager
def asked(module: str, which: str, environment: Mapping[str, str] | None = None) -> Iterator[Ask]:
    """`python -m benchmarks.MODULE WHICH`, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}", which],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )

    def ask(**order: Any) -> Any:
        assert process.stdin and process.stdout
        print(json.dumps(order), file=process.stdin, flush=True)
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(f"benchmarks.{module} {which} ended")
        return json.loads(answer)

    try:
        yield ask
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answer(answers: Answers) -> None:
    """The other end."""
    next(answers)
    for line in sys.stdin:
        print(json.dumps(answers.send(json.loads(line))), flush=True)
