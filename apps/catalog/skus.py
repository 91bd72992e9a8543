"""SKUs made from a product's slug and a variant's option values: the same input always gives the same SKU."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from django.utils.text import slugify

_LONGEST: Final = 60


def generate_sku(*, slug: str, options: Mapping[str, str]) -> str:
    """Return such as RAIN-JACKET-M-MOSS. Where letters were lost or cut, a digest keeps two variants apart."""
    words = [slug, *options.values()]
    readable = "-".join(slugify(word) for word in words).upper()
    if len(readable) <= _LONGEST and all(_survives(word) for word in words):
        return readable
    return f"{readable[:_LONGEST].rstrip('-')}-{_digest(slug, options)}"


def distinguish_sku(*, sku: str, slug: str, options: Mapping[str, str]) -> str:
    """Return `sku` with a suffix that this variant gets every time, for a SKU that another variant has already."""
    return f"{sku[:90]}-{_digest(slug, options)}"


def _survives(word: str) -> bool:
    return slugify(word).replace("-", "") == "".join(word.lower().split()).replace("-", "").replace("_", "")


def _digest(slug: str, options: Mapping[str, str]) -> str:
    identity = "\x1f".join([slug, *(f"{name}={value}" for name, value in sorted(options.items()))])
    return hashlib.sha256(identity.encode()).hexdigest()[:6].upper()
