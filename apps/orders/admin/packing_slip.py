"""The sheet of paper in a parcel: where it goes and what is in it, as a PDF of A4 pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from apps.brand import api as brand
from apps.orders.contracts import Order, OrderLine

_FONTS: Final = Path(__file__).resolve().parent.parent / "fonts"
_FONT: Final = "DejaVu"
_MARGIN: Final = 20
_WIDTHS: Final = (15, 45, 110)


def make_packing_slip(order: Order, *, quantities: Mapping[UUID, int]) -> bytes:
    """Return the slip for a parcel with these quantities by order line. It names no prices: a parcel may be a present."""
    pdf = FPDF(format="A4")
    pdf.set_title(f"Packing slip {order.number}")
    pdf.set_lang(order.language)
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        pdf.add_font(_FONT, style, _FONTS / name)
    pdf.set_text_shaping(use_shaping_engine=True)
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.add_page()
    _write(pdf, brand.get_brand().name, size=11, style="B")
    pdf.ln(12)
    for line in order.shipping_address.lines:
        _write(pdf, line, size=11)
    pdf.ln(12)
    _write(pdf, f"Packing slip for order {order.number}", size=16, style="B")
    _write(pdf, f"Placed on {order.placed_at:%-d %B %Y}, sent by {order.shipping_method_name}", size=9)
    pdf.ln(6)
    _write_lines(pdf, [(line, quantities[line.id]) for line in order.lines if quantities.get(line.id)])
    return bytes(pdf.output())


def _write(pdf: FPDF, text: str, *, size: int, style: str = "") -> None:
    pdf.set_font(_FONT, style, size)
    pdf.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _write_lines(pdf: FPDF, packed: list[tuple[OrderLine, int]]) -> None:
    pdf.set_font(_FONT, "", 10)
    with pdf.table(col_widths=_WIDTHS, borders_layout="HORIZONTAL_LINES", line_height=6, text_align="LEFT") as table:
        table.row(("Items", "SKU", "Article"))
        for line, quantity in packed:
            chosen = ", ".join(line.options.values())
            table.row((str(quantity), line.sku, f"{line.title}\n{chosen}" if chosen else line.title))
