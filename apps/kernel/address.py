"""A postal address as a value, shared by accounts, checkout, shipping, pricing and orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where something goes. `country` is ISO 3166-1 alpha-2, upper case; `region` a state or province, by its code or as written."""

    first_name: str
    last_name: str
    line1: str
    country: str
    city: str = ""
    postal_code: str = ""
    line2: str = ""
    region: str = ""
    phone: str = ""
