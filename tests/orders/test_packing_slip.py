"""The packing slip's letters: which script has a font, which way it runs, and what is left out."""

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from PIL import ImageChops

from apps.orders.admin.packing_slip import make_packing_slip
from tests.orders.making import place

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def slip():
    """Makes a slip for somebody of this name."""
    order, _ = place()
    quantities = {line.id: line.quantity for line in order.lines}

    def slip(name):
        address = replace(order.shipping_address, first_name=name, last_name="")
        return make_packing_slip(replace(order, shipping_address=address), quantities=quantities)

    return slip


def picture(pdf):
    return pypdfium2.PdfDocument(BytesIO(pdf))[0].render(scale=1).to_pil().convert("L")


def text(pdf):
    return pypdfium2.PdfDocument(BytesIO(pdf))[0].get_textpage().get_text_range()


def looks_the_same(one, other):
    return ImageChops.difference(picture(one), picture(other)).getbbox() is None


@pytest.mark.parametrize("name", ["山田太郎", "김민수", "王小明", "สมชาย", "क्षत्रिय", "محمد", "כהן", "😀"])
def test_letters_of_a_script_are_drawn_and_not_all_alike(name, slip):
    backwards = name[::-1] if len(name) > 1 else "🎉"

    drawn = slip(name)

    assert not looks_the_same(drawn, slip(""))
    assert not looks_the_same(drawn, slip(backwards))
    assert not looks_the_same(drawn, slip("\N{REPLACEMENT CHARACTER}" * len(name)))


def test_arabic_letters_are_joined(slip):
    apart = "\N{ZERO WIDTH NON-JOINER}".join("محمد")

    assert not looks_the_same(slip("محمد"), slip(apart))


def test_name_from_right_to_left_keeps_its_order_beside_latin_words_and_numbers(slip):
    assert "שרה כהן 12" in text(slip("שרה כהן 12"))
    assert "GmbH שרה" in text(slip("GmbH שרה"))
    assert looks_the_same(slip("שרה"), slip("\N{LEFT-TO-RIGHT OVERRIDE}הרש\N{POP DIRECTIONAL FORMATTING}"))


def test_letter_without_a_font_leaves_a_sign_and_a_picture_without_one_leaves_nothing(slip):
    assert "Ada \N{REPLACEMENT CHARACTER} Löwe" in text(slip("Ada \N{TAMIL LETTER A} Löwe"))
    assert looks_the_same(slip("Ada\N{MAHJONG TILE PLUM}"), slip("Ada"))


def test_fonts_are_embedded_in_parts(slip):
    assert len(slip("山田太郎 김민수 😀")) < len(slip("Ada")) + 20_000
