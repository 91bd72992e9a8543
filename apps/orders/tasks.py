"""Work driver and timed work of orders."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.messaging import work
from apps.orders import saga
from apps.orders.models import OrderSaga
from apps.orders.services import labels


@work.driver("orders.drive_saga", model=OrderSaga)
def drive_saga(item: OrderSaga) -> None:
    """Do what is due for one order."""
    saga.drive(item)


@shared_task(name="orders.forget_old_labels")
def forget_old_labels(**kwargs: Any) -> None:
    """Delete labels of parcels that left long ago; beat sends this every hour."""
    labels.forget_old_labels()
