"""Work drivers of orders."""

from __future__ import annotations

from apps.messaging import work
from apps.orders import saga
from apps.orders.models import OrderSaga


@work.driver("orders.drive_saga", model=OrderSaga)
def drive_saga(item: OrderSaga) -> None:
    """Do what is due for one order."""
    saga.drive(item)
