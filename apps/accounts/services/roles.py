"""What each kind of staff may do. Roles are Django groups; rights are named as everywhere, "app.codename", "app.*" for all of an app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.contrib.auth.models import Group, Permission

from apps.messaging import api as messaging

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "Shop manager": (
        "orders.*",
        "payments.*",
        "catalog.*",
        "inventory.*",
        "pricing.*",
        "shipping.*",
        "media.*",
        "brand.*",
        "content.*",
        "notifications.*",
        "messaging.view_inboxmessage",
        "messaging.change_inboxmessage",
        "messaging.view_auditfinding",
        "messaging.repair_auditfinding",
        "accounts.view_user",
    ),
    "Support": (
        "orders.view_order",
        "orders.view_money",
        "orders.cancel_order",
        "orders.refund_order",
        "payments.view_payment",
        "payments.view_refund",
        "payments.view_declinedcharge",
        "payments.view_liftedlimit",
        "payments.lift_decline_limit",
        "notifications.view_outboundmail",
        "notifications.view_stocknotice",
        "accounts.view_user",
        "catalog.view_product",
        "catalog.view_variantprice",
        "inventory.view_stocklevel",
    ),
    "Warehouse": (
        "orders.view_order",
        "orders.ship_order",
        "catalog.view_product",
        "inventory.view_stocklevel",
        "inventory.view_stockmovement",
        "inventory.view_warehouse",
        "inventory.move_stock",
    ),
    "Catalogue editor": ("catalog.*", "content.*", "media.view_imagerequest", "inventory.view_stocklevel"),
    "Analyst": (
        "orders.view_sales",
        "catalog.view_product",
        "catalog.view_variantprice",
        "inventory.view_stocklevel",
        "inventory.view_stockmovement",
    ),
}


@messaging.command
def ensure_roles() -> None:
    """Make the roles, and give each exactly its rights: for other rights, staff make a group of another name."""
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(_find(rights))


def _find(rights: Iterable[str]) -> list[Permission]:
    """Return the rights' rows; LookupError names a right that no app has."""
    found: list[Permission] = []
    for right in rights:
        app, _, codename = right.partition(".")
        of_app = Permission.objects.filter(content_type__app_label=app)
        rows = list(of_app if codename == "*" else of_app.filter(codename=codename))
        if not rows:
            raise LookupError(f"no app has the right {right}")
        found += rows
    return found
