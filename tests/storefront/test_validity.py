"""Every page and mail is HTML as its standard has it: nothing that a parser must mend, no id twice, nothing that points at nothing."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from tinyhtml5.parser import HTMLParser

from apps.catalog import api as catalog
from apps.messaging.testing import deliver_all
from apps.notifications import api as notifications
from apps.notifications.contracts import MailKind
from tests.catalog.shop import make_simple
from tests.content.writing import write_collection, write_home, write_page
from tests.storefront.test_account_and_order import guest_order
from tests.storefront.test_account_pages import ADDRESS, make_customer, post_own_form
from tests.storefront.test_browsing import make_coloured
from tests.storefront.test_checkout import order, ready
from tests.storefront.visitor import Visitor, make_listed

pytestmark = pytest.mark.django_db
# These hold ids of other elements.
_REFERENCES = ("for", "form", "list", "aria-controls", "aria-describedby", "aria-labelledby", "popovertarget")
_TAKES_CLICKS = {"a", "button", "input", "select", "summary", "textarea"}


def faults(html: str, *, fragment: bool = False) -> list[str]:
    """Return what is wrong with a page, or with a part of one."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse_fragment(html) if fragment else parser.parse(html)
    lines = html.splitlines()
    mended = [f"{lines[line - 1].strip()[:150]}: {code} {about}" for (line, _), code, about in parser.errors]
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    dangling = [
        f"{name}={target} points at nothing"
        for element in tree.iter()
        for name in _REFERENCES
        for target in (element.get(name) or "").split()
        if target not in ids
    ]
    return (
        mended
        + [f"id {name} stands {count} times" for name, count in ids.items() if count > 1]
        + dangling
        + _nested(tree)
    )


def _nested(tree: Element) -> list[str]:
    """Return what takes clicks inside of what takes them itself."""
    return [
        f"<{inner.tag}> in <{outer.tag}>"
        for outer in tree.iter()
        if outer.tag in ("a", "button")
        for inner in outer.iter()
        if inner is not outer and inner.tag in _TAKES_CLICKS
    ]


def check(pages: dict[str, str], **options: bool) -> None:
    assert pages
    assert {name: found for name, html in pages.items() if (found := faults(html, **options))} == {}


@pytest.mark.parametrize(
    "body",
    ["<p><div>x</div></p>", "<b><i>x</b></i>", '<a href="/" href="/">x</a>', "<ul><li>x</ul></li>", '<i id="a"></i><i id="a"></i>',
     '<label for="nobody">x</label>', "<a href='/'><button>x</button></a>", "a & b &nosuch;", "<table><div>x</div></table>"],
)  # fmt: skip
def test_what_is_wrong_is_found(body):
    assert faults(f"<!doctype html><html><head><title>x</title></head><body>{body}</body></html>")


def test_catalogue_pages():
    catalog.ensure_categories(paths=[["Clothing", "Jackets"]])
    coloured = make_coloured()
    _, few = make_listed(stock=2, categories=("clothing/jackets",), attributes={"Care": "<b>30°</b>"})
    _, sold_out = make_listed(stock=0)
    for number in range(30):
        make_simple(f"Shirt {number}", tags=("rain ready",))
    deliver_all()
    write_home(title="A & B", story="<b>", promise_1="30 days", promise_2_text="x")
    write_collection()
    write_page(
        texts={"en": {"title": "Returns", "text": "### <b>\n\n|A|B|\n|-|-:|\n|1|2|\n\n- [a](/)\n\n> b\n\n```\nc\n```"}}
    )
    visitor = Visitor()
    paths = (
        "/", "/products/", "/products/?sort=price&option.Size=S&min_price=5&in_stock=1", "/products/?option.Size=nowhere",
        "/products/?min_price=cheap", "/categories/clothing/", "/categories/clothing/jackets/", "/search/?q=jacket",
        '/search/?q="><b>', "/search/?q=qqqqqqqq", f"/products/{coloured.slug}/", f"/products/{coloured.slug}/?Colour=Moss&Size=M",
        f"/products/{few}/", f"/products/{sold_out}/", "/offline/", "/nowhere/", "/back-in-stock/stop/",
        "/collections/rain-ready/", "/pages/returns/",
    )  # fmt: skip

    check({f"{root}{path}": visitor.get(f"{root}{path}").text for path in paths for root in ("", "/de")})
    check({q: visitor.get(f"/search/suggestions/?q={q}").text for q in ("jacket", "qqqqqqq")}, fragment=True)


def test_product_that_is_sold_in_another_currency_only(settings):
    settings.CURRENCIES = ["EUR", "USD"]
    product = make_simple("Lamp", price="20.00", currency="USD")
    make_listed()
    deliver_all()

    page = Visitor().get(f"/products/{product.slug}/")

    assert "not sold in EUR" in page.text
    check({"elsewhere": page.text})


def test_bag_checkout_and_order(sandbox):
    visitor, checkout, _ = ready()
    pages = {"empty bag": Visitor().get("/cart/").text, "bag": visitor.get("/cart/").text, "checkout": checkout.text}
    pages["faults"] = order(visitor, checkout, email="nobody").text
    pages["placed"] = order(visitor, checkout, provider="manual").text

    assert 'id="order"' in pages["placed"]
    check(pages)
    check({code: visitor.get(f"/address-fields/{code}/").text for code in ("DE", "US", "JP")}, fragment=True)


def test_account_pages():
    visitor, _ = make_customer()
    pages = {path: Visitor().get(path).text for path in ("/account/sign-in/", "/account/sign-up/")}
    pages["address faults"] = post_own_form(visitor, "/account/addresses/new/", **{**ADDRESS, "line1": ""}).text
    post_own_form(visitor, "/account/addresses/new/", **ADDRESS)
    names = ("orders", "addresses", "addresses/new", "details", "security")
    pages |= {name: visitor.get(f"/account/{name}/").text for name in names}

    check(pages)


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "refused.html"])
def test_pages_of_what_went_wrong(template):
    context = {"request_id": "abc", "status": 400, "detail": "No < such & thing."}

    check({template: render_to_string(template, context, request=RequestFactory().get("/"))})


def test_mails(sandbox):
    _, summary = guest_order()
    mails = {kind.value: notifications.preview_mail(kind=kind, order_id=summary.id, language="de") for kind in MailKind}
    mails["stock"] = notifications.preview_stock_notice(language="fr")

    check({kind: mail.html for kind, mail in mails.items()})
