"""What the shop sells, computed when Prometheus asks, so that every process tells the same truth."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import REGISTRY, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.orders import selectors


class OrdersCollector(Collector):
    """Counts orders in one statement per scrape."""

    def collect(self) -> Iterator[Metric]:
        """Yield the counters, and revenue: what was received less what went back, in major units."""
        found = selectors.get_statistics()
        yield CounterMetricFamily("shop_orders_placed", "Orders placed", found.placed)
        yield CounterMetricFamily("shop_orders_paid", "Orders whose money arrived", found.paid)
        yield CounterMetricFamily("shop_orders_cancelled", "Orders cancelled", found.cancelled)
        revenue = GaugeMetricFamily("shop_revenue", "Money received less money returned", labels=["currency"])
        for currency, money in found.revenue.items():
            revenue.add_metric([currency], float(money.amount))
        yield revenue

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering does not query the database."""
        return []


def register() -> None:
    """Register the collector once per process."""
    REGISTRY.register(OrdersCollector())
