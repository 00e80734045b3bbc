"""Three things differ from Django's backend: nobody waits longer for an answer than config.patience allows; whether a
connection still stands is seen without asking the server, as each request wants to know it; and no question is
compiled, for PostgreSQL takes short ones to large tables for long ones, and compiles for 35 ms what takes it one."""

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import errors, waiting
from psycopg.abc import RV, PQGen

from config import patience


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        seconds = patience.before_asking()
        if seconds is not None:
            given = float(conn_params.get("connect_timeout", patience.CONNECT_SECONDS))
            most = min(given, patience.CONNECT_SECONDS, seconds)
            conn_params = conn_params | {"connect_timeout": max(2, int(most))}  # libpq knows no less
        began = time.monotonic()
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            patience.gave_up(gone=time.monotonic() - began >= patience.SILENCE)
            raise
        patience.answered()
        if isinstance(connection, psycopg.Connection):
            _make_impatient(connection)
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        with self.cursor() as cursor:
            cursor.execute("SET jit TO off")

    def is_usable(self) -> bool:
        """A server that ended has said goodbye, or its machine has: then there is something to read. Where there is
        nothing, only the question itself would tell of a network that was cut, and then it is the next one."""
        if self.connection is None or self.connection.closed:
            return False
        unasked = select.poll()
        unasked.register(self.connection.pgconn.socket, select.POLLIN)
        return bool(super().is_usable()) if unasked.poll(0) else True


def _make_impatient(connection: "psycopg.Connection[Any]") -> None:
    unlimited = connection.wait

    def wait(gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        seconds = patience.before_asking()
        if seconds is None or timeout is not None:
            return unlimited(gen, interval, timeout)
        end = time.monotonic() + seconds
        while True:
            try:
                found: RV = waiting.wait(gen, connection.pgconn.socket, interval, min(patience.SLICE, seconds))
            except errors._WaitTimeout as slow:
                seconds = end - time.monotonic()
                if seconds > 0 and not patience.is_in_vain():
                    continue
                connection.pgconn.finish()  # or the answer, if it comes, would be taken for that to the next question
                patience.gave_up()
                raise patience.TooLong("The database has not answered in time.") from slow
            except psycopg.Error as error:
                patience.answered() if error.sqlstate else patience.gave_up()  # by the server, or of its absence
                raise
            patience.answered()
            return found

    connection.wait = wait  # type: ignore[method-assign]  # every cursor of it asks through this
