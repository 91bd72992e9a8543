"""The admin's theme."""

from ecommerce.settings.shop import SHOP_NAME

UNFOLD = {
    "SITE_TITLE": f"{SHOP_NAME} admin",
    "SITE_HEADER": SHOP_NAME,
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "apps.backoffice.dashboard.add_figures",
}
