"""A pytest plugin: tests that share one site and one Chromium run in one worker, so that both are started once.

xdist's own way, --dist=loadgroup, writes the group into the test's id, which pytest 9.2 no longer lets it do.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/browser/", "tests/nginx/", "tests/faults/test_failpoints.py", "tests/faults/test_brokers.py")


class SharedServersTogether(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return SharedServersTogether(config, log)
