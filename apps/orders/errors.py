"""Errors of orders."""

from __future__ import annotations

from uuid import UUID

from apps.kernel.errors import Conflict, Invalid, NotFound


class OrderNotFound(NotFound):
    """No such order, or it is somebody else's."""

    code = "order_not_found"


class AlreadyPlaced(Conflict):
    """This cart became an order before; `order_id` says which."""

    code = "already_placed"

    def __init__(self, order_id: UUID) -> None:
        self.order_id = order_id
        super().__init__("This cart has already become an order.", extra={"order_id": str(order_id)})


class NotCancellable(Conflict):
    """The order has left or has ended; it cannot be cancelled any more."""

    code = "not_cancellable"


class NotPayable(Conflict):
    """The order does not wait for a payment."""

    code = "not_payable"


class NotShippable(Conflict):
    """The order is not paid, has ended, or has fewer of a line left than were to be shipped."""

    code = "not_shippable"


class NotDeliverable(Conflict):
    """The order or parcel has not left yet."""

    code = "not_deliverable"


class NotRefundable(Conflict):
    """No money of this order was received, so none can go back."""

    code = "not_refundable"


class ShipmentNotFound(NotFound):
    """The order has no such parcel."""

    code = "shipment_not_found"


class LabelNotFound(NotFound):
    """No label is kept for this parcel: none was given, or it left too long ago."""

    code = "label_not_found"


class LabelRefused(Invalid):
    """The file is empty, too large, or no complete PDF, PNG or ZPL; `fields` says which."""

    code = "label_refused"
