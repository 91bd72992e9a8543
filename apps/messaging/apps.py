"""App configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MessagingConfig(AppConfig):
    name = "apps.messaging"

    def ready(self) -> None:
        """Import every app's handlers, work drivers and audits, so that each process knows who listens to what."""
        from apps.messaging import delivery, metrics  # noqa: F401 - registers its checks

        autodiscover_modules("handlers", "tasks", "audits")
        metrics.register()
