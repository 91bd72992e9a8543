"""The Celery application: `celery -A ecommerce worker`."""

import os

from celery import Celery
from celery.app.amqp import AMQP, Queues
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
# Celery's command line copies BROKER_URL here as it is, over the settings, which spell a socket the way kombu does.
os.environ.pop("CELERY_BROKER_URL", None)


class _WakeUpQueues(Queues):
    """Queues whose messages a worker has for good once it took them.

    Whatever a wake-up wakes is due in PostgreSQL until it is done, and the relay looks there. Kombu's bookkeeping of unacknowledged
    messages would add nothing and cost the worker: its consumer dies or falls silent where the broker goes away while it holds one
    (celery #8030, #10302).
    """

    def __setitem__(self, name: str, queue: Queue) -> None:
        queue.no_ack = True
        super().__setitem__(name, queue)


class _WakeUps(AMQP):
    queues_cls = _WakeUpQueues


app = Celery("ecommerce", amqp=_WakeUps)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
