"""App configuration."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "apps.web"

    def ready(self) -> None:
        """Let log lines of handlers name the request that caused the message."""
        from apps.messaging import api as messaging
        from apps.web import logs

        logs.context_sources.append(messaging.causation.get)
