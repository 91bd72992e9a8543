"""A postal address as a value, shared by accounts, checkout, shipping, pricing and orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where something goes. `country` is ISO 3166-1 alpha-2, upper case; `region` a state or province as written."""

    first_name: str
    last_name: str
    line1: str
    city: str
    postal_code: str
    country: str
    line2: str = ""
    region: str = ""
    phone: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the address as on an envelope, without empty lines."""
        written = (
            f"{self.first_name} {self.last_name}",
            self.line1,
            self.line2,
            f"{self.postal_code} {self.city}",
            f"{self.region} {self.country}",
        )
        return tuple(line.strip() for line in written if line.strip())
