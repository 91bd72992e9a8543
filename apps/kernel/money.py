"""Money: an amount in one currency, always at that currency's own number of decimals.

Currencies and their minor units: ISO 4217, list one (amendment 178).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from apps.kernel.errors import Invalid

_ZERO_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
_THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND".split()
_FOUR_DECIMALS: Final = "CLF UYW".split()
_TWO_DECIMALS: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
    "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD "
    "KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL "
    "THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
).split()
CURRENCY_DECIMALS: Final[dict[str, int]] = (
    dict.fromkeys(_TWO_DECIMALS, 2)
    | dict.fromkeys(_ZERO_DECIMALS, 0)
    | dict.fromkeys(_THREE_DECIMALS, 3)
    | dict.fromkeys(_FOUR_DECIMALS, 4)
)
_EXPONENTS: Final = {decimals: Decimal(1).scaleb(-decimals) for decimals in set(CURRENCY_DECIMALS.values())}
# numeric(19,4) holds fifteen digits before the point.
_LIMIT: Final = Decimal(10) ** 15


def currency_decimals(currency: str) -> int:
    """Return how many decimals `currency` (ISO 4217, upper case) has; Invalid (`unknown_currency`) otherwise."""
    try:
        return CURRENCY_DECIMALS[currency]
    except KeyError:
        raise Invalid.field(
            "currency", "unknown_currency", f"{currency!r} is not an ISO 4217 code; use one such as EUR."
        ) from None


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount in major units of one currency.

    Building one with more decimals than the currency has rounds half up (commercial rounding); arithmetic between two
    currencies is refused.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        try:
            exponent = _EXPONENTS[currency_decimals(self.currency)]
            if (
                type(self.amount) is Decimal
                and self.amount
                and self.amount.same_quantum(exponent)
                and abs(self.amount) < _LIMIT
            ):
                return  # nearly always, and there is nothing to round
            amount = Decimal(self.amount).quantize(exponent, rounding=ROUND_HALF_UP)
        except (InvalidOperation, TypeError, ValueError):
            amount = Decimal("NaN")
        if not amount.is_finite() or abs(amount) >= _LIMIT:
            raise Invalid.field(
                "amount", "invalid_amount", f"{self.amount!r} is not an amount; use a decimal such as 12.90."
            )
        object.__setattr__(self, "amount", amount + 0)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing at all in `currency`."""
        return cls(Decimal(0), currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Money:
        """Build from minor units (cents; whole yen)."""
        return cls(Decimal(minor).scaleb(-currency_decimals(currency)), currency)

    @property
    def minor(self) -> int:
        """Return the amount in minor units (cents; whole yen)."""
        return int(self.amount.scaleb(currency_decimals(self.currency)))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same_currency(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same_currency(other), self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same_currency(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same_currency(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same_currency(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same_currency(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def allocate(self, weights: Sequence[int | Decimal]) -> tuple[Money, ...]:
        """Split into one part per weight so that the parts add up to the whole exactly.

        Largest-remainder method over minor units; ties go to the earlier part. Weights must be non-negative; where all
        are zero the split is even. Raises ValueError for no weights or a negative one.
        """
        if not weights or any(weight < 0 for weight in weights):
            raise ValueError(f"weights must be one or more non-negative numbers, got {list(weights)!r}")
        shares = [Decimal(weight) for weight in weights] if any(weights) else [Decimal(1)] * len(weights)
        whole, sign = abs(self.minor), -1 if self.minor < 0 else 1
        total = sum(shares, Decimal(0))
        parts, remainders = zip(*(divmod(whole * share, total) for share in shares), strict=True)
        minors = [int(part) for part in parts]
        by_remainder = sorted(range(len(shares)), key=lambda i: (-remainders[i], i))
        for i in by_remainder[: whole - sum(minors)]:
            minors[i] += 1
        return tuple(Money.from_minor(sign * minor, self.currency) for minor in minors)

    def _same_currency(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
        return other.amount


def add_up(amounts: Sequence[Money], *, currency: str) -> Money:
    """Return the sum of `amounts`, zero of `currency` where there are none."""
    return sum(amounts, Money.zero(currency)) if amounts else Money.zero(currency)
