"""How pages show pictures: in widths to choose from, the first row at once, the rest when it is scrolled to."""

import re

import pytest

from apps.catalog.contracts import Image
from apps.media import api as media
from apps.messaging.testing import deliver_all
from tests.catalog.shop import make_simple
from tests.storefront.visitor import Visitor

pytestmark = pytest.mark.django_db
STORED = f"/media/{'a' * 32}/1200.webp"
FOREIGN = "https://cdn.example.com/jacket.webp"


def pictures(text):
    tags = re.findall(r"<img ([^>]*)>", text)
    return [dict(re.findall(r'([a-z]+)="([^"]*)"', tag)) for tag in tags]


def test_listing_offers_widths_and_loads_what_is_seen_first():
    for number in range(6):
        make_simple(f"Shirt {number}", images=(Image(url=STORED, width=1200, height=1500),))
    deliver_all()

    shown = pictures(Visitor().get("/products/").text)

    assert {picture["srcset"] for picture in shown} == {media.srcset(STORED)}
    assert all(picture["sizes"] for picture in shown)
    assert {(picture["width"], picture["height"]) for picture in shown} == {("1200", "1500")}
    assert [picture.get("fetchpriority") for picture in shown] == ["high"] * 4 + [None] * 2
    assert [picture.get("loading") for picture in shown] == [None] * 4 + ["lazy"] * 2


def test_product_page_loads_its_first_picture_at_once_and_a_foreign_one_as_it_is():
    images = (Image(url=STORED, width=1200, height=1500), Image(url=FOREIGN))
    product = make_simple("Shirt", images=images)
    deliver_all()

    page = Visitor().get(f"/products/{product.slug}/")
    first, second = pictures(page.text[page.text.index('class="strip"') : page.text.index('class="thumbs"')])

    assert (first["srcset"], first["fetchpriority"]) == (media.srcset(STORED), "high")
    assert (second["src"], second["loading"]) == (FOREIGN, "lazy")
    assert "srcset" not in second
