from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from letters.pdf.sandbox import POOL


@pytest.fixture(autouse=True)
def slots_of_ones_own(settings: Any, tmp_path: Path) -> None:
    """Tests run side by side; each has the machine's slots to itself."""
    settings.VAR_DIR = tmp_path


@pytest.fixture
def no_children() -> Iterator[None]:
    """A test about processes begins and ends without an idle one."""
    POOL.close()
    yield
    POOL.close()
