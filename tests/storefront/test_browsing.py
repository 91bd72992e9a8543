"""What a stranger sees: listings, search, products."""

import re

import pytest
from django.test import Client
from django.utils.translation import override

from apps.catalog import api as catalog
from apps.catalog.contracts import Option
from apps.inventory import api as inventory
from apps.messaging.testing import deliver_all
from apps.storefront.options import describe_option
from apps.storefront.structured import plain_text
from apps.web.testing import assert_queries
from tests.catalog.shop import make_product, make_simple, variant
from tests.storefront.visitor import Visitor, make_listed

pytestmark = pytest.mark.django_db


def titles(page):
    return re.findall(r'<span class="title">(.*?)</span>', page.text)


def make_coloured():
    """A jacket in two colours and two sizes; the moss one is sold out in M."""
    options = (Option(name="Colour", values=("Moss", "Slate")), Option(name="Size", values=("S", "M")))
    variants = tuple(
        variant(size, options={"Colour": colour, "Size": size}) for colour in ("Moss", "Slate") for size in ("S", "M")
    )
    product = make_product(options=options, variants=variants)
    for made in product.variants:
        sold_out = made.options == {"Colour": "Moss", "Size": "M"}
        inventory.set_on_hand(variant_id=made.id, on_hand=0 if sold_out else 5, reason="test")
    deliver_all()
    return product


@pytest.mark.parametrize(("path", "statements"), [("/", 7), ("/products/", 5), ("/search/?q=jacket", 5)])
def test_stranger_gets_no_cookie_and_costs_few_statements(path, statements):
    for number in range(12):
        make_simple(f"Jacket {number}")
    deliver_all()

    with assert_queries(at_most=statements):
        response = Client().get(path)

    assert response.status_code == 200
    assert response.cookies == {}
    assert response.headers["Vary"] == "Cookie"
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_product_page_opens_no_session_and_costs_six_statements():
    _, slug = make_listed()

    with assert_queries(at_most=6):
        response = Client().get(f"/products/{slug}/")

    # Its form needs the one cookie that tells it from a forged one.
    assert list(response.cookies) == ["csrftoken"]


def test_listing_narrows_and_says_how_to_widen_again():
    catalog.ensure_categories(paths=[["Clothing", "Jackets"]])
    make_simple("Parka", price="90.00", categories=("clothing/jackets",))
    make_simple("Vest", price="20.00", categories=("clothing/jackets",))
    make_simple("Lamp", price="15.00")
    deliver_all()

    page = Visitor().get("/categories/clothing/jackets/?max_price=50&sort=price")

    assert titles(page) == ["Vest"]
    assert '<a href="?sort=price">Up to €50' in page.text
    assert titles(Visitor().get("/products/?sort=-price")) == ["Parka", "Vest", "Lamp"]


@pytest.mark.parametrize(
    ("path", "currency", "told"),
    [
        ("/products/?min_price=20.5&max_price=80", "EUR", ["From €20.50", "Up to €80.00"]),
        ("/de/products/?min_price=20,5&max_price=80", "EUR", ["Ab 20,50\xa0€", "Bis 80,00\xa0€"]),
        ("/products/?min_price=1000", "JPY", ["From ¥1,000"]),
    ],
)
def test_limits_of_prices_are_written_as_prices_are(settings, path, currency, told):
    settings.DEFAULT_CURRENCY, settings.CURRENCIES = currency, [currency]

    page = Visitor().get(path)

    assert [words for words in told if f">{words}<" not in page.text] == []


def test_option_without_a_name_of_its_own_is_told_by_its_value():
    with override("fr"):
        assert describe_option("Title", "Pennsylvania Field Notes") == "Pennsylvania Field Notes"
        assert describe_option("Couleur", "Anthracite") == "Couleur\xa0: Anthracite"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>It turns with your head.</p><ul><li>Waterproof</li><li>Two <b>hand</b>&nbsp;pockets</li></ul>",
         "It turns with your head. Waterproof. Two hand pockets"),
        ("Warm<br>dry, <em>light</em>er", "Warm. dry, lighter"),
        ("<p> </p>", ""),
    ],
)  # fmt: skip
def test_description_is_told_without_gluing_its_parts_together(html, text):
    assert plain_text(html) == text


def test_search_engines_get_the_description_as_text():
    product = make_simple("Hood", description_html="<p>It turns&nbsp;with you.</p><ul><li>Dry</li><li>Warm</li></ul>")
    deliver_all()

    page = Visitor().get(f"/products/{product.slug}/")

    assert '<meta name="description" property="og:description" content="It turns with you. Dry. Warm">' in page.text
    assert '"description":"It turns with you. Dry. Warm"' in page.text


def test_filters_open_over_the_page_and_close_without_a_script():
    make_listed()

    page = Visitor().get("/products/").text

    drawer = re.search(r'<div class="filters" id="(\w+)" popover>', page)[1]
    assert f'<button type="button" popovertarget="{drawer}">Filter' in page
    assert re.search(rf'popovertarget="{drawer}" popovertargetaction="hide">Close<', page)


def test_pages_of_a_listing_keep_its_filters():
    for number in range(30):
        make_simple(f"Shirt {number:02}", price=f"{10 + number}.00")
    deliver_all()
    visitor = Visitor()

    first = visitor.get("/products/?sort=price&max_price=36")
    second = visitor.get("/products/" + re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&"))

    assert (len(titles(first)), len(titles(second))) == (24, 3)
    assert titles(second) == ["Shirt 24", "Shirt 25", "Shirt 26"]
    assert 'rel="prev"' in second.text


@pytest.mark.parametrize(
    "query", ["min_price=cheap", "min_price=-1", "min_price=9&max_price=1", "sort=magic", "cursor=x", "q=%00", "q=" + "x" * 300]
)  # fmt: skip
def test_filter_that_makes_no_sense_is_explained(query):
    page = Visitor().get(f"/products/?{query}")

    assert page.status == 400
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("path", ["/products/nowhere/", "/categories/nowhere/", "/categories/no/where/", "/nowhere/"])
def test_what_is_not_there_is_404_with_a_way_on(path):
    page = Visitor().get(path)

    assert page.status == 404
    assert 'action="/search/"' in page.text


def test_search_says_what_was_searched_and_escapes_it():
    make_simple("Parka")
    deliver_all()

    page = Visitor().get('/search/?q="><script>alert(1)</script>')

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_product_offers_what_is_left_of_the_chosen_colour():
    product = make_coloured()
    visitor = Visitor()

    moss = visitor.get(f"/products/{product.slug}/?Colour=Moss")
    slate = visitor.get(f"/products/{product.slug}/?Colour=Slate")

    offered = {each.options["Colour"] + each.options["Size"]: str(each.id) for each in product.variants}
    assert f'value="{offered["MossM"]}"' not in moss.text
    assert 'href="?Colour=Moss&amp;Size=M#notify"' in moss.text
    assert moss.form("/cart/add/").fields["variant_id"] == offered["MossS"]
    assert "#notify" not in slate.text
    assert offered["MossS"] not in slate.text


@pytest.mark.parametrize(("stock", "said"), [(0, False), (1, True), (5, True), (6, False)])
def test_few_left_is_said_only_when_true_on_the_page_and_on_the_card(stock, said):
    _, slug = make_listed(stock=stock)
    visitor = Visitor()

    assert (f"Only {stock} left" in visitor.get(f"/products/{slug}/").text) == said
    assert ("Few left" in visitor.get("/products/").text) == said


def test_sold_out_product_has_no_button():
    _, slug = make_listed(stock=0)

    page = Visitor().get(f"/products/{slug}/")

    assert page.form("/cart/add/").buttons == []
    assert "Sold out" in page.text


def test_script_in_a_description_is_not_there():
    product = make_simple("Trap", description_html='<p onclick="x()">Hi<script>alert(1)</script></p>')
    deliver_all()

    page = Visitor().get(f"/products/{product.slug}/")

    assert "Hi" in page.text
    assert "alert(1)" not in page.text
    assert "onclick" not in page.text


def test_sale_price_is_spoken_as_such():
    made = variant("S", price="50.00", compare_at_prices={"EUR": variant("S", price="80.00").prices["EUR"]})
    product = make_product(options=(Option(name="Size", values=("S",)),), variants=(made,))
    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=1, reason="test")
    deliver_all()

    text = Visitor().get(f"/products/{product.slug}/").text

    assert '<span class="unseen">Was </span>€80.00' in text
    assert '<span class="unseen">Now </span>€50.00' in text


def test_words_for_search_engines_are_in_the_head_and_not_among_the_facts():
    told = {"seo_title": "Best jacket", "seo_description": "Rain & wind stay out.", "Care": "Wash cold"}
    product = make_simple("Jacket", attributes=told)
    deliver_all()

    head, body = Client().get(f"/products/{product.slug}/").content.decode().split("</head>")

    assert "<title>Best jacket | " in head
    assert 'content="Rain &amp; wind stay out."' in head
    assert "Wash cold" in body
    assert "seo_" not in body
    assert "Best jacket" not in body
