"""The brand on the pages of the shop, and the page on which staff settle it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.brand import api as brand
from tests.backoffice.test_pages import sign_in
from tests.brand.making import FERN, settle
from tests.media.pictures import photo

pytestmark = pytest.mark.django_db
PAGE = "/admin/work/brand/"


def form(**changes):
    fields = {name: getattr(FERN, name) for name in FERN.__slots__ if name not in ("logo", "translations")}
    return {**fields, **changes}


def test_shop_shows_name_tagline_footer_and_links_its_colours_without_inline_style(client):
    settle()

    html = client.get("/").content.decode()

    assert "<title>Fernway &amp; Sons" in html
    assert 'content="Fernway &amp; Sons: boots that last"' in html
    assert "Fernway Ltd<br>Company 0815" in html
    assert "style=" not in html
    (address,) = re.findall(r'href="(/brand-[0-9a-f]{16}\.css)"', html)
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "text/css"
    assert "--accent: light-dark(#7a1f1f," in answer.content.decode()
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/manifest.webmanifest").json()["name"] == "Fernway & Sons"


def test_stylesheet_is_kept_only_under_the_hash_of_its_content(client):
    settle()

    assert client.get("/brand-0000000000000000.css").headers["Cache-Control"] == "no-store"


def test_other_colours_have_another_address(client):
    first = settle().stylesheet_hash

    assert settle(colour="#123456").stylesheet_hash != first


def test_shop_with_its_own_colours_links_no_stylesheet(client):
    settle(colour="#1f4d42")

    assert "/brand-" not in client.get("/").content.decode()


def test_staff_pages_are_painted_in_the_brands_colour_at_once(client):
    sign_in(client, "brand.change_brand")
    for colour, told in (("#7a1f1f", "rgb(122, 31, 31)"), ("#123456", "rgb(18, 52, 86)")):
        settle(colour=colour)

        assert f"--color-primary-600: {told}" in client.get(PAGE).content.decode()


def test_staff_settle_everything_on_one_page(client):
    sign_in(client, "brand.change_brand")
    assert client.get(PAGE).status_code == 200

    told = client.post(PAGE, form(colour="#7A1F1F", legal_footer="Fernway Ltd\r\nCompany 0815"), follow=True)

    assert "Saved." in told.content.decode()
    assert brand.get_brand().settled == FERN
    assert "Fernway &amp; Sons admin" in told.content.decode()


def test_what_reads_differently_in_each_language_is_settled_there_too(client):
    sign_in(client, "brand.change_brand")
    client.post(PAGE, form(tagline_de="Stiefel, die halten", legal_footer_fr="Fernway SARL\r\n0815"))
    refused = client.post(PAGE, form(tagline_de="a\tb"))

    assert '<p class="quiet">Stiefel, die halten</p>' in Client().get("/de/").content.decode()
    assert "Fernway SARL<br>0815" in Client().get("/fr/").content.decode()
    assert "Fernway Ltd<br>Company 0815" in Client().get("/de/").content.decode()
    assert 'value="Stiefel, die halten"' in client.get(PAGE).content.decode()
    assert "Holds a control character" in str(refused.context["form"].errors["tagline_de"])


def test_logo_is_stored_shown_kept_and_removed(client):
    sign_in(client, "brand.change_brand")
    picture = photo(width=800, height=200, kind="PNG")

    client.post(PAGE, form(logo=SimpleUploadedFile("logo.png", picture, "image/png")))
    logo = brand.get_brand().logo
    assert (logo.width, logo.height) == (800, 200)
    assert Client().get(logo.url).headers["Content-Type"] == "image/webp"
    assert f'src="{logo.url}"' in Client().get("/").content.decode()

    client.post(PAGE, form(tagline="other words"))
    assert brand.get_brand().logo == logo

    client.post(PAGE, form(remove_logo="on"))
    assert brand.get_brand().logo is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on_colour": "#8a2f2f"}, "has a contrast of"),
        ({"sender_address": "orders"}, "is no e-mail address"),
        ({"name": ""}, "This field is required"),
        ({"logo": SimpleUploadedFile("logo.png", b"no picture")}, "picture"),
        ({"logo": SimpleUploadedFile("logo.png", photo(width=40, height=40, kind="PNG"))}, "64 pixels or more"),
        ({"logo": SimpleUploadedFile("logo.png", b"x" * 2_000_001)}, "send at most 2,000,000"),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_settled(client, changes, words):
    sign_in(client, "brand.change_brand")

    told = client.post(PAGE, form(**changes))

    assert words in told.content.decode()
    assert not brand.is_settled()


def test_page_is_refused_to_staff_without_the_right(client):
    sign_in(client, "orders.view_order")

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, form()).status_code == 403
    assert not brand.is_settled()


def test_opening_page_of_staff_bears_the_name(client):
    settle(name="Fernway")
    sign_in(client)

    assert client.get(reverse("admin:index")).context["title"] == "Today at Fernway"
