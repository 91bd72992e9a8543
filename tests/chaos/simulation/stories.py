"""The stories an order can have. Each has a prologue, in which nobody dies, and a story, in which somebody may die anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory import api as inventory
from tests.chaos.simulation.people import Buyer, Staff
from tests.chaos.simulation.weather import DOWN, DUPLICATED, LATE, LOST, Weather
from tests.chaos.simulation.world import World
from tests.checkout.shopping import make_variant

STOCK = 10


@dataclass
class Cast:
    """Who and what there is when a story begins."""

    variants: list[UUID]
    staff: Staff
    buyers: list[Buyer]

    @property
    def buyer(self) -> Buyer:
        return self.buyers[0]

    def copy(self) -> Cast:
        return Cast(variants=self.variants, staff=self.staff, buyers=[buyer.copy() for buyer in self.buyers])


@dataclass(frozen=True)
class Story:
    """`dies_in`: the weathers in which it is told for every death, besides CALM. `ends_alike`: whoever dies, the ending is the same."""

    name: str
    prologue: Callable[[World, Cast], None]
    tell: Callable[[World, Cast], None]
    dies_in: Sequence[Weather]
    ends_alike: bool


STORIES: Final[dict[str, Story]] = {}


def story(
    prologue: Callable[[World, Cast], None], *, dies_in: Sequence[Weather] = (), ends_alike: bool = True
) -> Callable[[Callable[[World, Cast], None]], Callable[[World, Cast], None]]:
    def register(tell: Callable[[World, Cast], None]) -> Callable[[World, Cast], None]:
        STORIES[tell.__name__] = Story(tell.__name__, prologue, tell, dies_in, ends_alike)
        return tell

    return register


def open_shop(world: World) -> Cast:
    """Return a shop with two products and somebody who works there."""
    cast = Cast(
        variants=[make_variant(price="20.00", stock=STOCK), make_variant(price="15.50", stock=STOCK)],
        staff=Staff.hire(),
        buyers=[],
    )
    world.work()
    return cast


# prologues


def a_guest_has_a_cart(world: World, cast: Cast) -> None:
    cast.buyers.append(Buyer.with_cart("guest", cast.variants[0], quantity=2))


def a_customer_has_a_cart(world: World, cast: Cast) -> None:
    cast.buyers.append(Buyer.with_cart("customer", *cast.variants, quantity=2, is_customer=True))


def two_guests_want_the_last_ones(world: World, cast: Cast) -> None:
    cast.buyers += [Buyer.with_cart(name, cast.variants[0], quantity=STOCK - 3) for name in ("first", "second")]


def an_order_is_placed(world: World, cast: Cast) -> None:
    a_customer_has_a_cart(world, cast)
    assert cast.buyer.place(world).status == 201
    world.work()


def a_card_is_charging(world: World, cast: Cast) -> None:
    an_order_is_placed(world, cast)
    assert cast.buyer.start(world).status == 201


def a_page_is_open(world: World, cast: Cast) -> None:
    an_order_is_placed(world, cast)
    assert cast.buyer.start(world, on_page=True).status == 201


def an_order_is_paid(world: World, cast: Cast) -> None:
    an_order_is_placed(world, cast)
    cast.buyer.pay(world)
    world.work()
    assert cast.buyer.status(world) == "processing"


def an_order_is_paid_by_a_card_that_takes_nothing_back(world: World, cast: Cast) -> None:
    an_order_is_placed(world, cast)
    cast.buyer.pay(world, "pm_card_refundFail")
    world.work()


def an_order_lost_its_stock(world: World, cast: Cast) -> None:
    a_card_is_charging(world, cast)
    ((reference,),) = world.database.fetch("SELECT reservation FROM orders_order")
    inventory.release_reservation(reference=reference)


def an_order_lost_its_stock_to_others(world: World, cast: Cast) -> None:
    an_order_lost_its_stock(world, cast)
    inventory.set_on_hand(variant_id=cast.variants[0], on_hand=1, reason="stock-take")


def a_transfer_is_awaited(world: World, cast: Cast) -> None:
    an_order_is_placed(world, cast)
    assert cast.buyer.start(world, provider="manual").status == 201
    world.work()


# stories


@story(a_guest_has_a_cart)
def guest_places(world: World, cast: Cast) -> None:
    assert cast.buyer.place(world).status == 201
    world.work()


@story(a_customer_has_a_cart)
def customer_places_two_lines(world: World, cast: Cast) -> None:
    assert cast.buyer.place(world).status == 201
    world.work()


@story(a_guest_has_a_cart, ends_alike=False)
def guest_places_and_never_comes_back(world: World, cast: Cast) -> None:
    cast.buyer.place_once(world)
    world.work()
    _let_the_deadline_pass(world)


def _let_the_deadline_pass(world: World) -> None:
    """Let the time to pay go by, and then the patience of the sweep with stock that became no order."""
    for _ in range(2):
        world.clock.advance(3600)
        world.work()


@story(two_guests_want_the_last_ones)
def second_guest_finds_it_sold_out(world: World, cast: Cast) -> None:
    assert [buyer.place(world).status for buyer in cast.buyers] == [201, 409]
    world.work()


@story(an_order_is_placed, dies_in=[LOST, DOWN, DUPLICATED, LATE])
def paid_by_card(world: World, cast: Cast) -> None:
    cast.buyer.pay(world)
    world.work()
    assert cast.buyer.status(world) == "processing"


@story(a_card_is_charging, dies_in=[LOST], ends_alike=False)
def guest_pays_and_never_comes_back(world: World, cast: Cast) -> None:
    cast.buyer.confirm_once(world)
    world.work()
    _let_the_deadline_pass(world)
    assert cast.buyer.status(world) == ("processing" if world.provider.ledger() else "cancelled")


@story(a_card_is_charging)
def declined_then_paid(world: World, cast: Cast) -> None:
    assert cast.buyer.is_declined(world)
    world.work()
    assert cast.buyer.confirm(world).status == 200
    world.work()
    assert cast.buyer.status(world) == "processing"


@story(an_order_is_placed, dies_in=[LOST, DUPLICATED])
def paid_on_the_providers_page(world: World, cast: Cast) -> None:
    assert cast.buyer.start(world, on_page=True).status == 201
    world.provider.pay_on_page(cast.buyer.payment["redirect_url"])
    world.work()
    assert cast.buyer.status(world) == "processing"


@story(a_page_is_open)
def unpaid_to_the_deadline(world: World, cast: Cast) -> None:
    world.work(patience=timedelta(hours=2))
    assert cast.buyer.status(world) == "cancelled"


@story(a_page_is_open)
def paid_at_the_last_moment(world: World, cast: Cast) -> None:
    world.clock.advance(3595)
    world.provider.pay_on_page(cast.buyer.payment["redirect_url"])
    world.clock.advance(10)
    world.work(patience=timedelta(hours=1))
    assert cast.buyer.status(world) == "processing"


@story(a_card_is_charging, dies_in=[LOST])
def cancelled_by_the_customer(world: World, cast: Cast) -> None:
    assert cast.buyer.cancel(world).status == 200
    world.work()
    assert cast.buyer.status(world) == "cancelled"


@story(a_page_is_open, dies_in=[DUPLICATED, LATE])
def cancelled_while_the_payment_arrives(world: World, cast: Cast) -> None:
    world.provider.pay_on_page(cast.buyer.payment["redirect_url"])
    assert cast.buyer.cancel(world).status == 200
    world.work()
    assert cast.buyer.status(world) == "cancelled"


@story(a_transfer_is_awaited)
def paid_after_cancellation(world: World, cast: Cast) -> None:
    assert cast.buyer.cancel(world).status == 200
    world.work()
    cast.staff.book_transfer(world, cast.buyer.payment)
    world.work()
    cast.staff.send_back_transfers(world, cast.buyer.order)
    world.work()
    assert cast.buyer.status(world) == "cancelled"


@story(an_order_lost_its_stock, dies_in=[LATE])
def stock_is_reserved_again(world: World, cast: Cast) -> None:
    assert cast.buyer.confirm(world).status == 200
    world.work()
    assert cast.buyer.status(world) == "processing"


@story(an_order_lost_its_stock_to_others)
def stock_is_gone_for_good(world: World, cast: Cast) -> None:
    assert cast.buyer.confirm(world).status == 200
    world.work()
    assert cast.buyer.status(world) == "cancelled"


# Whichever payment is heard of first is kept.
@story(a_transfer_is_awaited, ends_alike=False)
def overpaid_by_card_and_transfer(world: World, cast: Cast) -> None:
    transfer = cast.buyer.payment
    cast.buyer.pay(world)
    cast.staff.book_transfer(world, transfer)
    world.work()
    cast.staff.send_back_transfers(world, cast.buyer.order)
    world.work()
    assert cast.buyer.status(world) == "processing"


@story(a_transfer_is_awaited)
def paid_by_bank_transfer(world: World, cast: Cast) -> None:
    cast.staff.book_transfer(world, cast.buyer.payment)
    world.work()
    assert cast.buyer.status(world) == "processing"


@story(an_order_is_paid)
def shipped_in_parts_and_delivered(world: World, cast: Cast) -> None:
    part = {cast.buyer.order["items"][0]["id"]: 1}
    assert cast.staff.ship(world, cast.buyer.order, "first-parcel", part).status == 201
    world.work()
    assert cast.staff.ship(world, cast.buyer.order, "second-parcel").status == 201
    assert cast.staff.deliver(world, cast.buyer.order).status == 200
    world.work()
    assert cast.buyer.status(world) == "delivered"


@story(an_order_is_paid)
def refunded_in_part_then_wholly(world: World, cast: Cast) -> None:
    assert cast.staff.refund(world, cast.buyer.payment, Decimal("5.00"), "part").status == 201
    world.work()
    assert cast.staff.refund(world, cast.buyer.payment, None, "rest").status == 201
    world.work()
    assert cast.buyer.status(world) == "refunded"


@story(an_order_is_paid, dies_in=[LOST, LATE])
def cancelled_by_staff_after_payment(world: World, cast: Cast) -> None:
    assert cast.staff.cancel(world, cast.buyer.order).status == 200
    world.work()
    assert cast.buyer.status(world) == "cancelled"


@story(an_order_is_paid_by_a_card_that_takes_nothing_back)
def refund_comes_back_and_is_transferred(world: World, cast: Cast) -> None:
    assert cast.staff.refund(world, cast.buyer.payment, Decimal("5.00"), "part").status == 201
    world.work()
    assert cast.buyer.read(world)["refunded"]["amount"] == "0.00"
    cast.staff.transfer_failed_refunds(world, cast.buyer.order)
    world.work()
    assert cast.buyer.read(world)["refunded"]["amount"] == "5.00"
