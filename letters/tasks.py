from celery import shared_task

from . import outbox


@shared_task
def drain_confirmations() -> None:
    outbox.drain("confirmations")


@shared_task
def drain_letters() -> None:
    outbox.drain("letters")


@shared_task
def drain_updates() -> None:
    outbox.drain("updates")
