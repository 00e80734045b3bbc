"""The PDFs of a batch: while one email is on its way, the letter of the next is rendered."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from .mime import letters_pdf
from .models.post import OutgoingEmail


class RenderedAhead:
    """By one only: a worker still renders one letter at a time, and what a turn's end throws away is one."""

    def __init__(self, batch: list[OutgoingEmail], is_over: Callable[[], bool]) -> None:
        self.is_over = is_over
        self.following = {email.pk: after for email, after in zip(batch, batch[1:], strict=False)}
        self.started: dict[int, Future[bytes]] = {}
        self.thread = ThreadPoolExecutor(1, "ahead")  # it starts with the first letter that has a PDF

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.thread.shutdown(wait=False, cancel_futures=True)

    def pdf(self, email: OutgoingEmail) -> bytes:
        """As letters.mime.letters_pdf, and raises the same."""
        started = self.started.pop(email.pk, None)
        pdf = started.result() if started else letters_pdf(email)
        after = self.following.get(email.pk)
        if after is not None and after.attach_letter and after.letter is not None and not self.is_over():
            with suppress(RuntimeError):  # the process is ending
                self.started[after.pk] = self.thread.submit(letters_pdf, after)
        return pdf
