"""App configuration."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "apps.media"

    def ready(self) -> None:
        """Register the metrics."""
        from apps.media import metrics

        metrics.register()
