"""What browsers and search engines are told about the site."""

import json
import re
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from apps.catalog import api as catalog
from apps.catalog.contracts import Image, Option
from apps.messaging.testing import deliver_all
from apps.storefront.views import site
from tests.catalog.shop import make_product, make_simple, variant
from tests.storefront.test_browsing import make_coloured, titles
from tests.storefront.visitor import Visitor, make_listed

pytestmark = pytest.mark.django_db


def structured(page):
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    return {data["@type"]: data for data in map(json.loads, blocks)}


def locations(response):
    assert response.headers["Content-Type"] == "application/xml"
    found = re.findall(r"<loc>(.*?)</loc>", response.content.decode())
    return [address.removeprefix(settings.STOREFRONT_URL) for address in found]


def test_product_is_described_to_search_engines():
    catalog.ensure_categories(paths=[["Clothing", "Jackets"]])
    product = make_simple("Rain & <b>", price="90.00", categories=("clothing/jackets",))
    deliver_all()

    page = Visitor().get(f"/products/{product.slug}/")
    found = structured(page)

    address = f"{settings.STOREFRONT_URL}/products/{product.slug}/"
    (offer,) = found["Product"]["offers"]
    assert (found["Product"]["name"], found["Product"]["url"]) == ("Rain & <b>", address)
    assert (offer["price"], offer["priceCurrency"]) == ("90.00", "EUR")
    assert offer["availability"].endswith("OutOfStock")
    steps = [step["name"] for step in found["BreadcrumbList"]["itemListElement"]]
    assert steps == ["All products", "Clothing", "Jackets", "Rain & <b>"]
    assert f'<link rel="canonical" href="{address}">' in page.text
    assert '<meta property="og:type" content="product">' in page.text


def test_what_search_engines_are_told_leads_to_pages_of_its_language():
    catalog.ensure_categories(paths=[["Clothing", "Jackets"]])
    product = make_product(categories=("clothing/jackets",))
    deliver_all()
    visitor, root = Visitor(), f"{settings.STOREFRONT_URL}/de"

    home = structured(visitor.get("/de/"))["WebSite"]
    found = structured(visitor.get(f"/de/products/{product.slug}/"))
    category = structured(visitor.get("/de/categories/clothing/jackets/"))

    assert (home["url"], home["inLanguage"]) == (f"{root}/", "de")
    page = f"{root}/products/{product.slug}/"
    assert found["Product"]["url"] == page
    assert [offer["url"] for offer in found["Product"]["offers"]] == [f"{page}?Size=S", f"{page}?Size=M"]
    steps = [f"{root}/categories/clothing/", f"{root}/categories/clothing/jackets/"]
    assert [step["item"] for step in found["BreadcrumbList"]["itemListElement"]] == [f"{root}/products/", *steps, page]
    assert [step["item"] for step in category["BreadcrumbList"]["itemListElement"]] == [f"{root}/products/", *steps]


def test_sitemap_names_every_product_and_category():
    catalog.ensure_categories(paths=[["Clothing", "Jackets"]])
    _, slug = make_listed()
    client = Client()

    parts = locations(client.get("/sitemap.xml"))
    paths = [place for part in parts for place in locations(client.get(part))]

    pages = ["/", "/products/", "/categories/clothing/", "/categories/clothing/jackets/", f"/products/{slug}/"]
    assert paths == [f"{root}{path}" for path in pages for root in ("", "/de", "/fr")]
    assert client.get("/sitemaps/2.xml").status_code == 404
    assert client.get(f"/sitemaps/{10**16}.xml").status_code == 404


@pytest.mark.parametrize("path", ["/", "/products/", "/categories/clothing/", "product"])
def test_sitemap_and_page_name_the_same_languages(path):
    catalog.ensure_categories(paths=[["Clothing"]])
    _, slug = make_listed()
    path = f"/products/{slug}/" if path == "product" else path
    client = Client()
    sitemap = "".join(client.get(f"/sitemaps/{number}.xml").content.decode() for number in (0, 1))

    entries = {
        re.search("<loc>(.*?)</loc>", entry)[1]: re.findall('hreflang="(.*?)" href="(.*?)"', entry)
        for entry in re.findall("<url>.*?</url>", sitemap)
    }
    for root in ("", "/de", "/fr"):
        page = client.get(f"{root}{path}").content.decode()
        (canonical,) = re.findall('<link rel="canonical" href="(.*?)">', page)
        assert canonical == f"{settings.STOREFRONT_URL}{root}{path}"
        assert re.findall('<link rel="alternate" hreflang="(.*?)" href="(.*?)">', page) == entries[canonical]


def test_list_tells_search_engines_what_it_is():
    catalog.ensure_categories(paths=[["Clothing"]])
    make_listed()
    client = Client()

    category = client.get("/de/categories/clothing/").content.decode()

    assert '<meta name="description" property="og:description" content="Clothing | ' in category
    own = f"{settings.STOREFRONT_URL}/categories/clothing/"
    assert f'<link rel="alternate" hreflang="x-default" href="{own}">' in category


def test_listing_sorts_sizes_scale_by_scale():
    values = ("42", "M", "39-41", "37", "XS", "36-38", "One size")
    sizes = {"options": (Option(name="Size", values=values),)}
    make_product(**sizes, variants=tuple(variant(value, options={"Size": value}) for value in values))
    deliver_all()

    page = Visitor().get("/products/").text
    scales = [re.findall(r'name="option.Size" value="(.*?)"', part) for part in page.split('<div class="scale">')[1:]]

    assert scales == [["XS", "M"], ["37", "42"], ["36-38", "39-41"], ["One size"]]


def test_sitemap_is_split_so_that_no_part_has_too_many_addresses(monkeypatch):
    monkeypatch.setattr(site, "_PER_SITEMAP", 3)
    slugs = {make_listed()[1] for _ in range(2)}
    client = Client()

    parts = locations(client.get("/sitemap.xml"))

    assert parts == ["/sitemaps/0.xml", "/sitemaps/1.xml", "/sitemaps/2.xml"]
    found = [locations(client.get(part)) for part in parts[1:]]
    assert [len(each) for each in found] == [3, 3]
    assert {paths[0] for paths in found} == {f"/products/{slug}/" for slug in slugs}


def test_robots_keep_out_of_what_is_somebodys_own():
    text = Client().get("/robots.txt").content.decode()

    for root in ("", "/de", "/fr"):
        assert f"Disallow: {root}/checkout/" in text
    assert "Disallow: /admin/" in text
    assert f"Sitemap: {settings.STOREFRONT_URL}/sitemap.xml" in text


def test_manifest_and_worker_name_files_that_are_there():
    client = Client()

    manifest = client.get("/manifest.webmanifest")
    german = client.get("/de/manifest.webmanifest").json()
    worker = client.get("/sw.js")

    assert manifest.headers["Content-Type"] == "application/manifest+json"
    assert {icon["sizes"] for icon in manifest.json()["icons"]} == {"any", "192x192", "512x512"}
    assert (manifest.json()["lang"], manifest.json()["start_url"]) == ("en", "/")
    assert (german["lang"], german["start_url"], german["id"]) == ("de", "/de/", "/")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert '"/offline/", "/de/offline/", "/fr/offline/", "/static/storefront/shop.css"' in worker.content.decode()
    assert 'ROOTS = ["/de", "/fr"];' in worker.content.decode()
    assert "(products|categories|collections|pages|search)" in worker.content.decode()
    for code in ("de", "fr"):
        assert f'<html lang="{code}"' in client.get(f"/{code}/offline/").content.decode()
    assert client.get("/favicon.ico").status_code == 302


def test_filtered_listing_is_not_indexed_and_the_whole_one_is():
    make_listed()
    visitor = Visitor()

    assert '<link rel="canonical"' in visitor.get("/products/").text
    assert '<meta name="robots" content="noindex">' in visitor.get("/products/?sort=price").text


def test_listing_narrows_by_colour_and_size_together_with_words():
    make_coloured()
    make_simple("Lamp")
    deliver_all()
    visitor = Visitor()

    both = visitor.get("/search/?q=jacket&option.Colour=Moss&option.Size=S")
    other = visitor.get("/products/?option.Colour=Pink")

    assert len(titles(both)) == 1
    assert 'href="?q=jacket&amp;option.Size=S">Colour: Moss' in both.text
    assert 'name="option.Size" value="S" checked' in both.text
    assert titles(other) == []
    assert "Nothing matches all of these filters" in other.text


@pytest.mark.parametrize("name", ["Size.EU", "Size: EU", "50% & more=less", "q", "Größe"])
def test_links_and_forms_of_a_listing_carry_any_name_of_an_option(name):
    values = ("4:2", "a.b & c")
    variants = tuple(variant(value, options={name: value}) for value in values)
    product = make_product(options=(Option(name=name, values=values),), variants=variants)
    make_simple("Lamp")
    deliver_all()
    visitor = Visitor()

    chosen = visitor.get("/products/?" + urlencode([(f"option.{name}", value) for value in values]))

    assert titles(chosen) == [product.title]
    for value in values:
        ticked = f'name="option.{escape(name)}" value="{escape(value)}" checked'
        assert ticked in chosen.text
        left = next(each for each in values if each != value)
        assert f'href="?{escape(urlencode({f"option.{name}": left}))}">{escape(f"{name}: {value}")}' in chosen.text


def test_suggestions_are_a_fragment_and_escape_what_was_typed():
    product = make_simple("Parka")
    deliver_all()
    visitor = Visitor()

    found = visitor.get("/search/suggestions/?q=parka")
    none = visitor.get("/search/suggestions/?q=<b>zzzz")

    assert "<html" not in found.text
    assert f'href="/products/{product.slug}/"' in found.text
    assert "&lt;b&gt;zzzz" in none.text


def test_gallery_shows_the_pictures_of_the_chosen_colour():
    urls = [
        f"https://cdn.example.com/{colour}-{view}.webp" for colour in ("moss", "slate") for view in ("front", "back")
    ]
    product = make_product(
        options=(Option(name="Colour", values=("Moss", "Slate")), Option(name="Size", values=("S",))),
        variants=tuple(
            variant("S", options={"Colour": colour, "Size": "S"}, image_url=url)
            for colour, url in (("Moss", urls[0]), ("Slate", urls[2]))
        ),
        images=tuple(Image(url=url) for url in urls),
    )
    deliver_all()

    page = Visitor().get(f"/products/{product.slug}/?Colour=Slate")
    gallery = page.text[page.text.index('id="gallery"') : page.text.index("</section>")]

    assert urls[2] in gallery
    assert urls[3] in gallery
    assert urls[0] not in gallery
