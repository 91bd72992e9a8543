"""The shop itself: its name, currencies, origins."""

import re

from ecommerce.settings import env

SHOP_NAME = env.text("SHOP_NAME", example="Northfold", default="Northfold")
# Every page asks for the brand; so long may another process show what was settled before.
BRAND_REMEMBERED_SECONDS = 5.0
DEFAULT_CURRENCY = env.text("DEFAULT_CURRENCY", example="EUR", default="EUR")
DEFAULT_COUNTRY = env.text("DEFAULT_COUNTRY", example="DE", default="DE")
STOREFRONT_URL = (
    env.url("STOREFRONT_URL", schemes=("http", "https"), example="https://shop.example.com").geturl().rstrip("/")
)
SOCKETS_URL = env.url("SOCKETS_URL", schemes=("ws", "wss"), example="wss://live.example.com").geturl().rstrip("/")
# Where a provider's page may send a buyer besides the storefront: the URL schemes of the shop's own mobile apps.
APP_URL_SCHEMES = env.words("APP_URL_SCHEMES", example="northfold", default=[])
# What a variant may be taxed as, and what a zone may have a rate for. An import knows the first two.
TAX_CLASSES = env.words("TAX_CLASSES", example="standard,exempt,reduced,books", default="standard,exempt,reduced")
if missing := {"standard", "exempt"} - set(TAX_CLASSES):
    raise env.WrongSetting("TAX_CLASSES", f"lacks {' and '.join(sorted(missing))}", "standard,exempt,reduced")
if strange := [name for name in TAX_CLASSES if not re.fullmatch(r"[a-z0-9_-]{1,50}", name)]:
    raise env.WrongSetting(
        "TAX_CLASSES", f"has {strange[0]!r}: a name is of a-z, 0-9, - and _, 50 at most", "standard,exempt,reduced"
    )
CART_LIFETIME_DAYS = 7
