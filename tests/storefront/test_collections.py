"""Collections: a page for each tag that the shop tells a story about, and a home page that shows nothing twice."""

import re

import pytest
from django.conf import settings
from django.test import Client

from apps.catalog import api as catalog
from apps.catalog.contracts import Image
from apps.inventory import api as inventory
from apps.messaging.testing import deliver_all
from apps.web.testing import assert_queries
from tests.catalog.shop import make_simple
from tests.content.writing import write_collection
from tests.storefront.test_browsing import titles
from tests.storefront.visitor import Visitor

pytestmark = pytest.mark.django_db
PATH = "/collections/rain-ready/"


@pytest.fixture(autouse=True)
def _written():
    write_collection()
    write_collection(slug="first-frost", tag="first frost", position=2, texts={"en": {"title": "First frost"}})


def make_stocked(*titles, **changes):
    for title in titles:
        product = make_simple(title, **changes)
        inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=20, reason="delivery")
    deliver_all()


def test_collection_shows_what_bears_its_tag_and_tells_its_story():
    make_stocked("Parka", "Poncho", tags=("rain ready", "warm"))
    make_stocked("Rain ready lamp", tags=("ready for rain",))

    page = Visitor().get(PATH)

    assert sorted(titles(page)) == ["Parka", "Poncho"]
    assert "<h1>Rain ready</h1>" in page.text
    assert "Taped, waxed or simply quick to dry." in page.text
    assert f'<link rel="canonical" href="{settings.STOREFRONT_URL}{PATH}">' in page.text
    assert "noindex" not in page.text


def test_collection_narrows_and_sorts_like_any_list():
    make_stocked("Parka", price="90.00", tags=("rain ready",))
    make_stocked("Poncho", price="20.00", tags=("rain ready",))
    visitor = Visitor()

    assert titles(visitor.get(f"{PATH}?sort=price")) == ["Poncho", "Parka"]
    assert titles(visitor.get(f"{PATH}?min_price=50")) == ["Parka"]
    assert "Nothing matches all of these filters" in visitor.get(f"{PATH}?min_price=500").text
    assert visitor.get(f"{PATH}?min_price=cheap").status == 400


def test_collection_reads_in_every_language_and_costs_as_much_as_a_list():
    make_stocked("Parka", tags=("rain ready",))

    with assert_queries(at_most=6):
        page = Client().get(f"/de{PATH}").content.decode()

    assert f'<link rel="canonical" href="{settings.STOREFRONT_URL}/de{PATH}">' in page
    assert "<h1>Bereit für Regen</h1>" in page
    assert "Verklebt, gewachst" in page
    assert "Parka" in page


@pytest.mark.parametrize("path", [PATH, "/collections/nowhere/", "/collections/first-frost/"])
def test_collection_that_there_is_nothing_in_is_not_there(path):
    make_stocked("Lamp")

    assert Visitor().get(path).status == 404


def test_sitemap_names_the_collections_that_there_is_something_in():
    make_stocked("Parka", tags=("rain ready",))

    sitemap = Client().get("/sitemaps/0.xml").content.decode()

    assert f"<loc>{settings.STOREFRONT_URL}/fr{PATH}</loc>" in sitemap
    assert "first-frost" not in sitemap


def test_home_page_shows_no_product_and_no_picture_twice():
    catalog.ensure_categories(paths=[["Clothing"]])
    for number in range(16):
        picture = Image(url=f"https://cdn.example.com/{number}.webp")
        make_stocked(f"Jacket {number}", tags=("rain ready",), categories=("clothing",), images=(picture,))

    page = Visitor().get("/")

    assert 'href="/collections/rain-ready/"' in page.text
    assert len(titles(page)) == len(set(titles(page))) == 12
    pictures = re.findall(r'<img src="(https://cdn[^"]+)"', page.text)
    assert len(pictures) == len(set(pictures)) == 13


def test_home_page_asks_for_all_of_its_collections_at_once():
    for number in range(20):
        make_stocked(f"Jacket {number}", tags=("rain ready", "first frost", "gifts"))
    Client().get("/")
    with assert_queries(at_most=20) as two:
        Client().get("/")
    write_collection(slug="gifts", tag="gifts", texts={"en": {"title": "Gifts"}})
    Client().get("/")

    with assert_queries(at_most=len(two)):
        page = Client().get("/").content.decode()

    assert [name for name in ("Rain ready", "First frost", "Gifts") if f"<h2>{name}</h2>" in page] == [
        "Rain ready", "First frost", "Gifts"
    ]  # fmt: skip
    assert len(set(titles(Visitor().get("/")))) == 8 + 3 * 4


def test_collection_that_is_not_for_the_home_page_is_found_by_its_address():
    for number in range(16):
        make_stocked(f"Jacket {number}", tags=("gifts",))
    write_collection(slug="gifts", tag="gifts", is_on_home=False, texts={"en": {"title": "Gifts"}})

    assert "/collections/gifts/" not in Visitor().get("/").text
    assert Visitor().get("/collections/gifts/").status == 200


def test_category_whose_products_are_all_shown_has_a_picture_all_the_same():
    catalog.ensure_categories(paths=[["Clothing"]])
    make_stocked("Parka", categories=("clothing",), images=(Image(url="https://cdn.example.com/1.webp"),))

    assert Visitor().get("/").text.count('<img src="https://cdn.example.com/1.webp"') == 2


def test_category_leads_to_those_below_it():
    catalog.ensure_categories(paths=[["Clothing", "Jackets"]])
    make_stocked("Parka", categories=("clothing/jackets",))

    page = Visitor().get("/categories/clothing/")

    assert '<a class="to" href="/categories/clothing/jackets/">Jackets</a>' in page.text
