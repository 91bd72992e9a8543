"""Gauges computed when Prometheus asks: outbox lag, parked items, and what the audit found."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connections
from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.messaging.auditing import list_checks
from apps.messaging.parking import list_parked
from apps.persistence.databases import aliases


class MessagingCollector(Collector):
    """Reads the tables at scrape time, so that every process tells the same truth."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges."""
        lag = GaugeMetricFamily("shop_outbox_lag_seconds", "Age of the oldest unpublished event", labels=["database"])
        for alias in aliases():
            with connections[alias].cursor() as cursor:
                cursor.execute(
                    "SELECT coalesce(extract(epoch FROM statement_timestamp() - min(occurred_at)), 0)"
                    " FROM messaging_outboxmessage WHERE published_at IS NULL"
                )
                lag.add_metric([alias], float(cursor.fetchone()[0]))
        yield lag
        yield GaugeMetricFamily("shop_parked_items", "Messages and work items that wait for staff", len(list_parked()))
        findings = GaugeMetricFamily(
            "shop_audit_findings", "Faults that the audit found and that stand", labels=["check"]
        )
        looked = GaugeMetricFamily(
            "shop_audit_looked_at_everything_timestamp_seconds",
            "When a check last looked at everything",
            labels=["check"],
        )
        for check in list_checks():
            findings.add_metric([check.name], check.findings)
            looked.add_metric([check.name], check.finished_at.timestamp() if check.finished_at else 0)
        yield findings
        yield looked

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing, so that registering does not query the database."""
        return []


def register() -> None:
    """Register the collector once per process."""
    REGISTRY.register(MessagingCollector())
