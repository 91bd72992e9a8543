"""Finding products: words, filters, order, pages, errors, and what a list costs."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from apps.catalog import api as catalog
from apps.catalog.contracts import Option, ProductStatus
from apps.inventory import api as inventory
from apps.kernel.errors import Invalid
from apps.messaging.testing import deliver_all
from apps.search import api as search
from apps.web.testing import assert_queries
from tests.catalog.shop import make_product, make_simple, variant

pytestmark = pytest.mark.django_db


def titles(body):
    return [card["title"] for card in body["results"]]


@pytest.mark.parametrize(
    "words", ["jacket", "jackets", "JACKET", "rain jacket", '"rain jacket"', "jáckets", "jacket -shirt"]
)
def test_words_are_found_in_any_form(get, words):
    make_simple("Rain jacket", product_type="Coats")
    make_simple("Linen shirt", product_type="Shirts", description_html="")

    assert titles(get(f"products?q={words}")) == ["Rain jacket"]


@pytest.mark.parametrize("words", ["jaket", "jakcet", "rain jaket", "jackt", "jack"])
def test_mistyped_word_finds_titles_that_are_spelt_alike(get, words):
    make_simple("Rain jacket")
    make_simple("Wool blanket", description_html="", product_type="Home", tags=())

    assert titles(get(f"products?q={words}")) == ["Rain jacket"]


def test_what_is_alike_by_its_first_letters_only_is_left_out(get):
    make_simple("Fisher wool sweater")
    make_simple("Tide swim shorts")

    assert titles(get("products?q=sweter")) == ["Fisher wool sweater"]


def test_title_with_all_words_comes_before_newer_ones_with_some(get):
    plain = {"description_html": "", "tags": (), "vendor": ""}
    make_simple("Everyday T-Shirt", **plain, product_type="Tops")
    make_simple("Mill flannel shirt", **plain, product_type="Shirts")

    assert titles(get("products?q=t shirt")) == ["Everyday T-Shirt", "Mill flannel shirt"]
    assert titles(get("products?q=shirt"))[0] == "Mill flannel shirt"


def test_nothing_alike_finds_nothing(get):
    make_simple("Rain jacket")

    assert get("products?q=xylophone")["results"] == []


def test_title_counts_more_than_tags_and_those_more_than_the_description(get):
    plain = {"product_type": "", "tags": (), "vendor": ""}
    make_simple("Parka", **{**plain, "description_html": "<p>Wear it with a beanie.</p>"})
    make_simple("Scarf", **{**plain, "tags": ("beanie",), "description_html": ""})
    make_simple("Beanie", **{**plain, "description_html": ""})

    assert titles(get("products?q=beanie")) == ["Beanie", "Scarf", "Parka"]


def test_sku_is_found(get):
    product = make_product()
    make_simple("Other")

    assert titles(get(f"products?q={product.variants[1].sku}")) == ["Rain jacket"]


def test_category_is_given_by_path_slug_or_id_and_includes_what_lies_below(get):
    catalog.ensure_categories(paths=[["Clothing", "Jackets"], ["Home"]])
    tree = {category.path: category for category in catalog.list_categories()}
    make_simple("Parka", categories=("clothing/jackets",))
    make_simple("Lamp", categories=("home",))

    for category in ("clothing", "clothing/jackets", "jackets", tree["clothing"].id):
        assert titles(get(f"products?category={category}")) == ["Parka"]
    assert get("products?category=garden")["results"] == []


def test_price_and_stock_narrow_the_list(get):
    cheap, dear = make_simple("Cheap", price="5.00"), make_simple("Dear", price="50.00")
    inventory.set_on_hand(variant_id=dear.variants[0].id, on_hand=1, reason="delivery")

    assert titles(get("products?max_price=5")) == [cheap.title]
    assert titles(get("products?min_price=5.01&max_price=50.00")) == [dear.title]
    assert titles(get("products?in_stock=true")) == [dear.title]
    assert titles(get("products?in_stock=false")) == [cheap.title]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "cba"),
        ("newest", "cba"),
        ("oldest", "abc"),
        ("price", "bca"),
        ("-price", "acb"),
        ("title", "abc"),
        ("-title", "cba"),
        ("relevance", "cba"),
    ],
)
def test_sort(get, sort, order):
    for title, price in (("a", "30"), ("b", "10"), ("c", "20")):
        make_simple(title, price=price)

    assert titles(get(f"products?sort={sort}")) == list(order)


@pytest.mark.parametrize("query", ["sort=newest", "sort=price", "sort=-price", "sort=title", "q=rain", "q=rainn"])
def test_pages_lead_through_the_whole_list_and_back(get, query):
    for n in range(7):
        make_simple(f"Rain {n}", price="10.00" if n < 4 else "20.00")
    whole = titles(get(f"products?{query}&limit=100"))
    seen, body = [], get(f"products?{query}&limit=3")
    pages = [body]
    while body["next"]:
        parts = urlsplit(body["next"])
        body = Client().get(f"{parts.path}?{parts.query}").json()
        pages.append(body)
    for page in pages:
        seen += titles(page)
    parts = urlsplit(pages[-1]["previous"])
    back = Client().get(f"{parts.path}?{parts.query}").json()

    assert len(whole) == 7
    assert seen == whole
    assert titles(back) == titles(pages[-2])
    assert pages[0]["previous"] is None


def test_page_stays_where_it_is_while_products_are_added(get):
    for n in range(4):
        make_simple(f"Old {n}")
    first = get("products?limit=2")
    make_simple("New")
    deliver_all()
    parts = urlsplit(first["next"])

    second = Client().get(f"{parts.path}?{parts.query}").json()

    assert titles(first) + titles(second) == ["Old 3", "Old 2", "Old 1", "Old 0"]


def test_count_is_given_where_it_is_asked_for(get):
    for n in range(3):
        make_simple(f"Thing {n}")

    assert get("products?limit=1&count=true")["count"] == 3
    assert "count" not in get("products?limit=1")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=random", "sort"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("min_price=abc", "min_price"),
        ("min_price=-1", "min_price"),
        ("min_price=NaN", "min_price"),
        ("max_price=1e30", "max_price"),
        ("min_price=5&max_price=4", "max_price"),
        ("in_stock=perhaps", "in_stock"),
        ("currency=EURO", "currency"),
        ("currency=XYZ", "currency"),
        ("cursor=abc", "cursor"),
        ("count=some", "count"),
        (f"q={'x' * 201}", "q"),
        ("q=%00", "q"),
        ("category=%00", "category"),
    ],
)
def test_parameter_that_makes_no_sense_is_named(get, query, field):
    assert [error["field"] for error in get(f"products?{query}", status=400)["errors"]] == [field]


@pytest.mark.parametrize("q", ["'", '"', "a & b | !", "<script>", "%", "\\", ":*", "(", "the", "🧥", "-"])
def test_any_words_can_be_searched_for(get, q):
    make_simple("Rain jacket")

    assert "results" in Client().get("/api/v1/products", {"q": q}).json()


def test_cursor_of_another_list_is_refused(get):
    for n in range(3):
        make_simple(f"Thing {n}")
    parts = urlsplit(get("products?limit=1&sort=price")["next"])
    cursor = parts.query.partition("cursor=")[2]

    assert get(f"products?limit=1&sort=title&cursor={cursor}", status=400)["code"] == "invalid_cursor"


def test_answers_carry_a_validator_and_unchanged_ones_are_not_sent_again():
    product = make_simple("Lamp")
    deliver_all()
    for path in ("products", f"products/{product.slug}", "categories"):
        first = Client().get(f"/api/v1/{path}")
        again = Client().get(f"/api/v1/{path}", headers={"If-None-Match": first["ETag"]})

        assert "max-age" in first["Cache-Control"]
        assert (again.status_code, again.content) == (304, b"")
    catalog.unpublish_product(product_id=product.id)
    deliver_all()
    assert Client().get("/api/v1/products", headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "query", ["", "q=thing", "q=thnig", "category=home&in_stock=false&sort=price", "q=thing&min_price=1"]
)
def test_list_costs_one_statement_for_ten_rows_and_for_a_hundred(query):
    catalog.ensure_categories(paths=[["Home"]])
    for n in range(100):
        make_simple(f"Thing {n}", categories=("home",))
    deliver_all()

    for limit in (10, 100):
        with assert_queries(at_most=1):
            body = Client().get(f"/api/v1/products?{query}&limit={limit}").json()
        assert len(body["results"]) == limit


def test_detail_and_tree_cost_one_statement_and_live_stock_three():
    product = make_product()
    deliver_all()

    with assert_queries(at_most=1):
        Client().get(f"/api/v1/products/{product.slug}")
    with assert_queries(at_most=1):
        Client().get("/api/v1/categories")
    with assert_queries(at_most=3):
        Client().get(f"/api/v1/products/{product.slug}/inventory")


def test_browsing_counts_what_could_be_chosen_instead():
    catalog.ensure_categories(paths=[["Clothing", "Jackets"], ["Home"]])
    make_simple("Parka", price="90.00", categories=("clothing/jackets",))
    make_simple("Lamp", price="20.00", categories=("home",))
    make_simple("Vase", price="30.00", categories=("home",))
    deliver_all()

    with assert_queries(at_most=2):
        listing = search.browse(query=search.ListingQuery(currency="EUR", category="home", max_price=Decimal(25)))

    assert [card["title"] for card in listing.cards] == ["Lamp"]
    assert listing.count == 1
    assert [(facet.path, facet.count) for facet in listing.categories] == [("home", 1)]
    assert (listing.min_price, listing.max_price) == (20, 30)


def make_in(title, *, colours, sizes):
    options = (Option(name="Colour", values=colours), Option(name="Size", values=sizes))
    variants = tuple(variant(size, options={"Colour": colour, "Size": size}) for colour in colours for size in sizes)
    return make_product(title=title, slug=title.lower(), options=options, variants=variants)


def browse_options(**options):
    listing = search.browse(query=search.ListingQuery(currency="EUR", options=options))
    facets = {facet.name: dict(facet.values) for facet in listing.options}
    assert listing.count == len(listing.cards)
    return {card["title"] for card in listing.cards}, facets


def test_any_value_of_an_option_will_do_and_every_option_counts():
    make_in("Parka", colours=("Moss", "Navy"), sizes=("S", "M"))
    make_in("Vest", colours=("Navy",), sizes=("M", "L"))
    make_in("Cap", colours=("Rust",), sizes=("One",))
    deliver_all()

    assert browse_options(Colour=["Navy", "Rust"])[0] == {"Parka", "Vest", "Cap"}
    assert browse_options(Colour=["Navy"], Size=["L"])[0] == {"Vest"}
    assert browse_options(Colour=["navy"])[0] == set()


def test_values_are_counted_under_the_other_filters_but_not_under_their_own():
    make_in("Parka", colours=("Moss", "Navy"), sizes=("S", "M"))
    make_in("Vest", colours=("Navy",), sizes=("M", "L"))
    make_in("Cap", colours=("Rust",), sizes=("One",))
    deliver_all()

    _, facets = browse_options(Colour=["Moss"])

    assert facets["Colour"] == {"Moss": 1, "Navy": 2, "Rust": 1}
    assert facets["Size"] == {"S": 1, "M": 1}


def test_rest_narrows_by_option_as_the_page_does(get):
    make_in("Parka", colours=("Moss", "Navy"), sizes=("S", "M"))
    make_in("Vest", colours=("Navy",), sizes=("M", "L"))
    make_in("Cap", colours=("Rust",), sizes=("One",))

    def found(query):
        return set(titles(get(f"products?{query}")))

    assert found("option.Colour=Navy&option.Colour=Rust") == {"Parka", "Vest", "Cap"}
    assert found("option.Colour=Navy&option.Size=L") == {"Vest"}
    assert found("option.Colour=Moss&option.Colour=Rust&option.Size=M&sort=title&in_stock=false") == {"Parka"}
    assert found("option.Colour=&option.=Navy&option.Size=L") == {"Vest"}  # blank ones, as forms send them
    assert found("option.colour=Navy") == set()


NASTY = [
    "Size.EU",
    "Size: EU",
    ":",
    ".",
    "a:b",
    "50% wool & more=less?",
    "Größe+é",
    "option.Size",
    "<b>\"'",
    "مقاس",
    "q",
    "limit",
]


@pytest.mark.parametrize("name", NASTY)
def test_option_may_be_called_anything_and_have_any_value(get, name):
    value, other = "1:2.3 & 4=5", "plain"
    for title, held in (("Parka", (value, other)), ("Vest", (other,))):
        options = (Option(name=name, values=held),)
        variants = tuple(variant(f"{title}-{number}", options={name: each}) for number, each in enumerate(held))
        make_product(title=title, slug=title.lower(), options=options, variants=variants)

    def found(*values):
        return titles(get(f"products?{urlencode([(f'option.{name}', each) for each in values] + [('sort', 'title')])}"))

    assert found(value) == ["Parka"]
    assert found(value, other) == ["Parka", "Vest"]
    assert found("2.3 & 4=5") == []
    assert browse_options(**{name: [value]})[1] == {name: {value: 1, other: 2}}


def test_a_colon_belongs_to_the_name_or_to_the_value_and_is_not_mixed_up(get):
    for title, name, value in (("Parka", "a:b", "c"), ("Vest", "a", "b:c")):
        make_product(
            title=title,
            slug=title.lower(),
            options=(Option(name=name, values=(value,)),),
            variants=(variant(title, options={name: value}),),
        )

    assert titles(get("products?option.a%3Ab=c")) == ["Parka"]
    assert titles(get("products?option.a=b%3Ac")) == ["Vest"]


def test_pages_of_a_narrowed_list_keep_every_value(get):
    for number in range(5):
        make_in(f"Parka {number}".replace(" ", "-"), colours=("Moss",) if number % 2 else ("Navy",), sizes=("S",))
    make_in("Cap", colours=("Rust",), sizes=("One",))

    page = get("products?option.Colour=Moss&option.Colour=Navy&limit=2&sort=title&count=true")
    seen, links = titles(page), 0
    while page["next"]:
        parts = urlsplit(page["next"])
        page = get(f"{parts.path.removeprefix('/api/v1/')}?{parts.query}")
        seen, links = seen + titles(page), links + 1

    assert (page["count"], links) == (5, 2)
    assert seen == [f"Parka-{number}" for number in range(5)]


@pytest.mark.parametrize("query", ["&".join(f"option.{n}=x" for n in range(6)), "option.a=%00", "option.%00=a"])
def test_options_that_make_no_sense_are_refused_over_rest(get, query):
    assert get(f"products?{query}", status=400)["errors"][0]["field"].startswith("option")


@pytest.mark.parametrize(
    "options", [{"a": ["\x00"]}, {str(n): ["x"] for n in range(6)}, {"a": [str(n) for n in range(31)]}]
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(Invalid) as refused:
        search.browse(query=search.ListingQuery(currency="EUR", options=options))

    assert refused.value.fields[0].field == "options"


def test_currencies_that_something_is_sold_in_are_told_in_the_order_asked_for():
    make_simple("Lamp", currency="USD")
    make_simple("Lantern", currency="EUR")
    make_simple("Torch", currency="JPY", status=ProductStatus.DRAFT)
    deliver_all()

    with assert_queries(at_most=1):
        found = search.list_sold_currencies(among=["JPY", "USD", "GBP", "EUR"])

    assert found == ("USD", "EUR")


def test_several_tags_are_listed_at_once_newest_first_without_what_is_shown_elsewhere():
    products = [make_simple(f"Jacket {number}", tags=("rain", "wool")) for number in range(4)]
    make_simple("Lamp", tags=("gifts",))
    for product in products[1:]:
        inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=5, reason="delivery")
    deliver_all()

    with assert_queries(at_most=1):
        found = search.list_tagged(
            tags=["wool", "gifts", "none"], currency="EUR", language="de", limit=2, besides=[products[3].id]
        )
    in_stock = search.list_tagged(tags=["rain"], currency="EUR", limit=9, in_stock=True)

    assert {tag: [card["title"] for card in cards] for tag, cards in found.items()} == {
        "wool": ["Jacket 2", "Jacket 1"],
        "gifts": ["Lamp"],
        "none": [],
    }
    assert [card["title"] for card in in_stock["rain"]] == ["Jacket 3", "Jacket 2", "Jacket 1"]
    assert search.list_tagged(tags=["rain"], currency="JPY", limit=9) == {"rain": []}
    with assert_queries(at_most=0):
        assert search.list_tagged(tags=[], currency="EUR", limit=9) == {}
