"""Browsing: home, listings, search, product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts import api as accounts
from apps.brand import api as brand
from apps.catalog.contracts import SEO_ATTRIBUTES
from apps.content import api as content
from apps.inventory import api as inventory
from apps.kernel.errors import Invalid
from apps.notifications import api as notifications
from apps.search import api as search
from apps.storefront import currencies, filters, forms, structured
from apps.storefront.context import page
from apps.storefront.limited import limit_posts
from apps.storefront.picker import make_picker, pictures_of, shown_values
from apps.storefront.promises import promise_for
from apps.web.authentication import caller_of
from apps.web.languages import active_language

_NEWEST = 8
# Asked for first, in this order; what else a product tells comes after, by name.
_FIRST_FACTS = ("Material", "Fit", "Size guide", "Care")
_SUGGESTED = 6
_ROW = 4
# Collections after these are found by their addresses only.
_MOST_ROWS = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    tree, currency = search.category_tree(language=active_language()), currencies.seen_by(request)
    cards = _cards(currency, limit=_NEWEST)
    shown = [card["id"] for card in cards]
    rows = list(_rows(currency, shown))
    covers = search.list_category_covers(
        currency=currency, language=active_language(), besides=[UUID(card_id) for card_id in shown]
    )
    context = {
        "categories": tree,
        "home": content.get_home(language=active_language()),
        "cards": cards,
        "ways": [(node, covers.get(node["path"])) for node in tree],
        "structured": [structured.site(name=brand.get_brand().name, origin=settings.STOREFRONT_URL)],
        "rows": rows,
    }
    return page(request, "home.html", context)


def _rows(currency: str, shown: list[str]) -> Iterator[tuple[content.ShownCollection, list[dict[str, Any]]]]:
    """Yield the collections that fill a row with what is not `shown` yet, and add that to it. One statement, whatever their number."""
    told = [each for each in content.list_collections(language=active_language()) if each.is_on_home][:_MOST_ROWS]
    found = search.list_tagged(
        tags=[each.tag for each in told],
        currency=currency,
        language=active_language(),
        besides=[UUID(card_id) for card_id in shown],
        in_stock=True,
        # What the collections before it may take, and its own.
        limit=_ROW * max(len(told), 1),
    )
    for each in told:
        others = [card for card in found[each.tag] if card["id"] not in shown][:_ROW]
        if len(others) == _ROW:
            shown += [card["id"] for card in others]
            yield each, others


def _cards(currency: str, *, limit: int) -> list[dict[str, Any]]:
    query = search.ListingQuery(currency=currency, in_stock=True, limit=limit, language=active_language())
    cards: list[dict[str, Any]] = orjson.loads(search.list_products(query=query).results)
    return cards


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer what is typed into the search field with a fragment of HTML: the first products that match."""
    words = request.GET.get("q", "").strip()[:100]
    query = search.ListingQuery(
        currency=currencies.seen_by(request), q=words, limit=_SUGGESTED, language=active_language()
    )
    cards = orjson.loads(search.list_products(query=query).results) if words else []
    response = render(request, "storefront/suggestions.html", {"cards": cards, "q": words})
    patch_vary_headers(response, ["Cookie"])
    patch_cache_control(response, private=True, max_age=60)
    return response


@require_safe
def listing(request: HttpRequest, category: str = "") -> HttpResponse:
    tree = search.category_tree(language=active_language())
    trail = filters.find_category(tree, category)
    if category and not trail:
        raise Http404
    described = [structured.category(trail, origin=settings.STOREFRONT_URL)] if trail else []
    context = {"categories": tree, "category": category, "trail": trail, "structured": described}
    context["inner"] = trail[-1]["children"] if trail else []
    words = request.GET.get("q", "").strip()
    name = trail[-1]["name"] if trail else _("All products")
    heading = _("Results for “%(q)s”") % {"q": words} if words else name
    return _list(request, {**context, "heading": heading}, category=category)


@require_safe
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """List the products of a collection below its story."""
    told = content.list_collections(language=active_language())
    found = next((each for each in told if each.slug == slug), None)
    if found is None:
        raise Http404
    steps = [(found.title, f"/collections/{found.slug}/")]
    described = [structured.way(steps, origin=settings.STOREFRONT_URL)]
    context = {"collection": found, "heading": found.title, "structured": described}
    return _list(request, context, tag=found.tag)


def _list(request: HttpRequest, context: dict[str, Any], *, category: str = "", tag: str = "") -> HttpResponse:
    """Answer with what the address asks for of a category or a tag, or with what is wrong in it."""
    context |= {"given": request.GET}
    currency = currencies.seen_by(request)
    try:
        query = filters.read_query(request.GET, category=category, tag=tag, currency=currency)
        found = search.browse(query=query)
    except Invalid as error:
        detail = "; ".join(fault.detail for fault in error.fields) or error.detail
        return page(request, "listing.html", {**context, "fault": detail}, status=400)
    if tag and not (found.count or request.GET):
        raise Http404
    return page(request, "listing.html", {**context, **_listing(request, found, currency=currency)})


def _listing(request: HttpRequest, found: Any, *, currency: str) -> dict[str, Any]:
    given = request.GET
    return {
        "found": found,
        "sorts": filters.sort_links(given),
        "facets": filters.option_facets(found.options, given),
        "active": list(filters.active_filters(given, found.options, currency=currency)),
        "prices_in": currencies.describe(currency),
        "everywhere": filters.with_changes(given) if request.GET else "",
        "canonical": f"{settings.STOREFRONT_URL}{request.path}" if not given else "",
        "next": filters.with_changes(given, cursor=found.next_cursor) if found.next_cursor else "",
        "previous": filters.with_changes(given, cursor=found.previous_cursor) if found.previous_cursor else "",
    }


def _facts(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    attributes, read = detail["attributes"], detail.get("attribute_names", {})
    rest = sorted(attributes.keys() - {*_FIRST_FACTS, *SEO_ATTRIBUTES})
    return [(read.get(name, name), attributes[name]) for name in (*_FIRST_FACTS, *rest) if attributes.get(name)]


@limit_posts("notices")
@require_http_methods(["GET", "HEAD", "POST"])
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a product; a POST asks to be told when what is sold out is back."""
    faults = _ask_for_notice(request) if request.method == "POST" else {}
    if request.method == "POST" and not faults:
        messages.success(request, _("Thank you. We will write to you once, when it is back."))
        return redirect(f"{request.get_full_path()}#notify")
    try:
        document = search.get_product_document(
            id_or_slug=slug, currency=currencies.seen_by(request), language=active_language()
        )
    except search.DocumentNotFound as error:
        return _sold_elsewhere(request, slug, error)
    detail = orjson.loads(document)
    live = inventory.get_availability(variant_ids=[UUID(variant["id"]) for variant in detail["variants"]])
    stock = {str(variant_id): found for variant_id, found in live.items()}
    picker = make_picker(product=detail, asked=request.GET.dict(), stock=stock)
    shown = picker.chosen or picker.missed or (picker.offers[0].variant if picker.offers else detail)
    tree = search.category_tree(language=active_language())
    path = max((each["path"] for each in detail["categories"]), key=len, default="")
    trail = filters.find_category(tree, path)
    context = {
        "categories": tree,
        "trail": trail,
        "product": detail,
        "picker": picker,
        "shown": shown,
        "pictures": pictures_of(product=detail, variant=shown),
        "facts": _facts(detail),
        **{name: detail["attributes"].get(name, "") for name in SEO_ATTRIBUTES},
        "promise": promise_for(price=shown["price"]),
        "structured": structured.product(detail, stock=stock, origin=settings.STOREFRONT_URL, trail=trail),
        "missed": _values(detail, picker.missed) if picker.missed else {},
        "missed_words": _words(detail, picker.missed) if picker.missed else (),
        "email": request.POST.get("email", "")[:254] or (_own_address(request) if picker.missed else ""),
        "faults": faults,
    }
    return page(request, "product.html", context, status=400 if faults else 200)


def _sold_elsewhere(request: HttpRequest, slug: str, missing: search.DocumentNotFound) -> HttpResponse:
    """Show the currencies that a product is sold in, where that of the visitor is none of them."""
    asked = currencies.seen_by(request)
    found: dict[str, Any] = {}
    for code in (code for code in currencies.offered(request) if code != asked):
        with suppress(search.DocumentNotFound):
            document = search.get_product_document(id_or_slug=slug, currency=code, language=active_language())
            found[code] = orjson.loads(document)["title"]
    if not found:
        raise Http404 from missing
    context = {
        "title": next(iter(found.values())),
        "currency": asked,
        "sold_in": [currencies.describe(code) for code in found],
    }
    return page(request, "elsewhere.html", context, status=404)


def _values(detail: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, str]:
    """Return a variant's values in the order of the product's options."""
    return {option["name"]: variant["options"][option["name"]] for option in detail["options"]}


def _words(detail: Mapping[str, Any], variant: Mapping[str, Any]) -> list[str]:
    """Return what these values read."""
    return [shown_values(option)[variant["options"][option["name"]]] for option in detail["options"]]


def _ask_for_notice(request: HttpRequest) -> dict[str, str]:
    """Let the visitor wait for a variant; return what is wrong by field."""
    given = {"email": request.POST.get("email", "").replace("\x00", "")[:300]}
    try:
        notifications.ask_for_stock_notice(
            variant_id=UUID(request.POST.get("variant_id", "")),
            address=given["email"],
            language=active_language(),
        )
    except ValueError:
        return {"variant_id": _("Choose an option first.")}
    except Invalid as error:
        return forms.faults_by_field(error, given)
    return {}


def _own_address(request: HttpRequest) -> str:
    """Return the e-mail address of who is signed in."""
    customer_id = caller_of(request).customer_id
    return accounts.get_customer(customer_id=customer_id).email if customer_id else ""
