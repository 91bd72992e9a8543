"""docs/configure.md names every setting, with the default and the example that the code has."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from ecommerce.local.plan import ROOT
from tests.deploy.compose import DEPLOY, read_env_file, required_variables
from tests.deploy.filled import filled_in

_ROW = re.compile(
    r"^\| `(?P<name>[A-Z_]+)` \| (?P<meaning>.+?) \| (?P<default>.+?) \| `(?P<example>.+)` \|$", re.MULTILINE
)
# Their defaults are made from another setting or a folder; the page says which in words.
_DERIVED = {"STATE_DIR", "STATIC_ROOT", "MEDIA_ROOT", "API_URL", "ALLOWED_HOSTS", "PAYMENT_RETURN_URL"}
# Told to a process by whoever starts it, not by an operator.
_INTERNAL = {"SHOP_WORKER_READY_FILE", "SHOP_WORKER_CANARY_QUEUE", "DJANGO_SETTINGS_MODULE", "CELERY_BROKER_URL"}


@cache
def documented() -> dict[str, dict[str, str]]:
    text = (ROOT / "docs" / "configure.md").read_text(encoding="utf-8")
    rows = [match.groupdict() for match in _ROW.finditer(text)]
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names))
    assert text.count("\n| `") == len(rows)
    return {row["name"]: row for row in rows}


def run_with_settings(*program: str | Path, told: str = "", **values: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *program], env=environment(**values), input=told,
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def environment(**values: str) -> dict[str, str]:
    servers = {"DATABASE_URL": "postgresql://a@b/c", "CACHE_URL": "redis://b", "BROKER_URL": "redis://b"}
    given = {name: value for name, value in filled_in(**{**servers, **values}).items() if value}
    return {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "SHOP_ENVIRONMENT": "prod", **given}


@cache
def refusals() -> dict[tuple[str, str], tuple[int, str]]:
    """Return exit status and standard error of a web process under each wrong value."""
    told = json.dumps([environment(**{name: value}) for name, value, _ in _WRONG])
    ended = run_with_settings(Path(__file__).parent / "settings_refused.py", told=told)
    assert ended.returncode == 0, ended.stderr
    return {(name, value): tuple(said) for (name, value, _), said in zip(_WRONG, json.loads(ended.stdout), strict=True)}


@cache
def read_by_the_settings() -> dict[str, dict[str, str | None]]:
    ended = run_with_settings(Path(__file__).parent / "settings_read.py")
    assert ended.returncode == 0, ended.stderr
    found: dict[str, dict[str, str | None]] = json.loads(ended.stdout)
    assert len(found) > 40
    return found


def read_past_the_settings() -> set[str]:
    """Return the names in `os.environ[...]` and `os.environ.get(...)` of code that runs in production."""
    paths = [*ROOT.glob("apps/**/*.py"), *ROOT.glob("ecommerce/*.py"), *ROOT.glob("ecommerce/settings/*.py")]
    return {name for path in paths for name in _environment_names(ast.parse(path.read_text(encoding="utf-8")))}


def _environment_names(tree: ast.Module) -> list[str]:
    words = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            words.append(node.slice)
        elif isinstance(node, ast.Call) and re.fullmatch(r"os\.environ\.(get|setdefault|pop)", ast.unparse(node.func)):
            words.append(node.args[0])
    return [word.value for word in words if isinstance(word, ast.Constant)]


def test_every_setting_is_documented_and_nothing_else():
    composition = {*required_variables(), *read_env_file(DEPLOY / "example.env"), "BACKUPS"}

    assert set(documented()) == (set(read_by_the_settings()) | (read_past_the_settings() - _INTERNAL) | composition)


@pytest.mark.parametrize("name", sorted(set(read_by_the_settings())))
def test_a_setting_is_documented_as_the_code_has_it(name):
    row, code = documented()[name], read_by_the_settings()[name]

    assert row["example"] == code["example"]
    if name not in _DERIVED:
        expected = "**required**" if code["default"] is None else f"`{code['default']}`"
        assert row["default"] == ("none" if code["default"] in ("", "[]") else expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (
            {"TASK_TIME_LIMIT": "60"},
            "TASK_TIME_LIMIT is 60 and must be below MESSAGING_LEASE_SECONDS, 60: else two workers do the same work at once."
            " Example: TASK_TIME_LIMIT=50",
        ),
        (
            {"MESSAGING_LEASE_SECONDS": "30"},
            "TASK_TIME_LIMIT is 50 and must be below MESSAGING_LEASE_SECONDS, 30: else two workers do the same work at once."
            " Example: TASK_TIME_LIMIT=25",
        ),
        ({"TASK_TIME_LIMIT": "0"}, "TASK_TIME_LIMIT is '0': must be at least 1. Example: TASK_TIME_LIMIT=50"),
        (
            {"ALLOWED_HOSTS": "www.example.com"},
            "ALLOWED_HOSTS is 'www.example.com', which leaves out 'shop.example.com', the host of STOREFRONT_URL:"
            " every page would be refused. Example: ALLOWED_HOSTS=www.example.com,shop.example.com",
        ),
        ({"TAX_CLASSES": "standard,books"}, "TAX_CLASSES lacks exempt. Example: TAX_CLASSES=standard,exempt,reduced"),
        (
            {"TAX_CLASSES": "standard,exempt,Books"},
            "TAX_CLASSES has 'Books': a name is of a-z, 0-9, - and _, 50 at most. Example: TAX_CLASSES=standard,exempt,reduced",
        ),
        (
            {"CURRENCIES": "EUR,usd"},
            "CURRENCIES has 'usd', which is no ISO 4217 code in upper case. Example: CURRENCIES=EUR,USD,JPY",
        ),
        (
            {"CURRENCIES": "USD,JPY", "DEFAULT_CURRENCY": "EUR"},
            "CURRENCIES lacks EUR, the DEFAULT_CURRENCY. Example: CURRENCIES=EUR,USD,JPY",
        ),
        (
            {"STRIPE_API_KEY": "pk_live_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"},
            "STRIPE_API_KEY is no secret key, which starts with sk_ or rk_. Example: STRIPE_API_KEY=sk_live_...",
        ),
        (
            {"STRIPE_API_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": "sk_live_1"},
            "STRIPE_WEBHOOK_SECRET is no signing secret, which starts with whsec_. Example: STRIPE_WEBHOOK_SECRET=whsec_...",
        ),
        (
            {"DATABASE_URL": "mysql://shop:secret@db/shop"},
            "DATABASE_URL is 'mysql://***@db/shop': must start with postgresql:// or postgres://."
            " Example: DATABASE_URL=postgresql://shop:secret@127.0.0.1:5432/shop",
        ),
        (
            {"ALLOWED_HOSTS": "https://shop.example.com"},
            "ALLOWED_HOSTS has 'https://shop.example.com', which is not the name of a host. Example: ALLOWED_HOSTS=shop.example.com",
        ),
        (
            {"APP_URL_SCHEMES": "northfold,javascript"},
            "APP_URL_SCHEMES has 'javascript', which is no scheme of an app's own. Example: APP_URL_SCHEMES=northfold",
        ),
        (
            {"DATABASE_URL": "postgresql://db"},
            "DATABASE_URL names no database. Example: DATABASE_URL=postgresql://shop:secret@127.0.0.1:5432/shop",
        ),
    ],
)
def test_a_wrong_setting_is_refused_by_name_with_what_is_wrong_and_an_example(given, refusal):
    ended = run_with_settings("-m", "ecommerce.serve", "web", **given)

    assert (ended.returncode, ended.stderr) == (2, f"{refusal}\n")


@pytest.mark.slow
def test_all_that_is_wrong_is_told_at_once_and_each_thing_once():
    ended = run_with_settings(
        "-m", "ecommerce.serve", "web",
        SECRET_KEY="short", STOREFRONT_URL="", ALLOWED_HOSTS="www.example.com", TIME_ZONE="Berlin", DEFAULT_CURRENCY="eur",
        MESSAGING_LEASE_SECONDS="x", TASK_TIME_LIMIT="70", STRIPE_API_KEY="pk_live_1", STRIPE_WEBHOOK_SECRET="",
    )  # fmt: skip

    assert ended.returncode == 2
    refused = [line.partition(" ")[0] for line in ended.stderr.splitlines()]
    assert sorted(refused) == [
        "DEFAULT_CURRENCY",
        "MESSAGING_LEASE_SECONDS",
        "SECRET_KEY",
        "STOREFRONT_URL",
        "STRIPE_API_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "TIME_ZONE",
    ]
    assert all(f". Example: {name}=" in line for name, line in zip(refused, ended.stderr.splitlines(), strict=True))


_WHOLE, _ORIGIN = "must be a whole number", "must be a scheme and a host, with nothing after them"
_YES_OR_NO, _ONE_LINE = "must be true or false", "must be one line without control characters"
_BUCKET = "must be burst/refill: a whole number from 1 on, a slash, requests a second above 0"
_MAIL = "must be one e-mail address, with or without a name before it"
_CANNOT_WRITE = "must be a folder this process can write to (/proc: No such file or directory)"
_DECLINES = "must be 0 for no limit, or at least 3: whoever mistypes twice is an honest buyer"
_ZONE = "must be a time zone of the IANA database, spelled as there, such as Europe/Berlin or UTC"
_WRONG = [
    ("DEBUG", "maybe", _YES_OR_NO),
    ("STATE_DIR", "/proc/x", _CANNOT_WRITE),
    ("STATE_DIR", "relative/x", "must be an absolute path"),
    ("STATE_DIR", "/dev/null", "must be a folder this process can write to (/dev/null: Not a directory)"),
    ("STATIC_ROOT", "/srv/\nstatic", _ONE_LINE),
    ("MEDIA_ROOT", "/proc/x", _CANNOT_WRITE),
    ("IMAGE_FETCH", "2", _YES_OR_NO),
    ("IMAGE_FETCH_NETWORKS", "10.20.0.0/99", "'10.20.0.0/99' does not appear to be an IPv4 or IPv6 network"),
    ("SHOP_NAME", "North\nfold", _ONE_LINE),
    ("SHOP_NAME", "N" * 61, "must have at most 60 characters, and has 61"),
    ("DEFAULT_CURRENCY", "XXX", "must be an ISO 4217 code in upper case"),
    ("DEFAULT_COUNTRY", "de", "must be an ISO 3166-1 alpha-2 code in upper case"),
    ("RETURN_DAYS", "-1", "must be at least 0"),
    ("RETURN_DAYS", "a month", "must be a whole number"),
    ("TIME_ZONE", "Berlin", _ZONE),
    ("TIME_ZONE", "europe/berlin", _ZONE),
    ("TIME_ZONE", "../etc/passwd", _ZONE),
    ("STOREFRONT_URL", "shop.example.com", "must start with http:// or https://"),
    ("STOREFRONT_URL", "https:shop.example.com", "must start with http:// or https://"),
    ("STOREFRONT_URL", "https://", "must name a host"),
    ("STOREFRONT_URL", "https://a shop", "must name a host"),
    ("STOREFRONT_URL", "https://shop.example.com/en", _ORIGIN),
    ("STOREFRONT_URL", "https://shop.example.com:x", "must have a port from 1 to 65535, or none"),
    ("SOCKETS_URL", "https://shop.example.com", "must start with ws:// or wss://"),
    ("API_URL", "https://shop.example.com/api/v1", _ORIGIN),
    ("SECURE_COOKIES", "nope", _YES_OR_NO),
    ("SECURE_HSTS_SECONDS", "1e6", _WHOLE),
    ("BEHIND_TLS_PROXY", "x", _YES_OR_NO),
    ("TRUSTED_PROXIES", "one", _WHOLE),
    ("DATABASE_POOL_SIZE", "-1", "must be at least 0"),
    ("DATABASE_STATEMENT_TIMEOUT_MS", "2147483648", "must be at most 2147483647"),
    ("DATABASE_LOCK_TIMEOUT_MS", "9" * 5000, _WHOLE),
    ("DATABASE_IDLE_IN_TRANSACTION_MS", "30s", _WHOLE),
    ("DATABASE_METRICS", "x", _YES_OR_NO),
    ("CACHE_URL", "127.0.0.1:6379", "must start with redis:// or rediss:// or unix://"),
    ("BROKER_URL", "redis://", "must name a host"),
    ("BROKER_URL", "unix://", "must name a path"),
    ("EMAIL_URL", "smtp://:587", "must name a host"),
    ("DEFAULT_FROM_EMAIL", "x", _MAIL),
    ("DEFAULT_FROM_EMAIL", "a@example.com, b@example.com", _MAIL),
    ("STRIPE_API_KEY", "sk_\n", _ONE_LINE),
    ("STRIPE_API_BASE", "ftp://x", "must start with http:// or https://"),
    ("STRIPE_TIMEOUT_SECONDS", "0", "must be at least 1"),
    ("STRIPE_CONCURRENCY", "0", "must be at least 1"),
    ("BANK_TRANSFER_IBAN", "12345678", "must be an IBAN: two letters, two digits, then letters and digits"),
    (
        "BANK_TRANSFER_IBAN",
        "DE03 1203 0000 0000 2020 51",
        "must be an IBAN, and its check digits say that one is mistyped",
    ),
    ("BANK_TRANSFER_ACCOUNT_HOLDER", "x" * 71, "must have at most 70 characters, and has 71"),
    ("BANK_TRANSFER_BIC", "BYLADEM100123", "must have at most 11 characters, and has 13"),
    ("PAYMENT_RETURN_URL", "northfold://paid", "must start with http:// or https://"),
    ("PAYMENT_RETURN_URL", "https://shop.example.com/{id}/", "may have no braces but those of {order_id}"),
    ("PAYMENT_DEADLINE_STRIPE", "abc", _WHOLE),
    ("PAYMENT_DEADLINE_MANUAL", "1.5", _WHOLE),
    ("PAYMENT_DECLINES_PER_CARD", "2", _DECLINES),
    ("PAYMENT_DECLINES_PER_ACCOUNT", "1", _DECLINES),
    ("PAYMENT_DECLINES_PER_ADDRESS", "-5", _DECLINES),
    ("PAYMENT_RECONCILE_AFTER_SECONDS", "0", "must be at least 1"),
    ("LIMITS_ENABLED", "x", _YES_OR_NO),
    ("LIMITS_EXEMPT_LOOPBACK", "x", _YES_OR_NO),
    ("LIMIT_DEFAULT", "many", _BUCKET),
    ("LIMIT_CATALOGUE", "200/x", _BUCKET),
    ("LIMIT_LOGIN", "10/0", _BUCKET),
    ("LIMIT_NOTICES", "x/1", _BUCKET),
    ("LIMIT_PASSWORD_RESET", "3", _BUCKET),
    ("LIMIT_CHECKOUT", "10", _BUCKET),
    ("LIMIT_PAYMENT", "20/-1", _BUCKET),
    ("SOCKETS_MAX_CONNECTIONS", "0", "must be at least 1"),
    ("MESSAGING_LEASE_SECONDS", "1", "must be at least 2"),
    ("MESSAGING_MAX_ATTEMPTS", "0", "must be at least 1"),
    ("MESSAGING_BACKOFF_BASE_MS", "x", _WHOLE),
    ("MESSAGING_BACKOFF_CAP_MS", "x", _WHOLE),
    ("MESSAGING_POLL_MS", "1", "must be at least 10"),
    ("MESSAGING_AUDIT_PATIENCE_SECONDS", "-1", "must be at least 0"),
    ("MESSAGING_SLOW_TURN_SECONDS", "0", "must be at least 1"),
    ("MESSAGING_OUTBOX_RETENTION_DAYS", "2000000", "must be at most 36500"),
    ("MESSAGING_INBOX_RETENTION_DAYS", "2000000", "must be at most 36500"),
    ("TASK_TIME_LIMIT", "0", "must be at least 1"),
    ("ANSWERS_MEMORY_MB", "8 MB", _WHOLE),
    ("ANSWERS_CACHE_CONTROL", "public\nX: y", _ONE_LINE),
    ("LOG_LEVEL", "LOUD", "must be DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ("ACCESS_LOG", "x", _YES_OR_NO),
    ("DRAIN_FILE", "\n", _ONE_LINE),
    ("PORT", "70000", "must be a whole number from 1 to 65535"),
    ("PORT", "http", "must be a whole number from 1 to 65535"),
]
# What these need beside them is not set in the tests, and is told as well.
_FOLLOWED = {
    "STRIPE_API_KEY": "STRIPE_WEBHOOK_SECRET is not set although STRIPE_API_KEY is. Example: STRIPE_WEBHOOK_SECRET=whsec_...\n",
    "BANK_TRANSFER_IBAN": "BANK_TRANSFER_ACCOUNT_HOLDER is not set although BANK_TRANSFER_IBAN is."
    " Example: BANK_TRANSFER_ACCOUNT_HOLDER=Northfold GmbH\n",
}
# Held above with the sentences of their own.
_HELD_ABOVE = {
    "SECRET_KEY", "DATABASE_URL", "CURRENCIES", "TAX_CLASSES", "ALLOWED_HOSTS", "APP_URL_SCHEMES", "STRIPE_WEBHOOK_SECRET",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.xdist_group("wrong settings")
@pytest.mark.parametrize(("name", "value", "wrong"), _WRONG, ids=lambda text: text[:20])
def test_each_setting_refuses_what_it_cannot_mean(name, value, wrong):
    refusal = f"{name} is {value!r}: {wrong}. Example: {name}={documented()[name]['example']}\n"

    assert refusals()[name, value] == (2, refusal + _FOLLOWED.get(name, ""))


def test_every_setting_is_held_to_a_wrong_value():
    assert {name for name, _, _ in _WRONG} | _HELD_ABOVE >= set(read_by_the_settings())


def test_a_folder_for_metrics_that_cannot_be_made_is_refused():
    ended = run_with_settings("-m", "ecommerce.serve", "web", PROMETHEUS_MULTIPROC_DIR="/proc/x")

    assert (ended.returncode, ended.stderr) == (
        2,
        "PROMETHEUS_MULTIPROC_DIR is '/proc/x': must be a folder this process can make (No such file or directory)."
        " Example: PROMETHEUS_MULTIPROC_DIR=/tmp/shop/metrics\n",
    )


def test_hosts_may_cover_the_storefronts_by_a_pattern():
    ended = run_with_settings(
        "-c", "import ecommerce.settings as s; print(s.ALLOWED_HOSTS)", ALLOWED_HOSTS=".example.com"
    )

    assert (ended.stdout, ended.stderr) == ("['.example.com']\n", "")
