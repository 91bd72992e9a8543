"""The shop's own pages, and where they are linked; the home page's words; what stands around a page that is not there."""

import pytest
from django.conf import settings
from django.test import Client

from apps.content import api as content
from apps.content.contracts import PageGroup, PagePurpose
from apps.web.testing import assert_queries
from tests.backoffice.test_pages import sign_in
from tests.brand.making import settle
from tests.content.writing import write_home, write_page
from tests.storefront.test_browsing import make_coloured
from tests.storefront.test_checkout import ready
from tests.storefront.visitor import Visitor, make_listed

pytestmark = pytest.mark.django_db


def write(slug, purpose="", group="help", **texts):
    told = {"title": slug.capitalize(), **texts}
    write_page(slug=slug, group=PageGroup(group), purpose=PagePurpose(purpose) if purpose else None, texts={"en": told})


def test_page_is_read_in_its_language_with_all_that_a_page_has():
    write_page()

    page = Visitor().get("/de/pages/returns/")

    assert page.status == 200
    assert "<h1>Rückgabe</h1>\n<p>Schicken Sie es <strong>zurück</strong>.</p>" in page.text
    assert f"<title>Rückgabe | {settings.SHOP_NAME}" in page.text
    assert 'content="Thirty days to change your mind"' in page.text
    assert f'<link rel="canonical" href="{settings.STOREFRONT_URL}/de/pages/returns/">' in page.text
    assert '"@type":"BreadcrumbList"' in page.text
    assert '<a href="/de/pages/returns/" aria-current="page">Rückgabe</a>' in page.text
    assert '<meta property="og:locale" content="de_DE">' in page.text
    assert '<meta property="og:locale:alternate" content="fr_FR">' in page.text


def test_every_page_links_what_is_published_and_the_sitemap_names_it():
    write("delivery")
    write("terms", group="legal")
    write_page(slug="draft", purpose=None, is_published=False)

    listing, sitemap = Visitor().get("/fr/products/").text, Visitor().get("/sitemaps/0.xml").text

    for path in ("/pages/delivery/", "/pages/terms/"):
        assert f'href="/fr{path}"' in listing
        assert f"<loc>{settings.STOREFRONT_URL}/fr{path}</loc><lastmod>" in sitemap
    assert "draft" not in listing + sitemap


def test_links_of_the_foot_cost_a_page_nothing_once_they_are_known():
    with assert_queries(at_most=20) as before:
        Client().get("/products/")
    for slug in ("delivery", "care", "repairs"):
        write(slug)

    with assert_queries(at_most=len(before)):
        first = Client().get("/products/")
    with assert_queries(at_most=len(before) - 2):
        Client().get("/products/")

    assert first.content.decode().count("/pages/") == 3


def test_draft_is_shown_to_who_may_edit_it_only(client):
    write_page(is_published=False)

    assert Visitor().get("/pages/returns/").status == 404
    sign_in(client, "catalog.view_product")
    assert client.get("/pages/returns/").status_code == 404
    sign_in(client, "content.edit_content")
    page = client.get("/pages/returns/")
    assert "This page is not published" in page.content.decode()
    assert '<meta name="robots" content="noindex">' in page.content.decode()


def test_product_page_tells_about_delivery_returns_and_sizes_where_there_are_pages():
    path = f"/products/{make_coloured().slug}/"
    assert "Return within 30 days" in Visitor().get(path).text

    write("delivery", "delivery", summary="Sent within a day")
    write("back", "returns")
    write("sizes", "size_guide")

    page = Visitor().get(path).text
    assert '<a href="/pages/delivery/">Sent within a day</a>' in page
    assert '<li><a href="/pages/back/">Back</a></li>' in page
    assert '<p class="guide"><a href="/pages/sizes/">Sizes</a></p>' in page
    assert "Return within 30 days" not in page


def test_no_time_to_return_is_promised_where_the_shop_names_none(settings):
    path = f"/products/{make_coloured().slug}/"
    assert "Return within 30 days" in Visitor().get(path).text

    settings.RETURN_DAYS = 0

    assert "Return within" not in Visitor().get(path).text


def test_checkout_names_what_is_accepted_where_there_are_pages(sandbox):
    write("terms-of-sale", "terms", "legal")
    write("privacy", "privacy", "legal")

    _, checkout, _ = ready()

    assert 'By ordering you accept: <a href="/pages/terms-of-sale/">Terms-of-sale</a>.' in checkout.text
    assert 'What we do with your data: <a href="/pages/privacy/">Privacy</a>.' in checkout.text


def test_checkout_of_a_shop_without_such_pages_names_none(sandbox):
    _, checkout, _ = ready()

    assert "By ordering you accept" not in checkout.text
    assert "What we do with your data" not in checkout.text


def test_home_page_of_a_new_shop_says_its_name_and_no_more():
    settle(tagline="boots that last")

    page = Visitor().get("/").text

    assert "<title>Fernway &amp; Sons: boots that last</title>" in page
    assert "<h1>Fernway &amp; Sons</h1>" in page
    assert "<p>Boots that last</p>" in page
    assert "Our first products are on their way." in page
    assert 'class="story"' not in page
    assert "<svg" not in page[page.index('class="hero"') : page.index("</section>")]


def test_home_page_says_what_staff_wrote_in_each_language():
    make_listed()
    write_home(
        "en", title="Go out", line="Whatever the weather", button="Look around", story_title="Why", story="Because."
    )
    home = content.get_settled_home()
    texts = {**home.texts, "de": {"title": "Hinaus", "promise_1": "30 Tage", "promise_1_text": "Rückgabe"}}
    content.change_home(home=content.HomeInput(scene=content.HeroScene.HILLS, texts=texts), actor="staff:test")

    page = Visitor().get("/de/").text

    assert "<h1>Hinaus</h1>" in page
    assert "<p>Whatever the weather</p>" in page
    assert ">Look around</a>" in page
    assert "<h2>Why</h2>" in page
    assert "<li><strong>30 Tage</strong> Rückgabe</li>" in page
    assert 'class="ridges"' in page


@pytest.mark.parametrize("path", ["/nowhere/", "/de/nowhere/", "/pages/nowhere/", "/offline/"])
def test_pages_of_what_is_not_there_have_header_and_foot(path):
    settle()

    page = Visitor().get(path)

    assert page.status == (200 if path == "/offline/" else 404)
    assert '<header class="top">' in page.text
    assert "Company 0815" in page.text
    assert '<meta name="robots" content="noindex">' in page.text


def test_page_for_no_network_is_the_same_for_everybody():
    visitor = Visitor()
    visitor.add(make_listed()[1])

    page = visitor.get("/offline/")

    assert 'class="count"' not in page.text
    assert "csrfmiddlewaretoken" not in page.text
    assert page.headers["Cache-Control"] == "public, max-age=3600"


def test_what_is_missing_of_pictures_and_of_staff_is_told_without_the_shop(client):
    sign_in(client)

    assert "<header" not in client.get("/media/none/320.webp").content.decode()
    assert "There is nothing at /admin/nowhere/" in client.get("/admin/nowhere/").content.decode()


def test_forms_may_send_only_to_the_shop_and_on_to_those_who_are_paid(client):
    policy = client.get("/").headers["Content-Security-Policy"]

    assert f"; form-action 'self' https: {settings.STRIPE_API_BASE}" in policy
    assert "; form-action 'self'" in client.get("/admin/login/").headers["Content-Security-Policy"]
