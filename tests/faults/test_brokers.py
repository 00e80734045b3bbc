"""Brokers that are gone, frozen or new: a web request waits for none of them, and nothing is lost."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import kombu
import pytest

from config.celery import QUEUES
from tests.services import HOST, eventually, free_port

from .hostile import HostileServer, hostile_server
from .installation import Installation, installation, unit

ASKER = Path(__file__).with_name("asker.py")
URLS = {"redis": "redis://{}:{}/0", "rabbitmq": "amqp://guest:guest@{}:{}//"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation("sqlite-filesystem", tmp_path_factory.mktemp("brokers")) as place:
        place.prepare("smtp://127.0.0.1:9", 1)
        yield place


class Asker:
    def __init__(self, place: Installation, broker: str) -> None:
        environment = place.environment | {"BROKER_URL": broker}
        command = [sys.executable, str(ASKER)]
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        print("now", file=self.process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.mark.parametrize("broker", URLS)
def test_nobody_waits_for_a_broker_that_is_not_there(place: Installation, broker: str) -> None:
    with closing(Asker(place, URLS[broker].format(HOST, free_port()))) as asker:
        for _ in range(2):
            answer = asker.ask()
            assert answer["took"] < 1  # the connection alone is tried for 2 seconds
            assert answer["given up"] == [True, True]


@pytest.mark.parametrize("broker", URLS)
def test_nobody_waits_for_a_broker_that_takes_the_call_and_says_nothing(place: Installation, broker: str) -> None:
    with socket.create_server((HOST, 0)) as silent:
        url = URLS[broker].format(HOST, silent.getsockname()[1])
        with closing(Asker(place, url)) as asker:
            for _ in range(2):
                # Still trying when the request is over, and not for ever.
                answer = asker.ask()
                assert (answer["untold"], answer["given up"]) == (["mail", "work"], [True, True])


def nobody_waits_when_it_freezes(place: Installation) -> None:
    assert place.broker.server is not None and place.broker.server.process is not None
    group = place.broker.server.process.pid
    with closing(Asker(place, place.broker.url)) as asker:
        assert asker.ask()["given up"] == [True, True]  # told, and both connections stay open
        os.killpg(group, signal.SIGSTOP)
        try:
            answer = asker.ask()
        finally:
            os.killpg(group, signal.SIGCONT)
        assert (answer["untold"], answer["given up"]) == (["mail", "work"], [True, True])


def test_nobody_waits_for_redis_when_it_freezes(tmp_path: Path) -> None:
    with installation("sqlite-redis", tmp_path) as place:
        place.prepare("smtp://127.0.0.1:9", 1)
        nobody_waits_when_it_freezes(place)


def declared(connection: kombu.Connection, name: str, **how: Any) -> str:
    """What RabbitMQ says to such a declaration; nothing if it agrees."""
    with connection.channel() as channel:
        try:
            kombu.Queue(name, **how)(channel).queue_declare(passive=not how)
        except connection.channel_errors as error:
            return str(error)
    return ""


def test_rabbitmq_carries_mail_in_quorum_queues_and_may_freeze(tmp_path: Path) -> None:
    with hostile_server(HostileServer.friendly()) as server, installation("sqlite-rabbitmq", tmp_path) as place:
        place.prepare(server.url, 1)
        for queue in QUEUES:
            place.start(queue, command=unit(queue))
        place.feeder("feed", str(place.journal), "1", "4", "4", "0")  # and no sweeper: it is RabbitMQ that tells
        eventually(lambda: len(server.taken) == 4, "the emails", 60)
        with kombu.Connection(place.broker.url) as connection:
            eventually(lambda: not any(declared(connection, queue) for queue in QUEUES), "the queues")
            for queue in QUEUES:
                assert "'quorum'" in declared(connection, queue, queue_arguments={"x-queue-type": "classic"})
        nobody_waits_when_it_freezes(place)
