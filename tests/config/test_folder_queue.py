import json
import os
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

import config.celery  # noqa: F401  (puts our transport behind filesystem://)
from config import folder_queue


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    for folder in ("messages", "control"):
        (tmp_path / folder).mkdir()
    options = {
        "data_folder_in": f"{tmp_path}/messages",
        "data_folder_out": f"{tmp_path}/messages",
        "control_folder": f"{tmp_path}/control",
    }
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_the_folder_is_what_the_address_of_the_embedded_queue_means(channel: Any) -> None:
    assert isinstance(channel, folder_queue.Channel)


def test_a_message_goes_in_and_comes_out_in_order(channel: Any) -> None:
    for number in range(3):
        channel._put("letters", {"number": number})
    channel._put("jobs", {"number": 9})
    assert sorted(channel._get("letters")["number"] for _ in range(3)) == [0, 1, 2]
    with pytest.raises(Empty):
        channel._get("letters")
    assert channel._get("jobs") == {"number": 9}


def test_whoever_looks_while_a_message_is_written_sees_none(
    channel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace
    seen: list[str] = []

    def look_then_replace(aside: Path, path: Path) -> None:
        assert json.loads(aside.read_text()) == {"whole": True}
        with pytest.raises(Empty):
            channel._get("letters")
        seen.extend(os.listdir(tmp_path / "messages"))
        real(aside, path)

    monkeypatch.setattr(os, "replace", look_then_replace)
    channel._put("letters", {"whole": True})
    assert seen and not any(name.endswith(".msg") for name in seen)
    assert channel._get("letters") == {"whole": True}


def test_an_exchange_cut_short_stops_no_worker_and_is_written_anew(channel: Any, tmp_path: Path) -> None:
    file = tmp_path / "control" / "letters.exchange"
    file.write_text("")
    assert channel.get_table("letters") == []
    channel._queue_bind("letters", "letters", "", "letters")
    assert [tuple(row) for row in channel.get_table("letters")] == [("letters", "", "letters")]


def test_binding_twice_writes_once(channel: Any, tmp_path: Path) -> None:
    channel._queue_bind("letters", "a", "", "letters")
    channel._queue_bind("letters", "b", "", "letters")
    before = (tmp_path / "control" / "letters.exchange").stat().st_mtime_ns
    channel._queue_bind("letters", "a", "", "letters")
    assert (tmp_path / "control" / "letters.exchange").stat().st_mtime_ns == before
    assert {row[0] for row in channel.get_table("letters")} == {"a", "b"}


def test_a_folder_that_is_gone_is_an_error_of_the_channel(channel: Any, tmp_path: Path) -> None:
    os.rename(tmp_path / "messages", tmp_path / "elsewhere")
    with pytest.raises(ChannelError):
        channel._put("letters", {})
