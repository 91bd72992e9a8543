"""Product texts in the language of the page, from the list to the order and its mail; what is not translated is in the shop's own."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils.translation import override

from apps.catalog import api as catalog
from apps.catalog.contracts import Option, ProductTexts
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from tests.catalog.shop import make_product, variant
from tests.checkout.shopping import fill_in, guest, place
from tests.storefront.visitor import Visitor

pytestmark = pytest.mark.django_db

TEXTS = ProductTexts(
    title="Regenjacke",
    description_html="<p>Hält den Regen ab.</p>",
    names={"Colour": "Farbe", "Size": "Größe", "Material": "Stoff"},
    values={"Colour": {"Moss": "Moos", "Navy": "Marine"}},
    attributes={"Material": "Gewachst", "seo_title": "Regenjacke kaufen"},
)


@pytest.fixture
def jacket():
    catalog.save_category(name="Coats", slug="coats", names={"de": "Mäntel"})
    choices = [(colour, size) for colour in ("Moss", "Navy") for size in ("S", "M")]
    product = make_product(
        slug="rain-jacket",
        options=(Option(name="Colour", values=("Moss", "Navy")), Option(name="Size", values=("S", "M"))),
        variants=tuple(variant("S", options={"Colour": colour, "Size": size}) for colour, size in choices),
        attributes={"Material": "Waxed"},
        categories=("coats",),
        translations={"de": TEXTS},
    )
    inventory.set_stock_levels(levels={each.id: 9 for each in product.variants[:3]}, reason="delivery")
    deliver_all()
    return product


def test_product_page_is_in_its_language_and_its_links_hang_on_what_the_product_holds(jacket):
    page = Visitor().get("/de/products/rain-jacket/?Colour=Navy")

    for told in ("<h1>Regenjacke</h1>", "<p>Hält den Regen ab.</p>", "Farbe: <span class=\"quiet\">Marine</span>",
                 "<legend>Größe</legend>", "<summary>Stoff</summary><p>Gewachst</p>", "<title>Regenjacke kaufen",
                 'href="?Colour=Moss#choose"', "Mäntel", '"name":"Regenjacke"'):  # fmt: skip
        assert told in page.text
    for own in ("Rain jacket", "Keeps the rain out", ">Coats<", "Waxed"):
        assert own not in page.text


def test_what_is_sold_out_is_told_in_the_words_of_the_page(jacket):
    page = Visitor().get("/de/products/rain-jacket/?Colour=Navy&Size=M")

    assert "Regenjacke in Marine, M" in page.text
    assert 'action="/de/products/rain-jacket/?Colour=Navy&amp;Size=M"' in page.text


def test_page_in_a_language_without_texts_falls_back(jacket):
    page = Visitor().get("/fr/products/rain-jacket/")

    assert "<h1>Rain jacket</h1>" in page.text
    assert '<html lang="fr"' in page.text


def test_list_filters_and_search_are_in_the_language(jacket):
    visitor = Visitor()
    whole = visitor.get("/de/products/")
    narrowed = visitor.get("/de/products/?option.Colour=Moss")
    found = visitor.get("/de/search/?q=regenjacken")

    assert '<span class="title">Regenjacke</span>' in whole.text
    for told in ("<legend>Farbe</legend>", "<legend>Größe</legend>", "<span>Moos</span>", 'name="option.Colour" value="Moss"',
                 '<a href="/de/categories/coats/">Mäntel</a>'):  # fmt: skip
        assert told in whole.text
    assert "Farbe: Moos" in narrowed.text
    assert "Regenjacke" in narrowed.text
    assert '<span class="title">Regenjacke</span>' in found.text
    assert "Regenjacke" in visitor.get("/de/search/suggestions/?q=regen").text
    assert "Mäntel" in visitor.get("/de/categories/coats/").text
    assert "Mäntel" in visitor.get("/de/").text


def test_bag_reads_as_its_page_does(jacket):
    visitor = Visitor()
    page = visitor.get("/de/products/rain-jacket/")
    bag = visitor.send(page.form("/de/cart/add/"))

    assert "Regenjacke</a>" in bag.text
    assert "Farbe: Moos, Größe: S" in bag.text
    own = visitor.get("/cart/")
    assert "Rain jacket</a>" in own.text
    assert "Colour: Moss, Size: S" in own.text


def test_order_keeps_the_words_it_was_sold_in_and_staff_read_their_own(jacket):
    with override("de"):
        owner = guest()
        checkout.add_item(owner=owner, variant_id=jacket.variants[0].id, quantity=1)
        fill_in(owner)
        order = place(owner).order
    catalog.delete_product(product_id=jacket.id)
    deliver_all()

    (line,) = orders.get_order(order_id=order.id, viewer=orders.Viewer(is_staff=True)).lines

    assert (line.sold_title, line.sold_options) == ("Regenjacke", {"Farbe": "Moos", "Größe": "S"})
    assert (line.title, line.options) == ("Rain jacket", {"Colour": "Moss", "Size": "S"})
    assert order.lines == (line,)
    written = mail.outbox[-1]
    for told in (written.body, written.alternatives[0][0]):
        assert "Regenjacke" in told
        assert "Moos, S" in told
        assert "Rain jacket" not in told
