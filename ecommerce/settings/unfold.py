"""The admin's theme."""

from django.templatetags.static import static

from ecommerce.settings.shop import SHOP_NAME

UNFOLD = {
    "SITE_TITLE": f"{SHOP_NAME} admin",
    "SITE_HEADER": SHOP_NAME,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("storefront/icon.svg")},
    ],
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "apps.backoffice.dashboard.add_figures",
}
