"""The language of a request: of a page by its path, of REST by Accept-Language; none stays behind."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import get_language, override

from apps.web.languages import LanguageMiddleware, prefix_of


def spoken(path, **headers):
    heard = []

    def view(request):
        heard.append(get_language())
        return HttpResponse()

    with override("fr"):
        LanguageMiddleware(view)(RequestFactory().get(path, headers=headers))
        assert get_language() == "fr"
    return heard[0]


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/", "en"),
        ("/de/", "de"),
        ("/de/products/x/", "de"),
        ("/fr/cart/", "fr"),
        ("/xx/", "en"),
        ("/depot/", "en"),
        ("/admin/", "en"),
    ],
)
def test_page_speaks_the_language_of_its_path_whatever_the_browser_wants(path, language):
    assert spoken(path, **{"Accept-Language": "fr"}) == language


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("de", "de"), ("de-AT,de;q=0.9", "de"), ("pl,fr;q=0.5", "fr"), ("pl", "en"), ("", "en"), ("\x01;q=", "en")],
)
def test_rest_speaks_what_its_caller_wants_as_far_as_it_can(wanted, language):
    assert spoken("/api/v1/orders", **{"Accept-Language": wanted}) == language


def test_paths_of_the_shops_own_language_have_no_prefix():
    assert (prefix_of("en"), prefix_of("de")) == ("", "/de")
