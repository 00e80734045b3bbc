"""What every way for an email to leave has in common."""

from collections.abc import Callable
from typing import Protocol

from .mime import Parcel


class DeliveryError(Exception):
    """An email did not leave, or we do not know if it did. The message is a sentence for an organiser.

    permanent: trying again would get the same answer.
    uncertain: the whole email was handed over, but the answer never came.
    server: no email would have got further just now.
    domain: the receiving domain asks for patience, whatever the mailbox.
    policy: the receiving domain refuses it for what it is, and would refuse the next.
    """

    def __init__(
        self,
        sentence: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        server: bool = False,
        domain: bool = False,
        policy: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.permanent, self.uncertain, self.server = permanent, uncertain, server
        self.domain, self.policy = domain, policy


def nothing() -> None:
    pass


class Channel(Protocol):
    def deliver(self, parcel: Parcel, handing: Callable[[], None], waiting: Callable[[], None] = nothing) -> str:
        """Hands one email over and returns what the other side answered. Raises DeliveryError.

        Calls `handing` once, when everything that can be known before has been, just before the email itself goes, and
        `waiting` now and then while the other side takes its time to say whether it accepts it.
        """

    def close(self) -> None: ...

    def abort(self) -> None:
        """From another thread: whatever is going on ends now, with an error."""
