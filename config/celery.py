"""The queue's settings for every broker we run on; the facts behind each line are in docs/decisions/0002."""

import os
import sys
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings  # noqa: E402  (after the settings module is named)

from . import folder_queue  # noqa: E402

QUEUES = ("confirmations", "letters", "updates", "jobs")
AMQP = ("amqp:", "amqps:", "pyamqp:")


def make_queue_folders() -> None:
    """The embedded broker's folders, for their owner alone. The worker dies without them, so every start makes them."""
    for folder in (".", "messages", "processed", "control"):
        Path(settings.QUEUE_DIR, folder).mkdir(parents=True, exist_ok=True, mode=0o700)


def _transport_options(broker: str) -> dict[str, Any]:
    if broker.startswith("filesystem:"):
        make_queue_folders()
        return {
            "data_folder_in": f"{settings.QUEUE_DIR}/messages",
            "data_folder_out": f"{settings.QUEUE_DIR}/messages",
            "processed_folder": f"{settings.QUEUE_DIR}/processed",
            "control_folder": f"{settings.QUEUE_DIR}/control",
            "store_processed": False,
            "polling_interval": 0.1,
        }
    if broker.startswith("redis"):
        # Without these a publish waits for ever on a dead connection.
        return {"socket_timeout": 3, "socket_connect_timeout": 2, "visibility_timeout": 3600}
    if broker.startswith(AMQP):
        return {
            "confirm_publish": True,  # off by default: a lost message would look like a sent one
            # Without these a broker that says nothing more (frozen, or out of disk) is waited for without end.
            "read_timeout": 5,
            "write_timeout": 5,
        }
    return {}


def _queues(broker: str) -> list[Queue]:
    """All named, for a queue that Celery has to make up is a classic one, and RabbitMQ keeps to what came first."""
    arguments = {"x-queue-type": "quorum"} if broker.startswith(AMQP) else None
    return [Queue(name, Exchange(name), name, queue_arguments=arguments) for name in QUEUES]


def _configuration() -> dict[str, Any]:
    return {
        "broker_url": settings.BROKER_URL,
        "broker_transport_options": _transport_options(settings.BROKER_URL),
        "broker_connection_timeout": 2,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # a worker does not give up on a broker that comes back next week
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_max": 0.2},
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_default_queue": "jobs",
        "task_queues": _queues(settings.BROKER_URL),
        "task_routes": {
            "letters.tasks.drain_confirmations": {"queue": "confirmations"},
            "letters.tasks.drain_letters": {"queue": "letters"},
            "letters.tasks.drain_updates": {"queue": "updates"},
        },
        "task_time_limit": 600,
        "worker_consumer": "config.worker:Consumer",
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "timezone": "UTC",
    }


# filesystem:// is our folder, everywhere that kombu meets the name.
TRANSPORT_ALIASES["filesystem"] = folder_queue.NAME

app = Celery("countersign")
# Read when first asked for: this module is imported with the package, while the settings may still be half read.
app.add_defaults(_configuration)
app.autodiscover_tasks()


@worker_init.connect
def _refuse_to_start(**told: Any) -> None:
    from . import checks  # once the settings are whole

    try:
        checks.refuse_to_start()
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # Celery would note any other exception and go on
