"""Payment providers. The sandbox is Stripe with another base address."""

from ecommerce.settings import env
from ecommerce.settings.shop import APP_URL_SCHEMES, STOREFRONT_URL

STRIPE_API_KEY = env.text("STRIPE_API_KEY", example="sk_live_...", default="")
STRIPE_API_BASE = env.origin(
    "STRIPE_API_BASE", schemes=("http", "https"), example="https://api.stripe.com", default="https://api.stripe.com"
)
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET", example="whsec_...", default="")
# A key for browsers, or the secret in place of the key, would start and then take no payment. Neither is for a log.
if STRIPE_API_KEY and not STRIPE_API_KEY.startswith(("sk_", "rk_")):
    env.refuse("STRIPE_API_KEY", "is no secret key, which starts with sk_ or rk_", "sk_live_...")
if STRIPE_WEBHOOK_SECRET and not STRIPE_WEBHOOK_SECRET.startswith("whsec_"):
    env.refuse("STRIPE_WEBHOOK_SECRET", "is no signing secret, which starts with whsec_", "whsec_...")
if STRIPE_API_KEY and not STRIPE_WEBHOOK_SECRET:
    env.refuse("STRIPE_WEBHOOK_SECRET", "is not set although STRIPE_API_KEY is", "whsec_...")
STRIPE_TIMEOUT_SECONDS = env.integer("STRIPE_TIMEOUT_SECONDS", example="10", default=10, minimum=1)
# Calls to Stripe at once from one process; what comes on top waits two seconds and is then told to come back.
STRIPE_CONCURRENCY = env.integer("STRIPE_CONCURRENCY", example="8", default=8, minimum=1)
# The account that bank transfers go to; without it the shop does not offer them.
_EXAMPLE_HOLDER, _EXAMPLE_IBAN, _EXAMPLE_BIC = "Northfold GmbH", "DE02 1203 0000 0000 2020 51", "BYLADEM1001"
_HAS_EXAMPLE_ACCOUNT = env.ENVIRONMENT in ("dev", "test", "local")
BANK_TRANSFER_IBAN = env.iban(
    "BANK_TRANSFER_IBAN", example=_EXAMPLE_IBAN, default=_EXAMPLE_IBAN if _HAS_EXAMPLE_ACCOUNT else ""
)
BANK_TRANSFER_ACCOUNT_HOLDER = env.text(
    "BANK_TRANSFER_ACCOUNT_HOLDER",
    example=_EXAMPLE_HOLDER,
    default=_EXAMPLE_HOLDER if _HAS_EXAMPLE_ACCOUNT else "",
    maximum=70,
)
BANK_TRANSFER_BIC = env.text(
    "BANK_TRANSFER_BIC", example=_EXAMPLE_BIC, default=_EXAMPLE_BIC if _HAS_EXAMPLE_ACCOUNT else "", maximum=11
)
# Banks compare the name with the account, and warn the buyer where it is missing.
if BANK_TRANSFER_IBAN and not BANK_TRANSFER_ACCOUNT_HOLDER:
    env.refuse("BANK_TRANSFER_ACCOUNT_HOLDER", "is not set although BANK_TRANSFER_IBAN is", _EXAMPLE_HOLDER)


def _return_url(raw: str) -> str:
    env.parse_url(raw, schemes=("http", "https", *APP_URL_SCHEMES))
    return env.parse_template(raw, fields=("order_id",))


# Where a bank's page sends a buyer back to whose app confirmed on the server; web checkouts bring their own address.
PAYMENT_RETURN_URL = env.read(
    "PAYMENT_RETURN_URL",
    _return_url,
    example="https://shop.example.com/checkout/return/{order_id}/",
    default=STOREFRONT_URL + "/checkout/return/{order_id}/",
)
# How long an order waits for its money, in seconds, by payment method.
PAYMENT_DEADLINE_SECONDS = {
    "stripe": env.integer("PAYMENT_DEADLINE_STRIPE", example="3600", default=3600, minimum=1),
    "manual": env.integer("PAYMENT_DEADLINE_MANUAL", example="604800", default=7 * 86_400, minimum=1),
}


def _declines(name: str, default: int) -> int:
    def parse(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or len(raw) > 9 or int(raw) in (1, 2):
            raise ValueError("must be 0 for no limit, or at least 3: whoever mistypes twice is an honest buyer")
        return int(raw)

    return env.read(name, parse, example=str(default), default=str(default))


# Declined charges of an hour after which no card is tried any more; an address may be that of many people.
PAYMENT_DECLINES_PER_CARD = _declines("PAYMENT_DECLINES_PER_CARD", 5)
PAYMENT_DECLINES_PER_ACCOUNT = _declines("PAYMENT_DECLINES_PER_ACCOUNT", 8)
PAYMENT_DECLINES_PER_ADDRESS = _declines("PAYMENT_DECLINES_PER_ADDRESS", 20)
# A payment that nothing was heard about for so long is looked up at the provider.
PAYMENT_RECONCILE_AFTER_SECONDS = env.integer("PAYMENT_RECONCILE_AFTER_SECONDS", example="120", default=120, minimum=1)
