"""The Celery application: `celery -A ecommerce worker`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
# Celery's command line copies BROKER_URL here as it is, over the settings, which spell a socket the way kombu does.
os.environ.pop("CELERY_BROKER_URL", None)

app = Celery("ecommerce")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
