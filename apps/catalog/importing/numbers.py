"""Numbers as people and spreadsheets write them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from apps.catalog.contracts import PRICE_LIMIT
from apps.kernel.money import Money, currency_decimals

_SPACES: Final = re.compile(r"[\s'\u2019\u00a0\u202f]")
_SYMBOLS: Final = {
    "EUR": "€",
    "GBP": "£",
    "INR": "₹",
    "JPY": "¥",
    "CNY": "¥",
    "MXN": "$",
    "CLP": "$",
    "COP": "$",
    "ARS": "$",
}
_PLAIN: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?|-?\.[0-9]+")
_LONGEST: Final = 40


class NotANumber(ValueError):
    """The cell holds no number, or one that could mean two things; the message says what would be right."""


def parse_price(text: str, *, currency: str) -> tuple[Money, bool]:
    """Return the price and whether it had to be understood from another spelling (1,299.00 or 12,90 or EUR 12.90).

    Raises NotANumber for anything else, for a negative price, and for more decimals than `currency` has: a price that is wrong by
    a factor of a thousand is worse than a row that is left out.
    """
    decimals = currency_decimals(currency)
    plain = _to_plain(text, currency=currency, decimals=decimals)
    if plain is None or not _PLAIN.fullmatch(plain):
        raise NotANumber(f"not a price; use a number such as {_example(decimals)}")
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise NotANumber(f"not a price; use a number such as {_example(decimals)}") from error
    if amount < 0:
        raise NotANumber(f"a price cannot be negative; use a number such as {_example(decimals)}")
    if amount >= PRICE_LIMIT:  # before rounding: a number of 29 digits and more cannot be rounded
        raise NotANumber(f"a price is below {PRICE_LIMIT:,}")
    if amount != round(amount, decimals):
        raise NotANumber(f"{currency} has {decimals} decimals; use a number such as {_example(decimals)}")
    return Money(amount, currency), plain != text


def _example(decimals: int) -> str:
    return f"{Decimal(1299).scaleb(-decimals):f}" if decimals else "1299"


def _to_plain(text: str, *, currency: str, decimals: int) -> str | None:
    """Return `text` with a point for decimals and nothing between thousands; None where that is not certain."""
    if len(text) > _LONGEST:
        return None
    digits = _without_signs(text, currency=currency)
    if "," in digits and "." in digits:
        point = max(",.", key=digits.rfind)
        comma = "," if point == "." else "."
        whole, _, rest = digits.rpartition(point)
        return f"{whole.replace(comma, '')}.{rest}" if _grouped(whole, comma) else None
    if "," not in digits:
        return digits if digits.count(".") <= 1 else _ungroup(digits, ".")
    if digits.count(",") > 1:
        return _ungroup(digits, ",")
    whole, _, rest = digits.partition(",")
    if len(rest) == 3 and whole.lstrip("-") not in ("", "0"):
        return None if decimals else whole + rest
    return f"{whole or '0'}.{rest}"


def _without_signs(text: str, *, currency: str) -> str:
    """Drop spaces and the currency's own code or symbol; those of another currency stay, and spoil the number."""
    digits = _SPACES.sub("", text)
    for sign in (currency, _SYMBOLS.get(currency, "$" if currency.endswith("D") else currency)):
        digits = digits.removeprefix(sign).removesuffix(sign)
    return digits


def _ungroup(digits: str, mark: str) -> str | None:
    return digits.replace(mark, "") if _grouped(digits, mark) else None


def _grouped(digits: str, mark: str) -> bool:
    return bool(re.fullmatch(rf"-?[0-9]+|-?[0-9]{{1,3}}({re.escape(mark)}[0-9]{{3}})+", digits))


def parse_whole(text: str) -> int:
    """Return a whole number; 5.0 is 5. Raises NotANumber."""
    if len(text) <= _LONGEST and re.fullmatch(r"[+-]?[0-9]{1,12}(\.0*)?", text):
        return int(Decimal(text))
    if re.fullmatch(r"[+-]?[0-9]+", text):
        raise NotANumber("too large a number; use one such as 12")
    raise NotANumber("not a whole number; use one such as 12")


def parse_grams(text: str) -> int:
    """Return a weight in grams, rounded to whole ones. Raises NotANumber."""
    if len(text) <= _LONGEST and re.fullmatch(r"[0-9]{1,9}([.,][0-9]*)?", text):
        return round(Decimal(text.replace(",", ".")))
    raise NotANumber("not a weight in grams; use a number such as 420")
