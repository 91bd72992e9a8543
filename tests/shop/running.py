"""A whole running shop, as `bin/up` starts it, for tests that touch it only from outside."""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ecommerce.local.embedded import RunningShop, run_shop
from tests.shop.client import Client, wait_for

# That would be half of a core for five minutes; what is asked for is drawn then.
DRAW_NOTHING_AHEAD = "UPDATE media_image SET next_run_at = NULL WHERE kind = 'drawing'"
ROOT = Path(__file__).resolve().parents[2]


class Shop:
    """The running shop with what tests need of it."""

    def __init__(self, running: RunningShop) -> None:
        self.running = running
        self.base = running.run["urls"]["storefront"]

    @property
    def run(self) -> dict[str, Any]:
        return self.running.run

    def client(self, **options: Any) -> Client:
        return Client(self.base, **options)

    def staff(self) -> Client:
        client = self.client()
        credentials = {name: self.run["staff"][name] for name in ("email", "password")}
        client.token = client.expect(200, "POST", "/api/v1/auth/login", credentials)["access"]
        return client

    def variants(self, count: int = 1, *, stock: int | None = None) -> list[str]:
        """Return ids of `count` published variants of different products, with `stock` left to sell where given."""
        client, staff, found = self.client(), self.staff(), []
        for card in client.expect(200, "GET", "/api/v1/products?limit=100&in_stock=true")["results"]:
            detail = client.expect(200, "GET", f"/api/v1/products/{card['id']}")
            sellable = [variant for variant in detail["variants"] if variant["in_stock"]]
            if sellable:
                found.append(sellable[0]["id"])
            if len(found) == count:
                break
        assert len(found) == count
        for variant_id in found:
            if stock is not None:
                reserved = "SELECT coalesce(sum(reserved), 0)::int FROM inventory_stocklevel WHERE variant_id = %s"
                self.set_stock(variant_id, self.query(reserved, variant_id)[0][0] + stock, staff=staff)
        return found

    def set_stock(self, variant_id: str, on_hand: int, *, staff: Client | None = None) -> None:
        body = {"on_hand": on_hand, "reason": "test"}
        (staff or self.staff()).expect(200, "PUT", f"/api/v1/inventory/{variant_id}", body)

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` against the shop's own servers, with the environment of its web process."""
        environment = dict(
            item.split("=", 1)
            for item in Path(f"/proc/{self.run['pids']['web'][0]}/environ").read_text().split("\0")
            if "=" in item
        )
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**os.environ, **environment},
            capture_output=True, text=True, timeout=120, check=check,
        )  # fmt: skip

    def database_url(self) -> str:
        environ = Path(f"/proc/{self.run['pids']['web'][0]}/environ").read_text().split("\0")
        return next(item for item in environ if item.startswith("DATABASE_URL=")).partition("=")[2]

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url(), connect_timeout=5) as connection:
            return connection.execute(sql, parameters).fetchall()

    def execute(self, sql: str, *parameters: Any) -> None:
        with psycopg.connect(self.database_url(), connect_timeout=5) as connection:
            connection.execute(sql, parameters)

    def mails(self, recipient: str) -> list[EmailMessage]:
        found = []
        for path in sorted(Path(self.run["mail"]).glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if recipient in str(message["To"]):
                found.append(message)
        return found

    def wait_for_mail(self, recipient: str, word: str, seconds: float = 30) -> EmailMessage:
        def matching() -> EmailMessage | None:
            return next((mail for mail in self.mails(recipient) if word in str(mail["Subject"]).lower()), None)

        return wait_for(matching, what=f"a mail about {word!r} to {recipient}", seconds=seconds)

    def sandbox(self, method: str, path: str, body: Any = None) -> Any:
        """Call the payment sandbox's control endpoints."""
        environ = Path(f"/proc/{self.run['pids']['web'][0]}/environ").read_text().split("\0")
        key = next(item for item in environ if item.startswith("STRIPE_API_KEY=")).partition("=")[2]
        client = Client(self.run["urls"]["sandbox"], token=key)
        answer = client.call(method, path, body)
        assert answer.status < 300, answer.raw
        return answer.body

    def charges(self, order: Any) -> list[dict[str, Any]]:
        """Return the sandbox's own ledger lines of an order."""
        lines = self.sandbox("GET", "/sandbox/ledger")["data"]
        return [line for line in lines if line["order_id"] == order["id"]]

    def verify_orders(self) -> None:
        result = self.manage("verify_orders", check=False)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One MEDIA_ROOT of all running shops: files are named by content, and a picture takes a second to draw."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "pictures"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Iterator[Shop]:
    environment = {"MEDIA_ROOT": str(pictures), "SHOP_SETTINGS_MODULE": "tests.shop.settings"}
    with run_shop(state=tmp_path_factory.mktemp("shop"), environment=environment) as running:
        started = Shop(running)
        wait_for(
            lambda: len(started.client().expect(200, "GET", "/api/v1/products?in_stock=true")["results"]) >= 10,
            what="the demo catalogue to be listed",
            seconds=60,
        )
        started.execute(DRAW_NOTHING_AHEAD)
        yield started
