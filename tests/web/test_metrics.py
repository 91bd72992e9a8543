"""Metrics and logs of requests."""

import json
import logging
import os
import subprocess
import sys

import pytest

from apps.messaging import api as messaging
from apps.web import logs, metrics


def sample(name, **labels):
    return metrics.HTTP.get_sample_value(name, labels) or 0


@pytest.mark.parametrize(("method", "path", "route", "status"), [
    ("get", "/api/v1/probe/raise/conflict", "api/v1/probe/raise/<str:what>", "409"),
    ("get", "/nothing/here", "unmatched", "404"),
    ("get", "/api/v1/probe/raise/bug", "api/v1/probe/raise/<str:what>", "500"),
])  # fmt: skip
def test_requests_are_counted_by_route_and_status(client, method, path, route, status):
    labels = {"method": method.upper(), "route": route}
    counted, timed = (
        sample("shop_http_requests_total", **labels, status=status),
        sample("shop_http_request_seconds_count", **labels),
    )

    getattr(client, method)(path)

    assert sample("shop_http_requests_total", **labels, status=status) == counted + 1
    assert sample("shop_http_request_seconds_count", **labels) == timed + 1


def test_invented_methods_share_one_label(client):
    before = sample("shop_http_requests_total", method="OTHER", route="unmatched", status="404")

    for method in ("BREW", "X" * 50):
        client.generic(method, "/nothing")

    assert sample("shop_http_requests_total", method="OTHER", route="unmatched", status="404") == before + 2


@pytest.mark.django_db
def test_the_page_shows_requests_and_messaging(client):
    client.get("/health/live")

    text = client.get("/metrics").content.decode()

    assert 'shop_http_requests_total{method="GET",route="health/live",status="200"}' in text
    assert "shop_outbox_lag_seconds" in text


def test_the_page_survives_a_collector_whose_server_is_away(client, monkeypatch):
    from apps.messaging.metrics import MessagingCollector

    def fail(self):
        raise RuntimeError("database away")

    monkeypatch.setattr(MessagingCollector, "collect", fail)

    answer = client.get("/metrics")

    assert answer.status_code == 200
    assert b"shop_http_requests_total" in answer.content
    assert b"shop_outbox_lag_seconds" not in answer.content


COUNT_AND_PRINT = """
import django; django.setup()
from django.test import RequestFactory
from apps.messaging.metrics import MessagingCollector
MessagingCollector.collect = lambda self: iter(())
from apps.web import metrics
metrics.observe(method="GET", route="r", status=200, seconds=0.1)
print(metrics.scrape(RequestFactory().get("/metrics")).content.decode())
"""


@pytest.mark.slow
def test_the_page_sums_over_processes(tmp_path):
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}

    outputs = [
        subprocess.run(
            [sys.executable, "-c", COUNT_AND_PRINT], env=environ, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(3)
    ]

    line = 'shop_http_requests_total{method="GET",route="r",status="200"}'
    assert [f"{line} {n}.0" in output for n, output in enumerate(outputs, 1)] == [True] * 3
    assert outputs[2].count(line) == 1
    assert "process_cpu" not in outputs[2]


def test_a_line_is_json_with_the_request_and_its_facts(client, settings, caplog):
    settings.ACCESS_LOG = True
    caplog.set_level(logging.INFO, logger="shop.access")
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(logs.JSONFormatter().format(record)))

    handler = Keep()
    logging.getLogger("shop.access").addHandler(handler)
    try:
        client.get("/api/v1/probe/raise/conflict", headers={"X-Request-ID": "r-1"})
        client.get("/health/live")
    finally:
        logging.getLogger("shop.access").removeHandler(handler)

    assert len(lines) == 1
    line = lines[0]
    assert (line["request_id"], line["status"], line["method"]) == ("r-1", 409, "GET")
    assert line["message"] == "GET /api/v1/probe/raise/conflict"
    assert line["time"].endswith("+00:00")
    assert line["ms"] > 0


def test_a_handlers_lines_name_the_request_behind_the_message():
    record = logging.makeLogRecord({"msg": "sent", "request": object(), "order": 7})
    token = messaging.causation.set({"request_id": "r-2"})
    try:
        line = json.loads(logs.JSONFormatter().format(record))
    finally:
        messaging.causation.reset(token)

    assert (line["request_id"], line["order"], "request" in line) == ("r-2", 7, False)


def test_an_exception_is_on_its_line():
    try:
        raise ValueError("here")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", 40, "f", 1, "failed", (), sys.exc_info())

    assert "ValueError: here" in json.loads(logs.JSONFormatter().format(record))["exception"]
