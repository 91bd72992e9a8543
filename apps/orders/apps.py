"""App configuration."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "apps.orders"

    def ready(self) -> None:
        """Offer the shop's figures to Prometheus."""
        from apps.orders import metrics

        metrics.register()
