"""The shop itself: its name, currencies, origins."""

import re

from apps.kernel.countries import COUNTRIES
from apps.kernel.money import CURRENCY_DECIMALS
from ecommerce.settings import env

SHOP_NAME = env.text("SHOP_NAME", example="Northfold", default="Northfold", maximum=60)
# Every page asks for the brand, what is linked at its foot, the home page's words: so long may another process show what was before.
REMEMBERED_SECONDS = 5.0


def _known_currency(raw: str) -> str:
    if raw not in CURRENCY_DECIMALS:
        raise ValueError("must be an ISO 4217 code in upper case")
    return raw


def _known_country(raw: str) -> str:
    if raw not in COUNTRIES:
        raise ValueError("must be an ISO 3166-1 alpha-2 code in upper case")
    return raw


DEFAULT_CURRENCY = env.read("DEFAULT_CURRENCY", _known_currency, example="EUR", default="EUR")
# What shoppers may choose between, in this order; one that nothing is sold in is not offered.
CURRENCIES = list(dict.fromkeys(env.words("CURRENCIES", example="EUR,USD,JPY", default=[]))) or [DEFAULT_CURRENCY]
if unknown := [code for code in CURRENCIES if code not in CURRENCY_DECIMALS]:
    env.refuse("CURRENCIES", f"has {unknown[0]!r}, which is no ISO 4217 code in upper case", "EUR,USD,JPY")
if DEFAULT_CURRENCY not in CURRENCIES:
    env.refuse(
        "CURRENCIES",
        f"lacks {DEFAULT_CURRENCY}, the DEFAULT_CURRENCY",
        ",".join([DEFAULT_CURRENCY, *CURRENCIES]),
        beside=("DEFAULT_CURRENCY",),
    )
DEFAULT_COUNTRY = env.read("DEFAULT_COUNTRY", _known_country, example="DE", default="DE")
STOREFRONT_URL = env.origin("STOREFRONT_URL", schemes=("http", "https"), example="https://shop.example.com")
SOCKETS_URL = env.origin("SOCKETS_URL", schemes=("ws", "wss"), example="wss://live.example.com")
# Where a provider's page may send a buyer besides the storefront: the URL schemes of the shop's own mobile apps.
APP_URL_SCHEMES = env.words("APP_URL_SCHEMES", example="northfold", default=[])
for _scheme in APP_URL_SCHEMES:
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*", _scheme) or _scheme in ("http", "https", "javascript", "data", "file"):
        env.refuse("APP_URL_SCHEMES", f"has {_scheme!r}, which is no scheme of an app's own", "northfold")
# What a variant may be taxed as, and what a zone may have a rate for. An import knows the first two.
TAX_CLASSES = env.words("TAX_CLASSES", example="standard,exempt,reduced,books", default="standard,exempt,reduced")
if missing := {"standard", "exempt"} - set(TAX_CLASSES):
    env.refuse("TAX_CLASSES", f"lacks {' and '.join(sorted(missing))}", "standard,exempt,reduced")
if strange := [name for name in TAX_CLASSES if not re.fullmatch(r"[a-z0-9_-]{1,50}", name)]:
    env.refuse(
        "TAX_CLASSES", f"has {strange[0]!r}: a name is of a-z, 0-9, - and _, 50 at most", "standard,exempt,reduced"
    )
# How long after its arrival the shop takes something back; 0 and its pages name no time.
RETURN_DAYS = env.integer("RETURN_DAYS", example="14", default=30, maximum=3650)
CART_LIFETIME_DAYS = 7
