"""Kills its own process -9 at a named step. Loaded into it from outside (armed/sitecustomize.py); ours has no hook.

FAILPOINT is "step" or "step:n", for the n-th passing. FAILPOINTS_PASSED names a file that gets the step as a line.

A step of the database is "before" or "after the commit of" a change of an email's state, which is known by the event
that the transaction adds, in whichever statement.
"""

import functools
import importlib.abc
import importlib.machinery
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

CHANGES = {
    "acceptance": ("", "queued"),
    "claim": ("queued", "leased"),
    "handing": ("leased", "handing"),
    "settling": ("handing", "sent"),
    "recovery of a lease": ("leased", "queued"),
    "recovery of a handing": ("handing", "queued held"),
}
SENDING_STEPS = (
    "before the commit of claim",
    "after the commit of claim",
    "after MAIL",
    "after RCPT",
    "before the commit of handing",
    "after the commit of handing",
    "after DATA",
    "in the middle of the body",
    "after the body",
    "after the answer",
    "before the commit of settling",
    "after the commit of settling",
)
PUBLISHING_STEPS = ("before the publish", "in the middle of the publish", "after the publish")
ACCEPTING_STEPS = ("before the commit of acceptance", "after the commit of acceptance", *PUBLISHING_STEPS)
RECOVERING_STEPS = (
    "before the commit of recovery of a lease",
    "after the commit of recovery of a lease",
    "before the commit of recovery of a handing",
    "after the commit of recovery of a handing",
)


class Countdown:
    def __init__(self, step: str) -> None:
        self.step, _, count = step.partition(":")
        self.left = int(count or 1)
        self.lock = threading.Lock()

    def passing(self) -> None:
        with self.lock:
            self.left -= 1
            if self.left:
                return
            if path := os.environ.get("FAILPOINTS_PASSED"):
                with open(path, "a") as passed:
                    passed.write(f"{self.step}\n")
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()


def arm(failpoint: str) -> None:
    countdown = Countdown(failpoint)
    module, wrap = _of(countdown)
    sys.meta_path.insert(0, _AfterImport(module, wrap))


Wrap = Callable[[ModuleType], None]


def _of(countdown: Countdown) -> tuple[str, Wrap]:
    """Which module to wait for, and what to do to it then."""
    step = countdown.step
    if " the commit of " in step:
        when, _, change = step.partition(" the commit of ")
        return "django.db.backends.utils", functools.partial(_around_commits, countdown, when, CHANGES[change])
    if "publish" in step:
        return "letters.nudging", functools.partial(_around_publishing, countdown, step)
    return "smtplib", functools.partial(_in_the_conversation, countdown, step)


def _around_commits(countdown: Countdown, when: str, change: tuple[str, str], module: ModuleType) -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    ours = threading.local()  # has this thread's transaction made such a change?
    cursor = module.CursorWrapper
    execute, executemany = cursor.execute, cursor.executemany
    commit, rollback = BaseDatabaseWrapper.commit, BaseDatabaseWrapper.rollback

    def executing(call: Callable[..., Any], rows_of: Callable[[Any], list[Any]]) -> Callable[..., Any]:
        def wrapped(self: Any, sql: Any, params: Any = None) -> Any:
            if not any(_makes(change, str(sql), row) for row in rows_of(params)):
                return call(self, sql, params)
            alone = not self.db.in_atomic_block  # its statement is a transaction of its own
            if alone and when == "before":
                countdown.passing()
            result = call(self, sql, params)
            if alone and when == "after" and self.rowcount:
                countdown.passing()
            ours.made = not alone
            return result

        return wrapped

    def committing(self: Any) -> None:
        was_made, ours.made = getattr(ours, "made", False), False
        if was_made and when == "before":
            countdown.passing()
        commit(self)
        if was_made and when == "after":
            countdown.passing()

    def rolling_back(self: Any) -> None:
        ours.made = False
        rollback(self)

    cursor.execute = executing(execute, lambda params: [params or ()])
    cursor.executemany = executing(executemany, lambda params: list(params or ()))
    BaseDatabaseWrapper.commit, BaseDatabaseWrapper.rollback = committing, rolling_back  # type: ignore[method-assign]


def _makes(change: tuple[str, str], sql: str, params: Any) -> bool:
    """Does this statement add the event of such a change, or accept an email?"""
    before, after = change
    _, insert, into = sql.partition("INSERT INTO ")
    table = into.partition(" ")[0].strip('"')
    if not before or not insert:
        return table == "letters_outgoingemail"
    values = list(params)
    pairs = zip(values, values[1:], strict=False)
    return table == "letters_deliveryevent" and any(one == before and two in after.split() for one, two in pairs)


def _around_publishing(countdown: Countdown, step: str, module: ModuleType) -> None:
    from config import folder_queue

    publish = module.publish

    def publishing(queue: str) -> None:
        if step.startswith("before"):
            countdown.passing()
        publish(queue)
        if step.startswith("after"):
            countdown.passing()

    def half_written(path: Any, text: str) -> None:
        path.with_name(f"{path.name}.half.part").write_text(text[: len(text) // 2])
        countdown.passing()
        write_whole(path, text)

    write_whole = folder_queue.write_whole
    module.publish = publishing  # type: ignore[attr-defined]
    if step.startswith("in the middle"):
        folder_queue.write_whole = half_written


def _in_the_conversation(countdown: Countdown, step: str, smtplib: ModuleType) -> None:
    smtp = smtplib.SMTP
    mail, rcpt, docmd, send, getreply = smtp.mail, smtp.rcpt, smtp.docmd, smtp.send, smtp.getreply
    waiting: set[Any] = set()  # connections whose body is sent, and not answered

    def then(step_here: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
            answer = call(self, *args, **kwargs)
            if step == step_here and (step_here != "after DATA" or args[:1] == ("DATA",)):
                countdown.passing()
            return answer

        return wrapped

    def sending(self: Any, data: Any) -> None:
        if not (isinstance(data, bytes) and data.endswith(b"\r\n.\r\n")):
            send(self, data)
            return
        if step == "in the middle of the body":
            send(self, data[: len(data) // 2])
            countdown.passing()
            send(self, data[len(data) // 2 :])
        else:
            send(self, data)
        waiting.add(self)
        if step == "after the body":
            countdown.passing()

    def replied(self: Any) -> Any:
        answer = getreply(self)
        if self in waiting:
            waiting.discard(self)
            if step == "after the answer":
                countdown.passing()
        return answer

    smtp.mail, smtp.rcpt = then("after MAIL", mail), then("after RCPT", rcpt)
    smtp.docmd, smtp.send, smtp.getreply = then("after DATA", docmd), sending, replied


class _AfterImport(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module as everybody does, and has `wrap` done to it once it is there."""

    def __init__(self, name: str, wrap: Wrap) -> None:
        self.name, self.wrap = name, wrap

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        assert spec is not None and spec.loader is not None
        execute = spec.loader.exec_module

        def execute_and_wrap(module: ModuleType) -> None:
            execute(module)
            self.wrap(module)

        spec.loader.exec_module = execute_and_wrap  # type: ignore[method-assign]
        return spec
