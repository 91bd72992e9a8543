"""The admin's theme."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

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
            ("Import and export", "upload_file", "backoffice:import", "catalog.add_product"),
            ("Stock by SKU", "inventory_2", "backoffice:stock", "inventory.view_stocklevel"),
            ("Low stock", "production_quantity_limits", "backoffice:low_stock", "inventory.view_stocklevel"),
            ("Receive a delivery", "input", "backoffice:receive_stock", "inventory.move_stock"),
            ("Stock-take", "fact_check", "backoffice:count_stock", "inventory.move_stock"),
            ("Stock movements", "swap_vert", "backoffice:stock_movements", "inventory.view_stockmovement"),
            ("Warehouses", "warehouse", "admin:inventory_warehouse_changelist", "inventory.view_warehouse"),
        ],
    ),
    (
        "Shop",
        [
            ("Shop settings", "storefront", "backoffice:brand", "brand.change_brand"),
            ("Pages and home page", "article", "backoffice:content", "content.edit_content"),
            ("Mails", "mail", "backoffice:mail_preview", "notifications.view_outboundmail"),
            ("People", "group", "admin:accounts_user_changelist", "accounts.view_user"),
            ("Taxes", "percent", "admin:pricing_taxzone_changelist", "pricing.view_taxzone"),
            ("Shipping", "local_shipping", "admin:shipping_shippingzone_changelist", "shipping.view_shippingzone"),
            ("Parked work", "report", "backoffice:parked", "messaging.view_inboxmessage"),
            ("Audit", "verified", "backoffice:audit", "messaging.view_auditfinding"),
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


# Warm greys; the colour beside them is the brand's.
_BASE = {
    "50": "#faf8f4",
    "100": "#f2eee6",
    "200": "#e4dfd4",
    "300": "#cfc8b9",
    "400": "#a3a59d",
    "500": "#6b716d",
    "600": "#4d5551",
    "700": "#3a423f",
    "800": "#2a312f",
    "900": "#1b2220",
    "950": "#131817",
}
UNFOLD = {
    "SITE_TITLE": "apps.backoffice.dashboard.site_title",
    "SITE_HEADER": "apps.backoffice.dashboard.site_header",
    "SITE_ICON": lambda request: static("storefront/icon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("storefront/icon.svg")},
    ],
    "SHOW_HISTORY": True,
    "COLORS": {"base": _BASE, "primary": "apps.backoffice.dashboard.colours"},
    "STYLES": [lambda request: static("backoffice/staff.css")],
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
