"""What staff may delete: the page counts what goes, tells what follows, and its button names it; where it cannot be there is none."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from apps.catalog import api as catalog
from apps.messaging.models import OutboxMessage
from tests.catalog.shop import make_product

pytestmark = pytest.mark.django_db
DELETABLE = {
    "auth.group",
    "catalog.category",
    "catalog.product",
    "pricing.taxzone",
    "shipping.shippingmethod",
    "shipping.shippingzone",
}


@pytest.fixture
def owner(client):
    client.force_login(get_user_model().objects.create_superuser("owner@example.com"))
    return client


def test_only_what_nothing_else_needs_for_ever_can_be_deleted_and_each_says_what_follows(owner, rf):
    request = rf.get("/")
    request.user = get_user_model().objects.get()

    found = {
        model._meta.label_lower: made.deletion_consequences
        for model, made in admin.site._registry.items()
        if made.has_delete_permission(request)
    }

    assert found.keys() == DELETABLE
    assert all(len(told) > 60 for told in found.values())


def test_page_counts_what_goes_along_and_its_button_names_the_thing(owner):
    product = make_product()

    page = owner.get(reverse("admin:catalog_product_delete", args=[product.id])).content.decode()

    assert f"Delete product {product.title} for good</button>" in page
    assert "Orders that were placed keep their own copy" in page
    assert f"<dt>Variants</dt><dd>{len(product.variants)}</dd>" in page
    assert f'href="{reverse("admin:catalog_product_change", args=[product.id])}">Keep it</a>' in page


def test_several_are_deleted_by_a_button_that_counts_them(owner):
    chosen = [make_product().id, make_product().id]
    listing = reverse("admin:catalog_product_changelist")
    body = {"action": "delete_selected", "_selected_action": [str(each) for each in chosen]}

    page = owner.post(listing, body).content.decode()
    kept = {product.id for product in catalog.list_products()}
    owner.post(listing, {**body, "post": "yes"})

    assert "Delete 2 products for good</button>" in page
    assert kept >= set(chosen)
    assert not {product.id for product in catalog.list_products()} & set(chosen)


def test_several_go_with_their_announcements_or_not_at_all(owner, monkeypatch):
    chosen = [make_product().id, make_product().id]
    body = {"action": "delete_selected", "_selected_action": [str(each) for each in chosen], "post": "yes"}
    announced = OutboxMessage.objects.count()

    def fail(self, request, queryset):
        raise RuntimeError("the connection is gone")

    monkeypatch.setattr(admin.ModelAdmin, "delete_queryset", fail)
    with pytest.raises(RuntimeError):
        owner.post(reverse("admin:catalog_product_changelist"), body)

    assert OutboxMessage.objects.count() == announced
    assert {product.id for product in catalog.list_products()} >= set(chosen)


def test_several_categories_go_children_first(owner):
    parent = catalog.save_category(name="Clothes", slug="clothes", parent_id=None)
    child = catalog.save_category(name="Jackets", slug="jackets", parent_id=parent.id)
    other = catalog.save_category(name="Camp", slug="camp", parent_id=None)
    listing = reverse("admin:catalog_category_changelist")

    owner.post(
        listing, {"action": "delete_selected", "_selected_action": [str(child.id), str(other.id)], "post": "yes"}
    )

    assert [category.id for category in catalog.list_categories()] == [parent.id]


def test_what_something_still_needs_has_no_button(owner):
    parent = catalog.save_category(name="Clothes", slug="clothes", parent_id=None)
    catalog.save_category(name="Jackets", slug="jackets", parent_id=parent.id)

    page = owner.get(reverse("admin:catalog_category_delete", args=[parent.id])).content.decode()

    assert "cannot be deleted" in page
    assert "jackets" in page.lower()
    assert "for good</button>" not in page


def test_role_is_deleted_from_its_page(owner):
    address = reverse("admin:auth_group_delete", args=[Group.objects.create(name="Night watch").pk])

    assert "Night watch for good</button>" in owner.get(address).content.decode()
    assert owner.post(address, {"post": "yes"}).status_code == 302
    assert not Group.objects.exists()
