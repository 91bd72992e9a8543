"""Payment providers. The sandbox is Stripe with another base address."""

from ecommerce.settings import env

STRIPE_API_KEY = env.text("STRIPE_API_KEY", example="sk_live_...", default="")
STRIPE_API_BASE = env.text("STRIPE_API_BASE", example="https://api.stripe.com", default="https://api.stripe.com")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET", example="whsec_...", default="")
if STRIPE_API_KEY and not STRIPE_WEBHOOK_SECRET:
    raise env.WrongSetting("STRIPE_WEBHOOK_SECRET", "is not set although STRIPE_API_KEY is", "whsec_...")
STRIPE_TIMEOUT_SECONDS = env.integer("STRIPE_TIMEOUT_SECONDS", example="10", default=10, minimum=1)
# How long an order waits for its money, in seconds, by payment method.
PAYMENT_DEADLINE_SECONDS = {
    "stripe": env.integer("PAYMENT_DEADLINE_STRIPE", example="3600", default=3600, minimum=1),
    "manual": env.integer("PAYMENT_DEADLINE_MANUAL", example="604800", default=7 * 86_400, minimum=1),
}
