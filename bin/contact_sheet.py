"""The demo brand on one sheet: each product's first picture, eight in a row, as WebP."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import django

COLUMNS, WIDTH, HEIGHT = 8, 240, 300


def main(file: Path) -> None:
    try:
        import resvg_py
        from PIL import Image
    except ImportError as error:
        sys.exit(f"bin/contact-sheet: {error}; install resvg-py and pillow into .venv")
    from apps.backoffice.demo import read_demo

    products = read_demo()[::-1]
    rows = -(-len(products) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * WIDTH, rows * HEIGHT), "#ebe5da")
    for place, entry in enumerate(products):
        png = resvg_py.svg_to_bytes(svg_string=entry.pictures[0].svg(), width=2 * WIDTH, skip_system_fonts=True)
        picture = Image.open(io.BytesIO(png)).convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        sheet.paste(picture, (place % COLUMNS * WIDTH, place // COLUMNS * HEIGHT))
    sheet.save(file, quality=82, method=6)
    print(f"{file}: {len(products)} products, {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("SHOP_ENVIRONMENT", "test")
    django.setup()
    main(Path(sys.argv[1]))
