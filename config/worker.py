"""Our worker's consumer: Celery's, without the queues for delayed tasks.

For quorum queues Celery sets up its "native delayed delivery" at each start: 28 more queues in RabbitMQ, and a warning
for each of ours. None of our tasks is ever delayed: what waits is a row with `not_before`.
"""

from celery.worker import consumer


class Consumer(consumer.Consumer):
    class Blueprint(consumer.Consumer.Blueprint):  # type: ignore[misc, valid-type]
        default_steps = [step for step in consumer.Consumer.Blueprint.default_steps if "DelayedDelivery" not in step]
