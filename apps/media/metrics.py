"""What an operator wants to see: how long pictures take to make, and how many wait or could not be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import Histogram
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.media import selectors

RENDERED: Final = Histogram(
    "shop_image_rendering_seconds",
    "Time to make renditions of one picture, ahead or while somebody waited (request)",
    ["why"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class MediaCollector(Collector):
    """Counts at scrape time, so that every process tells the same truth."""

    def collect(self) -> Iterator[Metric]:
        """Yield the gauge."""
        family = GaugeMetricFamily("shop_images", "Pictures to render, to fetch, or not fetched", labels=["state"])
        for state, count in selectors.count_work().items():
            family.add_metric([state], count)
        yield family

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering does not query the database."""
        return []


def register() -> None:
    """Register the collector once per process."""
    REGISTRY.register(MediaCollector())
