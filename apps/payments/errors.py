"""Errors of payments."""

from __future__ import annotations

from apps.kernel.errors import Conflict, Declined, Invalid, NotFound, TooManyRequests, Unavailable
from apps.kernel.money import Money


class PaymentNotFound(NotFound):
    """No such payment, or none of the caller's."""

    code = "payment_not_found"


class UnknownProvider(Invalid):
    """The shop does not offer this provider."""

    code = "unknown_provider"


class CardDeclined(Declined):
    """The bank refused; another card may work. `decline_code` is the provider's word for why."""

    code = "card_declined"

    def __init__(self, detail: str, *, decline_code: str) -> None:
        self.decline_code = decline_code
        super().__init__(detail, extra={"decline_code": decline_code})


class TooManyDeclines(TooManyRequests):
    """Too many charges of this card, account or address were declined; until `retry_after` (seconds) no card is tried."""

    code = "too_many_declines"


class RefundMismatch(Conflict):
    """This reference is a refund of another amount; nothing more goes back."""

    code = "refund_mismatch"

    def __init__(self, *, done: Money) -> None:
        super().__init__(
            f"This was done already, with another amount: {done} goes back. Nothing changed now; open the form anew to give back more."
        )


class RefundNotFound(NotFound):
    """No such refund."""

    code = "refund_not_found"


class RefundMadeGood(Conflict):
    """The money of a refund that failed went back already, or is on its way again; nothing more goes back."""

    code = "refund_made_good"


class PaymentNotPayable(Conflict):
    """The payment is past the state in which it can be confirmed, or is not confirmed here at all."""

    code = "payment_not_payable"


class PaymentInProgress(Conflict):
    """Another request is talking to the provider about this payment; try again in a second."""

    code = "payment_in_progress"
    retry_after = 1


class PaymentMismatch(Conflict):
    """The provider holds another amount, currency or object than we do: nothing is applied until staff have looked."""

    code = "payment_mismatch"


class RefundExceedsCaptured(Conflict):
    """More would be refunded than was captured; `refundable` is what is left."""

    code = "refund_exceeds_captured"

    def __init__(self, *, refundable: Money) -> None:
        self.refundable = refundable
        super().__init__(
            f"At most {refundable} can be refunded.",
            extra={"refundable": {"amount": f"{refundable.amount:f}", "currency": refundable.currency}},
        )


class InvalidSignature(Invalid):
    """A webhook does not carry the provider's signature, or an old one."""

    code = "invalid_signature"


class ProviderRefused(Conflict):
    """The provider understood and said no: nothing happened there.

    `provider_code` is its word for why, `param` the parameter it did not like.
    """

    code = "provider_refused"

    def __init__(self, detail: str, *, provider_code: str = "", param: str = "") -> None:
        self.provider_code = provider_code
        self.param = param
        super().__init__(detail, extra={"provider_code": provider_code})


class ProviderUnavailable(Unavailable):
    """The provider does not answer; the outcome will be looked up, the same request may be repeated."""

    code = "provider_unavailable"
