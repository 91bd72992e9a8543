"""What is seen from beside: the order's WebSocket, and the stock at moments."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import psycopg

from ecommerce.local.websocket import WebSocket, WebSocketError
from laboratory.folder import Folder
from laboratory.shop import LaboratoryShop

_MOST_WATCHERS = 30
_WATCH_SECONDS = 120.0
_SOCKET_SECONDS = 5.0
_SNAPSHOT_SECONDS = 2.0
_SNAPSHOT = """
    SELECT json_build_object(
        'levels', (SELECT coalesce(json_agg(json_build_object('variant', variant_id, 'warehouse', warehouse_id,
                                                     'on_hand', on_hand, 'reserved', reserved)), '[]')
                   FROM inventory_stocklevel),
        'held', (SELECT coalesce(json_agg(json_build_object('variant', variant_id, 'quantity', quantity)), '[]')
                 FROM (SELECT l.variant_id, sum(l.quantity - l.shipped) AS quantity
                       FROM inventory_reservationline l JOIN inventory_stockreservation r ON r.reference = l.reservation_id
                       WHERE r.status IN ('reserved', 'allocated') GROUP BY l.variant_id) AS held))
"""


class Watchers:
    """Buyers who keep their order's page open. At the end each of them looks once more."""

    def __init__(self, shop: LaboratoryShop, folder: Folder) -> None:
        self._shop, self._log = shop, folder.sockets
        self._orders: list[dict[str, Any]] = []
        self._places = threading.BoundedSemaphore(_MOST_WATCHERS)
        self._quiet = threading.Event()
        self._threads: list[threading.Thread] = []

    def perhaps_watch(self, order: dict[str, Any]) -> None:
        """Watch a guest's order while there is a place."""
        if order.get("order_token") and not self._quiet.is_set() and self._places.acquire(blocking=False):
            self._orders.append(order)
            thread = threading.Thread(target=self._watch, args=[order], daemon=True)
            self._threads.append(thread)
            thread.start()

    def end(self) -> None:
        """All is quiet: everybody stops watching; those who left before look again."""
        self._quiet.set()
        for thread in self._threads:
            thread.join(30)
        for order in self._orders:
            self._listen(order, until=time.monotonic() + 20, messages=1)

    def _watch(self, order: dict[str, Any]) -> None:
        try:
            until = time.monotonic() + _WATCH_SECONDS
            while time.monotonic() < until and not self._quiet.is_set():
                self._listen(order, until=until)
                self._quiet.wait(0.5)
        finally:
            self._places.release()

    def _listen(self, order: dict[str, Any], *, until: float, messages: int | None = None) -> None:
        """Log what one connection says until it breaks, the time is over or so many messages came."""
        try:
            socket = WebSocket(order["live_url"], origin=self._shop.base, seconds=_SOCKET_SECONDS)
        except (OSError, WebSocketError):
            return
        try:
            socket.send_text(json.dumps({"token": order["order_token"]}))
            self._note(order, version=None, status="connected")
            self._receive(socket, order, until=until, messages=messages)
        except (OSError, WebSocketError, ValueError):
            return
        finally:
            socket.close()

    def _receive(self, socket: WebSocket, order: dict[str, Any], *, until: float, messages: int | None) -> None:
        seen = 0
        while time.monotonic() < until and seen != messages and not (self._quiet.is_set() and messages is None):
            try:
                message = json.loads(socket.receive_text())
            except TimeoutError:
                continue
            seen += 1
            self._note(order, version=message["version"], status=message["status"])

    def _note(self, order: dict[str, Any], *, version: int | None, status: str) -> None:
        self._log.write(at=time.time(), buyer=order["email"], order=order["id"], version=version, status=status)


class Snapshots:
    """The stock every two seconds, each in one statement, while the database answers."""

    def __init__(self, shop: LaboratoryShop, folder: Folder) -> None:
        self._shop, self._log = shop, folder.snapshots
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._ended.wait(_SNAPSHOT_SECONDS):
            try:
                with self._shop.connect() as connection:
                    while not self._ended.wait(_SNAPSHOT_SECONDS):
                        row = connection.execute(_SNAPSHOT).fetchone()
                        self._log.write(at=time.time(), **(row[0] if row else {}))
            except psycopg.Error:
                continue  # killed with the rest; the next one connects again
