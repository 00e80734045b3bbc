from celery import shared_task

from . import heartbeat, jobs


@shared_task(expires=60)
def beat() -> None:
    """The worker's sign of life. It comes through the broker, so an answer proves the queue as well as the worker."""
    heartbeat.beat("worker")


@shared_task(time_limit=6 * 3600)
def drain_jobs() -> None:
    jobs.drain()
