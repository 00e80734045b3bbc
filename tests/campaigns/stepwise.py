"""Workers that stop at every step of an email's way out until they are told to go on: a test chooses the order in which
several of them run, what the mail server says, and where they die.

Each is a thread, of which only one runs at a time; all share the test's database connection and its transaction.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connections

from letters import draining
from letters.channels import Channels, DeliveryError, nothing
from letters.draining import Drain
from letters.mime import Parcel
from letters.models import OutgoingEmail


class Killed(BaseException):
    """As by kill -9: nothing is tidied up."""


class Step(StrEnum):
    CLAIMED = "claimed"  # leased, nothing prepared
    ADDRESSED = "addressed"  # the server has taken the envelope
    HANDED = "handed"  # `handing` is committed, the email is on its way
    TAKEN = "taken"  # the server has it, its answer is on the way


class Order(StrEnum):
    GO_ON = "go on"
    LATER = "4xx"
    NEVER = "5xx"
    LEAVE_DOMAIN = "4xx of the whole domain"
    POLICY = "5xx for a reason of policy"
    BREAK_OFF = "the server hangs up before the end"
    SILENT = "the server takes it, and its answer is lost"
    DEAF = "the server hangs up at the end, and has not taken it"
    MISTAKE = "a mistake of ours"
    TURN_OVER = "the turn ends after this one"
    DIE = "kill -9"
    DIE_WRITING = "kill -9 before the next change of a state is written"


REFUSALS: dict[Order, DeliveryError] = {
    Order.LATER: DeliveryError("450 later"),
    Order.NEVER: DeliveryError("550 never", permanent=True),
    Order.LEAVE_DOMAIN: DeliveryError("451 too much mail", domain=True),
    Order.POLICY: DeliveryError("554 5.7.1 for what it is", permanent=True, policy=True),
    Order.BREAK_OFF: DeliveryError("gone", server=True),
}
UNCERTAIN = DeliveryError("no answer", uncertain=True)


@dataclass
class Watch:
    """What a test wants to know of: an email that begins to leave, and one that the server has taken."""

    begins: Callable[[int, str], None]
    taken: Callable[[int, Parcel], None]


class Worker(threading.Thread):
    """One turn of draining one queue. It begins at the first resume()."""

    def __init__(self, queue: str, watch: Watch) -> None:
        super().__init__(daemon=True)
        self.queue, self.watch = queue, watch
        self.at: Step | None = None
        self.is_over = False
        self.order = Order.GO_ON
        self.error: BaseException | None = None
        self.dies_writing = False
        self.drain = Drain(queue, time.monotonic() + 3600, _Scripted(self))
        self._connection = connections["default"]
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.start()

    def resume(self, order: Order = Order.GO_ON) -> None:
        """Lets it run to its next step, or its end. Raises what went wrong in it."""
        self.order = order
        self._go.release()
        self._stopped.acquire()
        if self.error is not None:
            raise self.error

    def kill(self) -> None:
        if not self.is_over:
            self.error = None
            self.order = Order.DIE
            self._go.release()
            self._stopped.acquire()

    def pause(self, step: Step) -> Order:
        self.at = step
        self._stopped.release()
        self._go.acquire()
        if self.order == Order.TURN_OVER:
            self.drain.deadline = 0.0
        self.dies_writing = self.order == Order.DIE_WRITING
        if self.order == Order.DIE:
            raise Killed
        return self.order

    def told(self, what: Callable[..., None], *of: object) -> None:
        """An objection of the test's own is no mistake that the drain may survive."""
        try:
            what(*of)
        except AssertionError as error:
            self.error = error
            raise Killed from error

    def run(self) -> None:
        self._go.acquire()
        connections["default"] = self._connection
        try:
            if self.order != Order.DIE:
                self.drain.run()
        except Killed:
            pass
        except BaseException as error:
            self.error = error
        self.is_over = True
        self._stopped.release()


class _Scripted(Channels):
    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self.worker = worker

    def of(self, email: OutgoingEmail) -> "_Channel":
        return _Channel(self.worker, email)


@dataclass
class _Channel:
    worker: Worker
    email: OutgoingEmail

    def deliver(self, parcel: Parcel, handing: Callable[[], None], waiting: Callable[[], None] = nothing) -> str:
        worker = self.worker
        _maybe_refuse(worker.pause(Step.ADDRESSED))
        handing()
        worker.told(worker.watch.begins, self.email.pk, worker.drain.token)
        order = worker.pause(Step.HANDED)
        _maybe_refuse(order)
        if order == Order.DEAF:
            raise UNCERTAIN
        worker.told(worker.watch.taken, self.email.pk, parcel)
        if order == Order.SILENT:
            raise UNCERTAIN
        worker.pause(Step.TAKEN)
        return "250 2.0.0 Ok"

    def close(self) -> None: ...

    def abort(self) -> None: ...


def _maybe_refuse(order: Order) -> None:
    if order == Order.MISTAKE:
        raise KeyError("a mistake of ours")
    if order in REFUSALS:
        raise REFUSALS[order]


def _this_worker() -> Worker | None:
    thread = threading.current_thread()
    return thread if isinstance(thread, Worker) else None


def install(patch: Callable[[object, str, object], None]) -> None:
    """`patch` is monkeypatch.setattr: the steps that are not in a channel."""
    prepare, write = draining.parcel, draining.move

    def parcel(email: OutgoingEmail, *how: Any) -> Parcel:
        if worker := _this_worker():
            worker.pause(Step.CLAIMED)
        return prepare(email, *how)

    def move(*args: Any, **kwargs: Any) -> list[int]:
        worker = _this_worker()
        if worker and worker.dies_writing:
            raise Killed
        return write(*args, **kwargs)

    patch(draining, "parcel", parcel)
    patch(draining, "move", move)
