"""Rate limits: budgets, headers, who is counted, and what happens while Valkey is away."""

import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.kernel.errors import Unavailable
from apps.kernel.ids import uuid7
from apps.web import limits
from apps.web.authentication import issue_access_token
from ecommerce.settings.limits import Budget

PLAIN = "/api/v1/probe/plain"
ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _small_budgets(settings):
    settings.LIMITS = {
        "default": Budget(3, 0.5, fails_open=True),
        "catalogue": Budget(5, 100, fails_open=True),
        "checkout": Budget(2, 1, fails_open=False),
    }
    limits._breaker = type(limits._breaker)()


def test_a_burst_passes_and_the_next_is_429_with_its_headers(client, limiting):
    answers = [client.get(PLAIN, **limiting) for _ in range(4)]

    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert [a["RateLimit"] for a in answers] == [
        '"default";r=2;t=2', '"default";r=1;t=4', '"default";r=0;t=6', '"default";r=0;t=6',
    ]  # fmt: skip
    assert {a["RateLimit-Policy"] for a in answers} == {'"default";q=3;w=6'}
    assert answers[3]["Retry-After"] == "2"
    assert (answers[3].json()["code"], answers[3]["Content-Type"]) == ("too_many_requests", "application/problem+json")


def test_the_bucket_refills_at_its_rate(client, limiting, settings):
    settings.LIMITS["default"] = Budget(2, 1, fails_open=True)
    spent = [client.get(PLAIN, **limiting).status_code for _ in range(3)]
    time.sleep(1.05)
    later = [client.get(PLAIN, **limiting).status_code for _ in range(2)]

    assert (spent, later) == ([200, 200, 429], [200, 429])


def test_a_refusal_takes_nothing_from_the_bucket(client, limiting, settings):
    settings.LIMITS["default"] = Budget(1, 1, fails_open=True)
    client.get(PLAIN, **limiting)
    for _ in range(20):
        client.get(PLAIN, **limiting)
    time.sleep(1.05)

    assert client.get(PLAIN, **limiting).status_code == 200


def test_twenty_at_once_get_no_more_than_the_burst(limiting):
    def take(_):
        return limits.take(group="checkout", meta=limiting).retry_after == 0

    with ThreadPoolExecutor(20) as pool:
        passed = list(pool.map(take, range(20)))

    assert sum(passed) == 2


def test_a_user_is_counted_over_all_addresses_and_an_address_over_all_users(limiting):
    user = uuid7()
    by_user = [
        limits.take(group="checkout", meta={"REMOTE_ADDR": f"10.0.0.{n}-{user}"}, customer_id=user) for n in range(3)
    ]
    by_address = [limits.take(group="checkout", meta=limiting, customer_id=uuid7()) for _ in range(3)]

    assert [d.retry_after for d in by_user] == [0, 0, 1]
    assert [d.retry_after for d in by_address] == [0, 0, 1]


def test_signed_in_requests_are_counted_by_their_user(client, limiting):
    token = {"Authorization": f"Bearer {issue_access_token(user_id=uuid7(), is_staff=False)}"}

    statuses = [
        client.get(PLAIN, headers=token, REMOTE_ADDR=f"{limiting['REMOTE_ADDR'][:-3]}{n}::1").status_code
        for n in range(4)
    ]

    assert statuses == [200, 200, 200, 429]


def test_groups_and_neighbours_do_not_share_buckets(limiting):
    address = limiting["REMOTE_ADDR"]
    for _ in range(2):
        limits.take(group="checkout", meta=limiting)

    assert limits.take(group="checkout", meta=limiting).retry_after
    assert not limits.take(group="catalogue", meta=limiting).retry_after
    assert limits.take(group="checkout", meta={"REMOTE_ADDR": address[:-1] + "2"}).retry_after, "the same /64"
    assert not limits.take(group="checkout", meta={"REMOTE_ADDR": f"9{address}"[:-1]}).retry_after


@pytest.mark.parametrize(("proxies", "forwarded", "address"), [
    (0, "9.9.9.9", "10.0.0.1"), (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"), (2, "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
    (1, "", "10.0.0.1"), (3, "9.9.9.9", "9.9.9.9"),
])  # fmt: skip
def test_only_trusted_proxies_are_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies

    assert limits.client_address({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}) == address


def test_loopback_is_exempt_where_the_settings_say_so(client, limiting, settings):
    settings.LIMITS_EXEMPT_LOOPBACK = True

    answers = [client.get(PLAIN, REMOTE_ADDR="127.0.0.1") for _ in range(5)]

    assert {a.status_code for a in answers} == {200}
    assert "RateLimit" not in answers[0]


def test_the_local_environment_lets_four_hundred_buyers_from_one_address_through(limiting, settings):
    raw = tomllib.loads((ROOT / "config" / "environments" / "local.toml").read_text())
    burst, refill = raw["LIMIT_CHECKOUT"].split("/")
    settings.LIMITS["checkout"] = Budget(int(burst), float(refill), fails_open=False)

    # A checkout is about ten requests of this group at most.
    assert not any(limits.take(group="checkout", meta=limiting).retry_after for _ in range(4000))


def test_without_valkey_an_open_group_passes_and_asks_no_more_for_a_moment(client, limiting, settings, monkeypatch):
    settings.BROKER_URL = NOWHERE
    asked = []
    script = limits._script(NOWHERE)
    monkeypatch.setattr(limits, "_script", lambda url: lambda **kwargs: asked.append(1) or script(**kwargs))

    answers = [client.get(PLAIN, **limiting) for _ in range(5)]

    assert {a.status_code for a in answers} == {200}
    assert (len(asked), "RateLimit" in answers[0]) == (1, False)


def test_without_valkey_a_closed_group_is_503_at_once(client, limiting, settings):
    settings.BROKER_URL = NOWHERE
    began = time.monotonic()

    answer = client.post("/api/v1/probe/buy", {}, "application/json", headers={"Idempotency-Key": "k"}, **limiting)

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert time.monotonic() - began < 0.5


def test_a_silent_valkey_holds_a_request_up_for_milliseconds_only(limiting, settings):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        with pytest.raises(Unavailable):
            limits.take(group="checkout", meta=limiting)

    assert time.monotonic() - began < 0.5


def test_the_script_survives_a_valkey_that_forgot_it(limiting):
    from django.conf import settings

    from apps.persistence import valkey

    limits.take(group="checkout", meta=limiting)
    valkey.client(settings.BROKER_URL).script_flush()

    assert limits.take(group="checkout", meta=limiting).remaining == 0


@pytest.mark.parametrize("raw", ["10", "10/", "/1", "0/1", "10/0", "10/-1", "a/b", "10/nan", "10/inf"])
def test_a_wrong_budget_stops_the_start_with_its_name(monkeypatch, raw):
    from ecommerce.settings import env
    from ecommerce.settings.limits import _budget

    monkeypatch.setenv("LIMIT_CHECKOUT", raw)
    monkeypatch.setattr(env, "_refused", {})

    _budget("checkout", "1/1", fails_open=False)

    with pytest.raises(
        ImproperlyConfigured, match=r"^LIMIT_CHECKOUT is .*: must be burst/refill.*Example: LIMIT_CHECKOUT=1/1$"
    ):
        env.require_all_right()
