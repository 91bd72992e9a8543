"""Sample orders: the same for a seed, made once, spread over the past, and true by every check of the shop."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from apps.backoffice.demo.orders import make_orders
from apps.backoffice.demo.plan import Fate, StockChange, plan_orders, plan_stock_changes
from apps.backoffice.demo.stock import enter_stock_changes
from apps.backoffice.management.commands import load_sample_orders
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.kernel import clock
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.web.pagination import PageParams
from tests.catalog.shop import make_simple

TODAY = date(2026, 11, 20)


def settle(count_waiting):
    deliver_all(rounds=200, slow=False)
    assert count_waiting() == 0


def all_orders():
    return orders.search_orders(params=PageParams(limit=100)).items


def test_plan_is_the_same_for_a_seed_and_a_day_however_far_back_it_reaches():
    short, long = (plan_orders(today=TODAY, months=months, seed=7) for months in (1, 3))

    assert plan_orders(today=TODAY, months=1, seed=7) == short
    assert long[-len(short) :] == short
    assert plan_orders(today=TODAY, months=1, seed=8) != short
    assert {sample.fate for sample in long} == set(Fate)
    assert {sample.person.currency for sample in long} == {"EUR", "USD", "JPY"}
    assert len({sample.key for sample in long}) == len(long) > 200
    assert len({(sample.person.email, sample.placed_at) for sample in long}) == len(long)
    assert len({sample.person.email for sample in long}) < len(long) / 3


def test_plan_of_stock_is_the_same_for_a_seed_and_a_day_and_names_reasons():
    short, long = (plan_stock_changes(today=TODAY, months=months, seed=7) for months in (1, 3))

    assert long[-len(short) :] == short
    assert len({change.key for change in long}) == len(long) == 3 * 13
    assert {sum(change.units.values()) for change in long if not change.is_delivery} == {-1, 1}
    assert len({change.reason for change in long}) > 13


@pytest.mark.django_db
def test_stock_comes_and_goes_once_with_reasons():
    (variant,) = make_simple("Parka").variants
    inventory.set_on_hand(variant_id=variant.id, on_hand=20, reason="test")
    came, went = {variant.sku: 5, "NOT-SOLD": 5}, {variant.sku: -1}
    plan = [
        StockChange(key="in", reason="Delivery 2026-W47", is_delivery=True, units=came),
        StockChange(key="lost", reason="Damaged", is_delivery=False, units=went),
    ]

    for _ in range(2):
        enter_stock_changes(plan)

    moved = inventory.list_movements(variant_ids=[variant.id])
    assert [(each.reason, each.quantity) for each in moved] == [("Damaged", -1), ("Delivery 2026-W47", 5), ("test", 20)]


@pytest.mark.django_db
def test_others_leave_their_carts_the_first_time_an_order_is_made():
    (variant,) = make_simple("Parka").variants
    inventory.set_on_hand(variant_id=variant.id, on_hand=20, reason="test")
    planned = (each for each in plan_orders(today=TODAY, months=1, seed=1) if each.fate is Fate.UNPAID)
    sample = next(each for each in planned if each.person.currency == "EUR" and not each.person.has_account)
    sample = replace(sample, lines=((variant.sku, 1),), abandoned_carts=2)

    for _ in range(2):
        make_orders([sample], settle=settle)

    today = clock.now().date()
    (carts,) = checkout.list_days_of_carts(first=today, last=today)
    assert (carts.begun, carts.ordered) == (3, 1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_orders_are_made_once_by_the_shops_own_services_with_their_own_times(capsys):
    call_command("load_demo")
    deliver_all(rounds=200, slow=False)
    today = clock.now().date()
    plan = plan_orders(today=today, months=1, seed=1)[:24]

    first = make_orders(plan, settle=settle)
    deliver_all(rounds=200, slow=False)
    made = {order.id: order for order in all_orders()}
    again = make_orders(plan, settle=settle)

    assert first.made == len(made) == 24
    assert (again.made, again.skipped) == (0, 0)
    (carts,) = checkout.list_days_of_carts(first=today, last=today)
    assert (carts.begun, carts.ordered) == (24 + sum(sample.abandoned_carts for sample in plan), 24)
    planned = {(sample.person.email, sample.placed_at) for sample in plan}
    assert {(order.email, order.placed_at) for order in made.values()} == planned
    assert {order.status.value for order in made.values()} >= {"delivered", "cancelled"}
    for order in made.values():
        events = [entry for entry in orders.get_history(order_id=order.id) if entry.type != "refunded"]
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert all(order.placed_at <= event.at < order.placed_at + timedelta(days=8) for event in events)
    call_command("verify_orders")
    call_command("verify_payments")
    assert "wrong" not in capsys.readouterr().err


@pytest.mark.parametrize("months", ["0", "25"])
def test_months_out_of_range_are_refused(months):
    with pytest.raises(CommandError, match=f"--months is {months}; use 1 to 24"):
        call_command("load_sample_orders", "--months", months)


def test_waiting_for_a_slow_worker_ends_by_its_standstill_alone(monkeypatch):
    now = [0.0]
    clocks = SimpleNamespace(monotonic=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + 100))
    monkeypatch.setattr(load_sample_orders, "time", clocks)
    waiting = iter([3, 3, 2, 2, 1, 1, 0])

    load_sample_orders._wait(lambda: next(waiting))

    assert now[0] > 3 * load_sample_orders._PATIENCE_SECONDS
    with pytest.raises(CommandError, match="the payment of any of 3 orders"):
        load_sample_orders._wait(lambda: 3)
