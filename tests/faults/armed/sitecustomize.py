"""Python imports this by itself where this folder is on PYTHONPATH: so the processes under test are armed."""

import os

if os.environ.get("FAILPOINT"):
    from tests.faults import failpoints

    failpoints.arm(os.environ["FAILPOINT"])
