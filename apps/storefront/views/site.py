"""What browsers and search engines ask of a site besides its pages: manifest, worker, offline page, robots, icon, parts of forms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from apps.addressing import api as addressing
from apps.brand import api as brand
from apps.content import api as content
from apps.search import api as search
from apps.storefront import address_form
from apps.storefront.context import page_links
from apps.web.languages import active_language, other_languages, path_in, prefix_of

_HOUR, _DAY, _YEAR = 3600, 86_400, 31_536_000
# The protocol allows 50,000 addresses and 50 MB a file (https://www.sitemaps.org/protocol.html); each names all of its languages.
_PER_SITEMAP = 20_000
# As many as an index may list: https://www.sitemaps.org/protocol.html#index.
_MOST_SITEMAPS = 50_000
# Somebody's own, or endless; in every language.
_OWN_PLACES = ("/account/", "/cart/", "/checkout/", "/orders/", "/search/")
_SHELL = ("shop.css", "shop.js", "product.js", "listing.js", "icon.svg", "fonts/instrument-sans-latin.woff2")


def _kept(response: HttpResponse, seconds: int) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=seconds)
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    icons: list[dict[str, Any]] = [
        {"src": static("storefront/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *({"src": static(f"storefront/icon-{n}.png"), "sizes": f"{n}x{n}", "type": "image/png"} for n in (192, 512)),
        {"src": static("storefront/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]  # fmt: skip
    shown = brand.get_brand()
    data = {
        "id": "/",
        "name": shown.name,
        "short_name": shown.name[:12],
        "start_url": f"{prefix_of(active_language())}/",
        "lang": active_language(),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f4ee",
        "theme_color": shown.light.accent,
        "icons": icons,
    }
    return _kept(JsonResponse(data, content_type="application/manifest+json"), _DAY)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker's script; it changes whenever one of the files it keeps does, and so replaces itself."""
    shell = [static(f"storefront/{name}") for name in _SHELL]
    shown = brand.get_brand()
    if shown.stylesheet:
        shell.append(reverse("storefront:brand-css", args=[shown.stylesheet_hash]))
    roots = [prefix_of(language) for language in other_languages()]
    context = {"shell": [*(f"{root}/offline/" for root in ("", *roots)), *shell], "roots": roots}
    response = render(request, "storefront/sw.js", context, content_type="text/javascript")
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def brand_css(request: HttpRequest, digest: str) -> HttpResponse:
    """Answer the brand's colours; only under the hash of what they are now may anybody keep them."""
    shown = brand.get_brand()
    response = HttpResponse(shown.stylesheet, content_type="text/css")
    if digest == shown.stylesheet_hash:
        patch_cache_control(response, public=True, max_age=_YEAR, immutable=True)
    else:
        patch_cache_control(response, no_store=True)
    return response


@require_safe
def address_fields(request: HttpRequest, country: str) -> HttpResponse:
    """Answer the empty fields of a country's addresses, for the script that draws them in place of another's."""
    try:
        addressing.get_address_format(country=country)
    except addressing.UnknownCountry as error:
        raise Http404 from error
    form = address_form.draw({"country": country}, faults={}, country=country)
    return _kept(render(request, "storefront/address_rows.html", {"address": form}), _HOUR)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Answer the page for no network: the same for everybody, so without a bag and a choice of currency."""
    frame = {"categories": search.category_tree(language=active_language()), "links": page_links()}
    return _kept(render(request, "storefront/offline.html", frame), _HOUR)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    own = [path_in(code, path) for path in _OWN_PLACES for code, _ in settings.LANGUAGES]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/admin/", "/api/", *own)),
        f"Sitemap: {settings.STOREFRONT_URL}/sitemap.xml",
    ]
    return _kept(HttpResponse("\n".join(lines) + "\n", content_type="text/plain"), _DAY)


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    query = search.ListingQuery(currency=settings.DEFAULT_CURRENCY, limit=1, count=True)
    count = search.list_products(query=query).count or 0
    context = {"origin": settings.STOREFRONT_URL, "numbers": range(1 + -(-count // _per_sitemap()))}
    return _kept(render(request, "storefront/sitemap_index.xml", context, content_type="application/xml"), _HOUR)


@require_safe
def sitemap(request: HttpRequest, number: int) -> HttpResponse:
    """Answer one part: the home page and other lists are number 0, products follow. Each page stands there once for each language.

    Every one of them names all, as search engines ask for: https://developers.google.com/search/docs/specialty/international/localized-versions.
    """
    if number >= _MOST_SITEMAPS:
        raise Http404
    places: list[tuple[str, Any]]
    if number:
        found = search.list_product_addresses(
            currency=settings.DEFAULT_CURRENCY, offset=(number - 1) * _per_sitemap(), limit=_per_sitemap()
        )
        places = [(f"/products/{each.slug}/", each.updated_at) for each in found]
    else:
        places = [
            ("/", None),
            ("/products/", None),
            *((f"/categories/{path}/", None) for path in _paths()),
            *((f"/collections/{slug}/", None) for slug in _collections()),
            *(
                (f"/pages/{link.slug}/", link.changed_at)
                for link in content.list_page_links(language=active_language())
            ),
        ]
    if not places:
        raise Http404
    codes = [code for code, _ in settings.LANGUAGES]
    spoken = [
        ([(code, path_in(code, path)) for code in codes], path_in(settings.LANGUAGE_CODE, path), changed)
        for path, changed in places
    ]
    context = {"origin": settings.STOREFRONT_URL, "places": spoken}
    return _kept(render(request, "storefront/sitemap.xml", context, content_type="application/xml"), _HOUR)


def _per_sitemap() -> int:
    return _PER_SITEMAP // len(settings.LANGUAGES)


def _paths() -> list[str]:
    left, paths = search.category_tree(), []
    while left:
        node = left.pop(0)
        paths.append(node["path"])
        left.extend(node["children"])
    return paths


def _collections() -> list[str]:
    """Return the addresses of the collections that there is anything in."""
    told = content.list_collections(language=settings.LANGUAGE_CODE)
    filled = search.list_tagged(tags=[each.tag for each in told], currency=settings.DEFAULT_CURRENCY, limit=1)
    return [each.slug for each in told if filled[each.tag]]


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return _kept(redirect(static("storefront/favicon.ico")), _DAY)
