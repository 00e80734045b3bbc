"""Several sweepers at once. SQLite has one writer and cannot show it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from campaigns import noticing
from letters.models import OutgoingEmail
from letters.models.post import Kind
from tests.campaigns.factories import make_organisation, make_user
from tests.campaigns.test_noticing import HELD, concern

from .test_together import in_a_thread

pytestmark = pytest.mark.django_db(transaction=True)
SWEEPERS = 4


def test_sweepers_at_once_tell_each_owner_once(monkeypatch: pytest.MonkeyPatch) -> None:
    organisations = [make_organisation() for _ in range(5)]
    for number, organisation in enumerate(organisations):
        make_user(f"owner{number}@example.org", organisation, "owner")
        concern(organisation, *HELD)
    together = threading.Barrier(SWEEPERS, timeout=20)
    tell = noticing._tell

    def tell_together(*arguments: object) -> bool:
        together.wait()  # all of them have read that nobody was told
        return tell(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(noticing, "_tell", tell_together)
    with ThreadPoolExecutor(SWEEPERS) as pool:
        sweeps = [pool.submit(in_a_thread, noticing.tell_organisers) for _ in range(SWEEPERS)]
        assert sum(sweep.result() for sweep in sweeps) == len(organisations)
    told = OutgoingEmail.objects.filter(kind=Kind.NOTICE)
    assert sorted(notice.to_address for notice in told) == [f"owner{number}@example.org" for number in range(5)]
