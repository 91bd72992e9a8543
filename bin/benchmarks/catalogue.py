"""Ten thousand generated products, imported the way a merchant would."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

HEADER = [
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value", "Variant SKU",
    "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy", "Variant Price", "Image Src", "Status",
]  # fmt: skip
NOUNS = "jacket shirt trousers beanie scarf parka vest hoodie sock glove boot belt".split()
ADJECTIVES = "light warm rain wool linen alpine coastal forest quilted packable brushed recycled".split()
SIZES = ("S", "M", "L")


def write_export(path: Path, *, products: int, sizes: Sequence[str] = SIZES, seed: int = 1) -> None:
    """Write a Shopify export of `products` products with a variant for each of `sizes`."""
    dice = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(products):
            noun, words = dice.choice(NOUNS), dice.sample(ADJECTIVES, 2)
            title = f"{words[0].title()} {words[1]} {noun} {number}"
            body = f"<p>{title}. {' '.join(dice.choice(ADJECTIVES) for _ in range(60))}.</p>"
            for position, size in enumerate(sizes):
                first = position == 0
                writer.writerow([
                    f"p-{number}", title if first else "", body if first else "", "Northfold" if first else "", noun.title() if first else "",
                    ", ".join(words) if first else "", "TRUE" if first else "", "Size" if first else "", size, f"P{number}-{size}",
                    300, "shopify", 100_000, "deny", f"{dice.randint(10, 300)}.90",
                    f"https://cdn.example.com/{number}.jpg" if first else "", "active" if first else "",
                ])  # fmt: skip
