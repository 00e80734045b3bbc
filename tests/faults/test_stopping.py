"""A worker that is told to stop: it finishes the email in hand and gives the rest back."""

from collections import Counter
from pathlib import Path

from tests.services import eventually

from .hostile import HostileServer, hostile_server
from .installation import installation

EMAILS = 20


def test_a_worker_told_to_stop_finishes_what_it_is_sending_and_gives_the_rest_back(tmp_path: Path) -> None:
    with (
        hostile_server(HostileServer.friendly(slow=0.6)) as server,
        installation("sqlite-filesystem", tmp_path) as place,
    ):
        place.prepare(server.url, 1)
        place.feeder("feed", str(place.journal), "1", str(EMAILS), str(EMAILS), "0")
        place.start("worker")
        place.start("sweeper")
        eventually(lambda: server.busy and len(server.taken) > 4, "an email in the middle of being sent")
        assert place.running.pop("worker").terminate() == 0
        assert not server.busy
        taken = Counter(one.uuid for one in server.taken)
        states = Counter(row.state for row in place.record().values())
        assert 0 < states["sent"] < EMAILS
        assert states == {"sent": len(taken), "queued": EMAILS - len(taken)}
        place.start("worker")
        eventually(place.settled, "the end of every email")
        assert Counter(one.uuid for one in server.taken) == dict.fromkeys(place.record(), 1)
        assert {row.state for row in place.record().values()} == {"sent"}
