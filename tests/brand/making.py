"""Brands for tests."""

from dataclasses import replace
from typing import Any

from apps.brand import api as brand

FERN = brand.BrandInput(
    name="Fernway & Sons",
    sender_name="Fernway orders",
    sender_address="orders@fernway.example",
    tagline="boots that last",
    legal_footer="Fernway Ltd\nCompany 0815",
    colour="#7a1f1f",
    on_colour="#ffffff",
    logo=None,
)


def settle(**changes: Any) -> brand.Brand:
    """Settle a brand that differs from the settings in everything, and return it as it is read."""
    brand.change_brand(brand=replace(FERN, **changes), actor="staff:test")
    return brand.get_brand()
