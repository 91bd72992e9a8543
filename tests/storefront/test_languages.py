"""The shop in its other languages: pages, links and forms stay in the one they began in."""

import re

import pytest

from tests.storefront.visitor import Visitor, make_listed

pytestmark = pytest.mark.django_db
# What stays where it is: files, the API, other languages of the same page.
_SHARED = re.compile(r"/(static|media|api|manifest\.webmanifest)")


def links(page):
    return re.findall(r'<(?:a|form)\b[^>]*\b(?:href|action)="(/[^"]*)"(?![^>]*hreflang)', page.text)


@pytest.mark.parametrize(("code", "words"), [("de", "Zum Inhalt springen"), ("fr", "Aller au contenu")])
def test_page_of_a_language_speaks_it_and_leads_to_pages_in_it(code, words):
    _, slug = make_listed()
    visitor = Visitor()

    for path in ("/", "/products/", f"/products/{slug}/", "/cart/", "/account/sign-in/", "/search/?q=nothing"):
        page = visitor.get(f"/{code}{path}")
        assert page.status == 200
        assert f'<html lang="{code}" dir="ltr">' in page.text
        assert words in page.text
        assert {link for link in links(page) if not link.startswith(f"/{code}/") and not _SHARED.match(link)} == set()


def test_every_language_of_a_page_is_named_in_its_head_and_offered_at_its_foot(settings):
    page = Visitor().get("/de/products/?sort=price")

    for code, path in (("en", "/products/"), ("de", "/de/products/"), ("fr", "/fr/products/")):
        assert f'<link rel="alternate" hreflang="{code}" href="{settings.STOREFRONT_URL}{path}">' in page.text
        assert f'<a href="{path}" lang="{code}" hreflang="{code}"' in page.text


def test_forms_go_on_in_the_language_they_are_in():
    _, slug = make_listed()
    visitor = Visitor()

    page = visitor.get(f"/de/products/{slug}/")
    bag = visitor.send(page.form("/de/cart/add/"))

    assert bag.path == "/de/cart/"
    assert '<html lang="de"' in bag.text


def test_unknown_pages_of_a_language_end_in_it():
    page = Visitor().get("/fr/nowhere/")

    assert page.status == 404
    assert "Ce chemin" in page.text


def test_language_from_right_to_left_turns_the_page(settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "العربية")]

    assert '<html lang="ar" dir="rtl">' in Visitor().get("/ar/").text


def test_german_says_what_is_wrong_and_where_things_lie_as_shops_do():
    visitor = Visitor()
    form = visitor.get("/de/account/sign-up/").form("/de/account/sign-up/")

    page = visitor.send(form, at="/de/account/sign-up/", email="ada@nowhere", password="12345678")

    assert "Bitte prüfen Sie diese Angaben" in page.text
    assert "„ada@nowhere“ ist keine E-Mail-Adresse" in page.text
    assert "Dieses Passwort ist zu leicht zu erraten." in page.text
    assert "Ihr Warenkorb ist leer." in visitor.get("/de/cart/").text
