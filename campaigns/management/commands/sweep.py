import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from campaigns import sweeping


class Command(BaseCommand):
    help = "Folds counts, nudges mail that is due and ends what is kept no longer, until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sweeping.sweep(stop)
