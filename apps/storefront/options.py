"""Options of a variant as shoppers read them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

# What Shopify calls the option of a product that has none; imported as it is, it says nothing.
_PLACEHOLDER: Final = "Title"


def describe_option(name: str, value: str) -> str:
    """Return "Colour: Moss" as the active language writes it; the value alone where the option has no name of its own."""
    return value if name == _PLACEHOLDER else _("%(name)s: %(value)s") % {"name": name, "value": value}
