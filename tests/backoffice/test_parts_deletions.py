"""Ticked boxes beside the parts of a form: saving asks first, in words, and deletes or keeps as the answer says."""

import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse

from apps.catalog import api as catalog
from tests.catalog.shop import form_of, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    client.force_login(get_user_model().objects.create_superuser("owner@example.com"))
    return client


def sent_by(page, button):
    """Return what the form with this button on it sends."""
    [form] = [found for found in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in found]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form))
    fields = {name: unescape(value) for name, value in fields.items()}
    return fields | dict(re.findall(r'<button [^>]*name="([^"]*)" value="([^"]*)"', form))


@pytest.fixture
def asked(owner):
    """A product, the address of its form, and the page that a ticked option and variant lead to."""
    product = make_product()
    address = reverse("admin:catalog_product_change", args=[product.id])
    fields = form_of(owner.get(address)) | {
        "title": "Storm jacket",
        "options-0-DELETE": "on",
        "variants-0-DELETE": "on",
    }
    return product, address, owner.post(address, fields).content.decode()


def test_saving_with_a_ticked_box_says_what_goes_and_what_follows_and_saves_nothing_yet(asked):
    product, _, page = asked

    assert "Save, and delete 1 option and 1 variant for good</button>" in page
    assert f"<li>{product.variants[0].sku}" in page
    assert "not even from a bag that holds it already" in page
    assert "<dt>Prices</dt>" in page
    assert catalog.get_product(product_id=product.id) == product


def test_its_first_button_saves_and_deletes(owner, asked):
    product, address, page = asked

    answer = owner.post(address, sent_by(page, "for good"))

    saved = catalog.get_product(product_id=product.id)
    assert answer.status_code == 302
    assert saved.title == "Storm jacket"
    assert [each.id for each in saved.variants] == [each.id for each in product.variants[1:]]
    assert len(saved.options) == len(product.options) - 1


def test_its_second_button_saves_and_keeps(owner, asked):
    product, address, page = asked

    answer = owner.post(address, sent_by(page, "keep them"))

    saved = catalog.get_product(product_id=product.id)
    assert answer.status_code == 302
    assert saved.title == "Storm jacket"
    assert [each.id for each in saved.variants] == [each.id for each in product.variants]


def test_every_form_with_boxes_asks_and_says_of_each_part_what_follows(rf):
    request = rf.get("/")
    request.user = get_user_model().objects.create_superuser("owner@example.com")
    parts = [
        (made, inline)
        for made in admin.site._registry.values()
        for inline in made.get_inline_instances(request)
        if inline.can_delete and inline.has_delete_permission(request)
    ]

    assert {type(made).__mro__[1].__name__ for made, _ in parts} == {"AsksBeforeDeletingParts"}
    assert len(parts) >= 8
    assert all(len(inline.deletion_consequences) > 50 for _, inline in parts)
