"""App configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MessagingConfig(AppConfig):
    name = "apps.messaging"

    def ready(self) -> None:
        """Import every app's handlers and work drivers, so that each process knows who listens to what."""
        from apps.messaging import metrics

        autodiscover_modules("handlers", "tasks")
        metrics.register()
