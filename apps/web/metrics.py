"""Metrics of requests, and the page that Prometheus reads: the sum over all processes of this machine's shop."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

logger = logging.getLogger(__name__)
_MultiProcessCollector: Final[Any] = MultiProcessCollector  # untyped upstream
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
# Apart from the default registry, so that a collector there that fails cannot take these with it.
HTTP: Final = CollectorRegistry()
REQUESTS: Final = Counter("shop_http_requests_total", "Requests answered", ["method", "route", "status"], registry=HTTP)
SECONDS: Final = Histogram(
    "shop_http_request_seconds", "Time to answer", ["method", "route"], buckets=_BUCKETS, registry=HTTP
)


def observe(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. `route` is the URL pattern, never a path, so that labels stay few."""
    counter, histogram = _children(method if method in _METHODS else "OTHER", route, status)
    counter.inc()
    histogram.observe(seconds)


@cache
def _children(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), SECONDS.labels(method, route)


class _Everything(Collector):
    """Requests and whatever apps register, summed over the processes that write to PROMETHEUS_MULTIPROC_DIR."""

    def collect(self) -> Iterator[Metric]:
        """Yield every family once; figures of this one process, which mean nothing in a sum, are left out."""
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        names = set()
        for family in _MultiProcessCollector(CollectorRegistry(), folder).collect() if folder else HTTP.collect():
            names.add(family.name)
            yield family
        try:
            for family in REGISTRY.collect():
                if family.name not in names and not (folder and family.name.startswith(("process_", "python_"))):
                    yield family
        except Exception:  # a collector asks servers that may be away; what is known is told all the same
            logger.exception("metrics are incomplete")


_PAGE: Final = CollectorRegistry()
_PAGE.register(_Everything())


@require_safe
def scrape(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text format."""
    return HttpResponse(generate_latest(_PAGE), content_type=CONTENT_TYPE_LATEST)
