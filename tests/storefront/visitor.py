"""A browser without JavaScript: keeps cookies, reads the forms of a page and sends them as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client

from apps.catalog import api as catalog
from apps.messaging.testing import deliver_all
from tests.checkout.shopping import make_variant

PERSON = {
    "email": "ada@example.com", "first_name": "Ada", "last_name": "Löwe", "line1": "Invalidenstraße 117", "postal_code": "10115",
    "city": "Berlin", "country": "DE",
}  # fmt: skip


@dataclass
class Form:
    """What a browser would send: fields as filled in; `buttons` are the names and values of those that send it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._by_id: dict[str, Form] = {}
        self._elsewhere: list[tuple[str, tuple[str, str]]] = []  # buttons outside the form they name

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append(Form(action=given.get("action", ""), method=given.get("method", "get")))
            self._by_id[given.get("id", "")] = self.forms[-1]
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "button" and "form" in given:
            self._elsewhere.append((given["form"], (given.get("name", ""), given.get("value", ""))))
        elif self.forms and tag in ("input", "button", "option"):
            self._take(tag, given)

    def close(self) -> None:
        super().close()
        for form, button in self._elsewhere:
            self._by_id[form].buttons.append(button)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        form, name, value = self.forms[-1], given.get("name", ""), given.get("value", "")
        if tag == "button":
            form.buttons += [(name, value)] if "disabled" not in given else []
        elif tag == "option":
            if "selected" in given:
                form.fields[self._select] = value
        elif (
            name and "disabled" not in given and (given.get("type") not in ("radio", "checkbox") or "checked" in given)
        ):
            form.fields[name] = value


class Page:
    """An answer with its forms."""

    def __init__(self, response: Any, path: str) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.cookies = response.cookies
        self.path = path
        self.text: str = response.content.decode()
        parser = _Forms()
        parser.feed(self.text)
        parser.close()
        self.forms = parser.forms

    def form(self, action: str) -> Form:
        """Return the form that posts to `action` (its beginning)."""
        found = [form for form in self.forms if form.method == "post" and (form.action or self.path).startswith(action)]
        assert found, f"no form for {action} in {self.text}"
        return found[0]


class Visitor:
    """One browser; CSRF is checked."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def get(self, path: str) -> Page:
        return self._follow(self.client.get(path), path)

    def post(self, path: str, fields: dict[str, str]) -> Page:
        return self._follow(self.client.post(path, fields), path)

    def send(self, form: Form, *, button: str = "", at: str = "", **changes: str) -> Page:
        """Send a form with a button, its fields changed; `at` is the page's path, for a form that names no action."""
        pressed = {name: value for name, value in form.buttons if name == button and name}
        return self.post(form.action or at, {**form.fields, **pressed, **changes})

    def _follow(self, response: Any, path: str) -> Page:
        """Follow redirects inside the shop; one that leads away is the answer."""
        while response.status_code in (301, 302, 303):
            to = urljoin(path, response.headers["Location"])
            if urlsplit(to).netloc:
                return Page(response, path)
            path = urlsplit(to).path
            response = self.client.get(to)
        return Page(response, path)

    def add(self, slug: str, quantity: int = 1) -> Page:
        """Put a product into the bag through its page."""
        page = self.get(f"/products/{slug}/")
        return self.send(page.form("/cart/add/"), quantity=str(quantity))

    def check_out(self, **changes: str) -> Page:
        """Fill in the address; returns the page that offers delivery and payment."""
        page = self.get("/checkout/")
        return self.send(page.form("/checkout/"), button="save", **{**PERSON, **changes})


def make_listed(*, price: str = "20.00", stock: int = 10, **changes: Any) -> tuple[Any, str]:
    """Return a variant for sale and the slug of its page."""
    variant_id = make_variant(price=price, stock=stock, **changes)
    deliver_all()
    sellable = catalog.get_variants(ids=[variant_id], currency="EUR")[variant_id]
    return variant_id, sellable.product_slug
