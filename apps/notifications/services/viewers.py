"""Who watches an order over a socket."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from apps.orders import api as orders
from apps.web import tokens
from apps.web.authentication import read_access_token

_STAFF_RIGHT = "orders.view_order"


def of_session(user: Any) -> orders.Viewer | None:
    """Return the viewer behind a page's session; None where nobody is signed in."""
    if user is None or not user.is_authenticated:
        return None
    return orders.Viewer(customer_id=user.pk, is_staff=user.is_staff and user.has_perm(_STAFF_RIGHT))


def of_token(token: str) -> orders.Viewer | None:
    """Return the viewer an access token or an order's token stands for; None where it is forged, expired or for something else."""
    caller = read_access_token(token)
    if caller is None:
        opens_an_order = tokens.read(token, purpose="order") is not None
        return orders.Viewer(order_token=token) if opens_an_order else None
    if caller.is_staff:
        # The right is confirmed now, as for requests of staff; who has lost it watches as a customer.
        user = get_user_model()._default_manager.filter(pk=str(caller.customer_id), is_active=True).first()
        return of_session(user)
    return orders.Viewer(customer_id=caller.customer_id)
