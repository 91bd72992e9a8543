"""Errors of shipping."""

from __future__ import annotations

from apps.kernel.errors import NotFound


class ShippingMethodUnavailable(NotFound):
    """No such method delivers this cart, in this currency, to this destination."""

    code = "shipping_method_unavailable"
