"""The shop itself: its name, currencies, origins."""

from ecommerce.settings import env

SHOP_NAME = env.text("SHOP_NAME", example="Northfold", default="Northfold")
DEFAULT_CURRENCY = env.text("DEFAULT_CURRENCY", example="EUR", default="EUR")
DEFAULT_COUNTRY = env.text("DEFAULT_COUNTRY", example="DE", default="DE")
STOREFRONT_URL = (
    env.url("STOREFRONT_URL", schemes=("http", "https"), example="https://shop.example.com").geturl().rstrip("/")
)
SOCKETS_URL = env.url("SOCKETS_URL", schemes=("ws", "wss"), example="wss://live.example.com").geturl().rstrip("/")
# Where a provider's page may send a buyer besides the storefront: the URL schemes of the shop's own mobile apps.
APP_URL_SCHEMES = env.words("APP_URL_SCHEMES", example="northfold", default=[])
CART_LIFETIME_DAYS = 7
