"""The admin's theme."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

from ecommerce.settings.shop import SHOP_NAME

# What staff do, most often first: title, icon (Material Symbols), view, right.
_WORK = [
    (
        "Sales",
        [
            ("Orders", "receipt_long", "admin:orders_order_changelist", "orders.view_order"),
            ("Payments", "payments", "admin:payments_payment_changelist", "payments.view_payment"),
        ],
    ),
    (
        "Catalogue and stock",
        [
            ("Products", "apparel", "admin:catalog_product_changelist", "catalog.view_product"),
            ("Categories", "account_tree", "admin:catalog_category_changelist", "catalog.view_category"),
            ("Stock by SKU", "inventory_2", "backoffice:stock", "inventory.view_stocklevel"),
            (
                "Stock movements",
                "swap_vert",
                "admin:inventory_stockmovement_changelist",
                "inventory.view_stockmovement",
            ),
            ("Warehouses", "warehouse", "admin:inventory_warehouse_changelist", "inventory.view_warehouse"),
        ],
    ),
    (
        "Shop",
        [
            ("People", "group", "admin:accounts_user_changelist", "accounts.view_user"),
            ("Taxes", "percent", "admin:pricing_taxzone_changelist", "pricing.view_taxzone"),
            ("Shipping", "local_shipping", "admin:shipping_shippingzone_changelist", "shipping.view_shippingzone"),
            ("Parked work", "report", "backoffice:parked", "messaging.view_inboxmessage"),
        ],
    ),
]


def _entry(title: str, icon: str, view: str, right: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(view),
        "permission": lambda request: request.user.has_perm(right),
    }


UNFOLD = {
    "SITE_TITLE": f"{SHOP_NAME} admin",
    "SITE_HEADER": SHOP_NAME,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("storefront/icon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": [
            {"title": title, "separator": True, "items": [_entry(*entry) for entry in entries]}
            for title, entries in _WORK
        ],
    },
    "DASHBOARD_CALLBACK": "apps.backoffice.dashboard.add_figures",
}
