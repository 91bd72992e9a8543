"""Live orders over WebSocket: who may watch, what is said, and that a lost hint only costs seconds."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.notifications import sockets
from apps.orders import api as orders
from ecommerce.asgi import application
from tests.notifications.communicator import SocketClient
from tests.orders.making import place, stock

pytestmark = pytest.mark.django_db(transaction=True)


def socket_of(order_id, **headers):
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    return SocketClient(application, f"/ws/orders/{order_id}", headers=encoded)


@pytest.fixture
def placed():
    return place({stock(): 1})


def run(scenario):
    return async_to_sync(scenario)()


def test_guest_with_the_orders_token_gets_a_snapshot_and_every_change(placed):
    order, token = placed

    async def watch():
        socket = socket_of(order.id)
        assert await socket.connect()
        await socket.send_json({"token": token})
        first = await socket.receive_json(timeout=5)
        await asyncio.to_thread(cancel_and_deliver, order)
        second = await socket.receive_json(timeout=10)
        await socket.disconnect()
        return first, second

    first, second = run(watch)

    assert first == {"order_id": str(order.id), "version": 1, "status": "awaiting_payment"}
    assert (second["status"], second["version"] > 1) == ("cancelled", True)


def cancel_and_deliver(order):
    orders.cancel_order(order_id=order.id, viewer=orders.Viewer(is_staff=True))
    deliver_all()


def test_lost_hint_costs_only_the_poll_interval(placed, monkeypatch):
    order, token = placed
    monkeypatch.setattr(sockets, "POLL_SECONDS", 0.2)

    async def watch():
        socket = socket_of(order.id)
        await socket.connect()
        await socket.send_json({"token": token})
        await socket.receive_json(timeout=5)
        await asyncio.to_thread(orders.cancel_order, order_id=order.id, viewer=orders.Viewer(is_staff=True))
        changed = await socket.receive_json(timeout=5)
        await socket.disconnect()
        return changed

    assert run(watch)["status"] == "cancelled"


@pytest.mark.parametrize("frame", [{"token": "forged"}, {"token": ""}, {}, [], {"token": 5}])
def test_wrong_first_frame_closes_without_a_word(placed, frame):
    order, _ = placed

    async def watch():
        socket = socket_of(order.id)
        await socket.connect()
        await socket.send_json(frame)
        return await socket.receive_output(timeout=5)

    assert run(watch)["type"] == "websocket.close"


def test_token_of_another_order_closes_like_an_order_that_is_not_there(placed):
    order, _ = placed
    _, foreign = place({stock(): 1})

    async def code_of(order_id):
        socket = socket_of(order_id)
        await socket.connect()
        await socket.send_json({"token": foreign})
        return (await socket.receive_output(timeout=5))["code"]

    assert async_to_sync(code_of)(order.id) == async_to_sync(code_of)(uuid7()) == sockets.NOT_FOUND


def test_silence_is_closed_after_its_time(placed, monkeypatch):
    order, _ = placed
    monkeypatch.setattr(sockets, "TOKEN_SECONDS", 0.1)

    async def watch():
        socket = socket_of(order.id)
        await socket.connect()
        return await socket.receive_output(timeout=5)

    assert run(watch)["code"] == sockets.UNAUTHENTICATED


def test_foreign_origin_is_refused_before_the_handshake(placed):
    order, _ = placed

    async def connect(origin):
        socket = socket_of(order.id, origin=origin)
        connected = await socket.connect()
        if connected:
            await socket.disconnect()
        return connected

    assert not async_to_sync(connect)("https://evil.example")
    assert async_to_sync(connect)(settings.STOREFRONT_URL)


def test_page_of_this_very_host_is_let_in(placed):
    order, _ = placed

    async def connect():
        socket = socket_of(order.id, origin="https://shop.example", host="shop.example")
        return await socket.connect()

    assert run(connect)


def test_path_that_is_none_of_ours_is_refused():
    async def connect():
        return await SocketClient(application, "/ws/else", headers=[]).connect()

    assert not run(connect)


def test_one_viewer_too_many_is_told_to_come_back(placed, settings):
    order, _ = placed
    settings.SOCKETS_MAX_CONNECTIONS = 1

    async def watch():
        first, second = socket_of(order.id), socket_of(order.id)
        await first.connect()
        await second.connect()
        code = (await second.receive_output(timeout=5))["code"]
        await first.disconnect()
        third = socket_of(order.id)
        await third.connect()
        return code, await third.receive_nothing(timeout=0.3)

    assert run(watch) == (sockets.TRY_LATER, True)


def test_viewer_has_to_show_again_who_they_are_after_a_while(placed, monkeypatch):
    order, token = placed
    monkeypatch.setattr(sockets, "LIFETIME_SECONDS", 0.3)

    async def watch():
        socket = socket_of(order.id)
        await socket.connect()
        await socket.send_json({"token": token})
        await socket.receive_json(timeout=5)
        return await socket.receive_output(timeout=5)

    assert run(watch)["code"] == sockets.GOING_AWAY


def test_without_the_layer_viewers_are_let_in_and_learn_of_changes(placed, monkeypatch, settings):
    order, token = placed
    monkeypatch.setattr(sockets, "POLL_SECONDS", 0.2)
    away = {**settings.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": ["redis://127.0.0.1:9/0"], "prefix": "away"}}
    settings.CHANNEL_LAYERS = {"default": away}

    async def watch():
        socket = socket_of(order.id)
        assert await socket.connect()
        await socket.send_json({"token": token})
        first = await socket.receive_json(timeout=5)
        await asyncio.to_thread(orders.cancel_order, order_id=order.id, viewer=orders.Viewer(is_staff=True))
        changed = await socket.receive_json(timeout=5)
        await socket.disconnect()
        return first["status"], changed["status"]

    assert run(watch) == ("awaiting_payment", "cancelled")


def test_session_of_a_page_opens_the_customers_own_order_only():
    user, other = (get_user_model().objects.create_user(f"{name}@example.com", "x") for name in ("ada", "eva"))
    order, _ = place({stock(): 1}, customer_id=user.pk)

    def cookie_of(owner):
        client = Client()
        client.force_login(owner)
        return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    async def first_message(cookie):
        socket = socket_of(order.id, cookie=cookie)
        await socket.connect()
        if await socket.receive_nothing(timeout=0.5):
            return None
        return await socket.receive_json(timeout=5)

    assert async_to_sync(first_message)(cookie_of(user))["status"] == "awaiting_payment"
    assert async_to_sync(first_message)(cookie_of(other)) is None
