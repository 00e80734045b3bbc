from celery import shared_task
from celery.signals import worker_shutting_down

from . import draining, outbox


@worker_shutting_down.connect
def finish_the_email_in_hand(**_: object) -> None:
    draining.stopping.set()


@shared_task
def drain_confirmations() -> None:
    outbox.drain("confirmations")


@shared_task
def drain_letters() -> None:
    outbox.drain("letters")


@shared_task
def drain_updates() -> None:
    outbox.drain("updates")
