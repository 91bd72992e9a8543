"""The shop in other languages: documents where a product is translated, the shop's own words where it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.catalog import api as catalog
from apps.catalog.contracts import Image, Option, ProductTexts
from apps.inventory import api as inventory
from apps.messaging.testing import deliver_all
from apps.search import api as search
from apps.search.models import ProductDocument
from apps.web.testing import assert_queries
from tests.catalog.shop import make_product, make_simple, product_input, variant

pytestmark = pytest.mark.django_db

GERMAN = {"Accept-Language": "de"}
TEXTS = ProductTexts(
    title="Regenjacke",
    description_html="<p>Hält den Regen ab.</p>",
    names={"Size": "Größe", "Material": "Stoff"},
    values={"Size": {"S": "Klein"}},
    attributes={"Material": "Gewachst", "seo_title": "Regenjacke kaufen"},
    tags={"rain": "Niederschlag"},
    image_alts={"https://cdn.example.com/jacket.webp": "Die Jacke"},
)


def jacket(**changes):
    return make_product(
        **{"attributes": {"Material": "Waxed", "Fit": "Wide"}, "translations": {"de": TEXTS}, **changes}
    )


def titles(body):
    return [card["title"] for card in body["results"]]


def languages_of(product):
    return sorted(ProductDocument.objects.filter(product_id=product.id).values_list("language", flat=True))


def test_detail_is_in_the_language_asked_for_and_falls_back_text_by_text(get):
    product = jacket(translations={"de": TEXTS, "fr": ProductTexts(title="Imperméable")})

    own, german, french = (
        get(f"products/{product.slug}", **{"Accept-Language": code}) for code in ("en", "de-AT,de;q=0.9", "fr")
    )

    assert (german["title"], german["description_html"]) == ("Regenjacke", "<p>Hält den Regen ab.</p>")
    assert german["attributes"] == {"Material": "Gewachst", "Fit": "Wide", "seo_title": "Regenjacke kaufen"}
    assert german["attribute_names"] == {"Material": "Stoff"}
    assert german["tag_names"] == {"rain": "Niederschlag"}
    assert german["options"] == [
        {"name": "Size", "values": ["S", "M"], "shown_name": "Größe", "shown_values": ["Klein", "M"]}
    ]
    assert [each["title"] for each in german["variants"]] == ["Klein", "M"]
    assert [each["options"] for each in german["variants"]] == [{"Size": "S"}, {"Size": "M"}]
    assert german["image"]["alt"] == german["images"][0]["alt"] == "Die Jacke"
    assert (french["title"], french["description_html"]) == ("Imperméable", own["description_html"])
    assert (french["attributes"], french["options"], french["slug"]) == (own["attributes"], own["options"], own["slug"])
    assert own["title"] == "Rain jacket"


def test_product_without_a_translation_is_one_document_for_all_languages(get):
    product = make_product()

    assert get(f"products/{product.id}", **GERMAN) == get(f"products/{product.id}")
    assert languages_of(product) == ["en"]


def test_documents_come_and_go_with_the_translation(get):
    product = jacket()
    deliver_all()
    assert languages_of(product) == ["de", "en"]

    catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, translations={}))
    deliver_all()

    assert languages_of(product) == ["en"]
    assert titles(get("products", **GERMAN)) == ["Rain jacket"]


def test_list_holds_each_product_once_translated_or_not(get):
    make_simple("Anorak", price="10.00")
    make_simple("Beanie", price="20.00", translations={"de": ProductTexts(title="Mütze")})
    make_simple("Cap", price="30.00", translations={"fr": ProductTexts(title="Casquette")})

    def pages(query, **headers):
        found, path = [], f"products?limit=2&{query}"
        while path:
            body = get(path, **headers)
            found += titles(body)
            path = body["next"] and body["next"].partition("/api/v1/")[2]
        return found

    assert pages("sort=price", **GERMAN) == ["Anorak", "Mütze", "Cap"]
    assert pages("sort=-price", **GERMAN) == ["Cap", "Mütze", "Anorak"]
    assert pages("sort=title", **GERMAN) == ["Anorak", "Cap", "Mütze"]
    assert pages("sort=newest", **GERMAN) == ["Cap", "Mütze", "Anorak"]
    assert pages("sort=title", **{"Accept-Language": "fr"}) == ["Anorak", "Beanie", "Casquette"]
    assert get("products?count=true", **GERMAN)["count"] == 3


@pytest.mark.parametrize("words", ["regenjacken", "Regenjacke", "regnejacke", "niederschlag", "gewachst"])
def test_words_are_found_as_their_language_bends_them(get, words):
    jacket()
    make_simple("Linen shirt", product_type="Shirts", description_html="", tags=(), vendor="")

    assert titles(get(f"products?q={words}", **GERMAN)) == ["Regenjacke"]


def test_words_of_the_shops_own_language_find_what_is_not_translated(get):
    make_simple("Rain jackets")
    jacket(description_html="", title="Coat", product_type="", slug="coat")

    assert titles(get("products?q=jacket", **GERMAN)) == ["Rain jackets"]
    assert titles(get("products?q=gewachst")) == []


def test_option_narrows_by_what_the_product_holds_and_shows_what_it_reads(get):
    jacket()
    make_product(options=(Option(name="Size", values=("S", "L")),), variants=(variant("S"), variant("L")))
    deliver_all()

    found = search.browse(query=search.ListingQuery(currency="EUR", language="de", options={"Size": ["S"]}))

    (facet,) = found.options
    assert (facet.name, facet.shown_name) == ("Size", "Größe")
    assert dict(facet.values) == {"S": 2, "M": 1, "L": 1}
    assert facet.shown_values == {"S": "Klein", "M": "M"}
    assert found.count == 2
    own = search.browse(query=search.ListingQuery(currency="EUR"))
    assert (own.options[0].shown_name, own.options[0].shown_values) == ("", {})


def test_categories_are_named_in_the_tree_in_facets_and_on_products_that_have_no_texts_of_their_own(get):
    coats = catalog.save_category(name="Coats", slug="coats", names={"de": "Mäntel"})
    catalog.save_category(name="Hats", slug="hats")
    product = make_product(categories=("coats",))

    assert [node["name"] for node in get("categories", **GERMAN)["results"]] == ["Hats", "Mäntel"]
    assert [node["name"] for node in get("categories")["results"]] == ["Coats", "Hats"]
    assert get(f"products/{product.id}", **GERMAN)["categories"][0]["name"] == "Mäntel"
    found = search.browse(query=search.ListingQuery(currency="EUR", language="de", category="coats"))
    assert [facet.name for facet in found.categories] == ["Mäntel"]

    catalog.save_category(name="Coats", slug="coats", category_id=coats.id, names={"de": "Jacken"})

    assert get(f"products/{product.id}", **GERMAN)["categories"][0]["name"] == "Jacken"


def test_rebuild_changes_nothing(get):
    catalog.save_category(name="Coats", slug="coats", names={"de": "Mäntel"})
    product = jacket(categories=("coats",))
    before = get(f"products/{product.id}", **GERMAN)
    written = sorted(ProductDocument.objects.values_list("language", "updated_at"))

    search.rebuild()

    assert get(f"products/{product.id}", **GERMAN) == before
    assert sorted(ProductDocument.objects.values_list("language", "updated_at")) == written


def test_covers_and_stock_follow_in_every_language(get):
    catalog.save_category(name="Coats", slug="coats")
    product = jacket(categories=("coats",))
    inventory.set_stock_levels(levels={each.id: 3 for each in product.variants}, reason="delivery")
    deliver_all()

    covers = search.list_category_covers(currency="EUR", language="de")

    assert covers["coats"]["alt"] == "Die Jacke"
    assert get(f"products/{product.id}", **GERMAN)["in_stock"] is True


def test_picture_without_words_is_described_by_the_title_as_it_reads(get):
    texts = replace(TEXTS, image_alts={})
    product = jacket(images=(Image(url="https://cdn.example.com/jacket.webp"),), translations={"de": texts})

    assert get(f"products/{product.id}", **GERMAN)["image"]["alt"] == "Regenjacke"


def test_list_in_another_language_takes_as_many_statements(get):
    jacket()
    deliver_all()

    with assert_queries(at_most=1):
        search.list_products(query=search.ListingQuery(currency="EUR", language="de"))
    with assert_queries(at_most=2):
        search.browse(query=search.ListingQuery(currency="EUR", language="de", q="jacke"))


def test_language_the_shop_does_not_speak_is_the_shops_own(get):
    product = jacket()

    assert get(f"products/{product.id}", **{"Accept-Language": "xx, es"})["title"] == "Rain jacket"
