"""Random walks: buyers, staff, workers and provider act in an order of chance, and any process may die at any place.

One seed is one walk, always the same. Nothing is expected of it but that it ends well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.chaos.simulation.dying import Place, nobody_dies
from tests.chaos.simulation.invariants import unrepeated_answers, violations
from tests.chaos.simulation.people import Buyer, Staff
from tests.chaos.simulation.stories import Cast
from tests.chaos.simulation.weather import ALL, CALM
from tests.chaos.simulation.world import Kept, World
from tests.checkout.shopping import make_variant
from tests.shop.client import DECLINED, Answer

_STEPS = 60
_CHANCE_OF_DEATH = 0.02
# Longer than any order waits for its money.
_UNTIL_ALL_IS_OVER = timedelta(days=8)


def open_scarce_shop(world: World) -> Cast:
    """Return a shop in which five buyers want more than there is."""
    variants = [make_variant(price="20.00", stock=5), make_variant(price="15.50", stock=3)]
    cast = Cast(variants=variants, staff=Staff.hire(), buyers=[])
    for number in range(4):
        wanted = variants if number % 2 else variants[:1]
        cast.buyers.append(Buyer.with_cart(f"buyer-{number}", *wanted, quantity=1 + number % 2))
    cast.buyers.append(Buyer.with_cart("customer", *variants, is_customer=True))
    world.work()
    return cast


class Walk:
    """One walk from a kept moment on."""

    def __init__(self, world: World, cast: Cast, kept: Kept, *, seed: int) -> None:
        self._world, self._cast, self._seed = world, cast.copy(), seed
        world.begin(kept, fate=self._fate, seed=seed)
        self._chance = world.random
        world.is_shuffled = True
        world.weather = self._chance.choice(ALL)
        self.log = [f"seed {seed}, {world.weather.name}"]

    def go(self) -> list[str]:
        """Walk, let everything come to its end, and return what is wrong then."""
        for _ in range(_STEPS):
            buyer = self._chance.choice(self._cast.buyers)
            deed = self._chance.choice(self._possible(buyer))
            self.log.append(f"{buyer.name} {deed.__name__.strip('_')}: {_told(deed(buyer))}")
        self._end()
        return [*unrepeated_answers(self._world), *violations(self._world)]

    def _end(self) -> None:
        world = self._world
        world.processes.fate, world.weather, world.is_shuffled = nobody_dies, CALM, False
        world.work(patience=_UNTIL_ALL_IS_OVER)
        for buyer in self._placed():
            self._cast.staff.send_back_transfers(world, buyer.order)
        world.work()
        world.clock.advance(1200)
        world.work()

    def _placed(self) -> list[Buyer]:
        return [buyer for buyer in self._cast.buyers if buyer.order]

    def _fate(self, place: Place, moment: str) -> bool:
        dies = self._chance.random() < _CHANCE_OF_DEATH
        if dies:
            self.log.append(f"  died {moment} place {place.number} ({place.kind} {place.what})")
        return dies

    def _possible(self, buyer: Buyer) -> list[Callable[[Buyer], object]]:
        """Return what may happen about a buyer, the likelier the oftener."""
        always = [self._work, self._work, self._time_passes]
        if not buyer.order:
            return [*always, *[self._place] * 4]
        ends = [self._cancel, self._staff_cancel]
        if not buyer.payment:
            return [*always, *ends, *[self._start] * 8]
        pays = [way] * 6 if (way := self._way_to_pay(buyer.payment)) else []
        return [*always, *ends, *pays, self._start, *[self._staff_ship] * 3, *[self._staff_refund] * 2]

    def _way_to_pay(self, payment: dict[str, Any]) -> Callable[[Buyer], object] | None:
        """Return what brings the money; None where the provider's payment was over when the buyer asked for it."""
        if payment["provider"] == "manual":
            return self._staff_book
        return self._pay_on_page if payment["redirect_url"] else self._pay if payment["client_secret"] else None

    # what may happen

    def _place(self, buyer: Buyer) -> object:
        return buyer.place(self._world)

    def _start(self, buyer: Buyer) -> object:
        buyer.attempt += self._chance.random() < 0.3
        way = self._chance.choice(["card", "page", "manual"])
        provider = "manual" if way == "manual" else "stripe"
        return buyer.start(self._world, provider=provider, on_page=way == "page")

    def _pay(self, buyer: Buyer) -> object:
        return buyer.confirm(self._world, DECLINED) if self._chance.random() < 0.3 else buyer.confirm(self._world)

    def _pay_on_page(self, buyer: Buyer) -> object:
        outcome = self._chance.choice(["approve", "approve", "decline"])
        return self._world.provider.pay_on_page(buyer.payment["redirect_url"], outcome=outcome)

    def _cancel(self, buyer: Buyer) -> object:
        return buyer.cancel(self._world)

    def _staff_ship(self, buyer: Buyer) -> object:
        line = self._chance.choice([{buyer.order["items"][0]["id"]: 1}, None])
        shipped = self._cast.staff.ship(self._world, buyer.order, f"{buyer.name}-{line and 1}", line)
        return shipped, self._cast.staff.deliver(self._world, buyer.order)

    def _staff_refund(self, buyer: Buyer) -> object:
        amount = self._chance.choice([None, Decimal("5.00")])
        key = f"{buyer.name}-refund-{amount}"
        return self._cast.staff.refund(self._world, buyer.payment, amount, key)

    def _staff_cancel(self, buyer: Buyer) -> object:
        return self._cast.staff.cancel(self._world, buyer.order)

    def _staff_book(self, buyer: Buyer) -> object:
        return self._cast.staff.book_transfer(self._world, buyer.payment)

    def _work(self, buyer: Buyer) -> object:
        self._world.work(steps=self._chance.randint(1, 20))
        return None

    def _time_passes(self, buyer: Buyer) -> object:
        self._world.clock.advance(self._chance.choice([1, 1, 60, 60, 600, 3600]))
        return None


def _told(came: object) -> str:
    if isinstance(came, tuple):
        return ", ".join(_told(each) for each in came)
    return f"{came.status} {came.code}" if isinstance(came, Answer) else ""
