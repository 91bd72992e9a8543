"""Errors of checkout."""

from __future__ import annotations

from collections.abc import Sequence

from apps.checkout.contracts import Quote
from apps.kernel.errors import Conflict, FieldError, Invalid, NotFound
from apps.kernel.money import Money


class CartNotFound(NotFound):
    """The cart token is forged or expired."""

    code = "cart_not_found"


class CartItemNotFound(NotFound):
    """The cart has no such item."""

    code = "cart_item_not_found"


class UnknownVariant(Invalid):
    """There is no such variant, or it is not for sale."""

    code = "unknown_variant"


class NotSoldInCurrency(Invalid):
    """The variant has no price in the cart's currency, or the cart keeps another currency than was asked for."""

    code = "not_sold_in_currency"


class CartFull(Invalid):
    """The cart holds as many lines, or as many of one variant, as it can."""

    code = "cart_full"


class CartBusy(Conflict):
    """Too many changes of one cart at the same moment; try again."""

    code = "cart_busy"
    retry_after = 1


class CheckoutIncomplete(Invalid):
    """Something is still missing before this can become an order; `missing` names it."""

    code = "checkout_incomplete"

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = tuple(missing)
        super().__init__(
            "The checkout is not complete.",
            fields=[FieldError(name, "required", f"Fill in {name.replace('_', ' ')} first.") for name in missing],
            extra={"missing": list(missing)},
        )


class QuoteChanged(Conflict):
    """The total is no longer what the buyer agreed to; `quote` is what it would be now."""

    code = "quote_changed"

    def __init__(self, *, expected: Money, quote: Quote) -> None:
        self.expected, self.quote = expected, quote
        super().__init__(f"The total is now {quote.totals.total}, not {expected}.")
