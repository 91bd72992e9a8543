"""Products as staff edit them: over REST and in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from apps.catalog import api as catalog
from apps.messaging.models import OutboxMessage
from apps.web.authentication import issue_access_token
from apps.web.testing import assert_queries
from tests.catalog.conftest import staff
from tests.catalog.shop import make_product, make_simple, product_input

pytestmark = pytest.mark.django_db

BODY = {
    "title": "Rain jacket",
    "slug": "rain-jacket",
    "status": "published",
    "description_html": "<p>Dry<script>alert(1)</script></p>",
    "options": [{"name": "Size", "values": ["S"]}],
    "variants": [{"options": {"Size": "S"}, "prices": {"EUR": {"amount": "84.90", "currency": "EUR"}}}],
    "attributes": {"Material": "Nylon"},
}


def test_product_is_created_read_replaced_changed_and_deleted(call):
    created = call("post", body=BODY)
    assert created.status_code == 201
    product = created.json()
    assert product["description_html"] == "<p>Dry</p>"
    assert product["variants"][0]["sku"] == "RAIN-JACKET-S"
    path = f"/{product['id']}"

    assert call("get", path).json() == product
    replaced = call("put", path, {**BODY, "title": "Storm jacket", "attributes": {}}).json()
    assert (replaced["title"], replaced["attributes"], replaced["version"]) == ("Storm jacket", {}, 2)
    assert replaced["variants"][0]["id"] == product["variants"][0]["id"]
    patched = call("patch", path, {"vendor": "Northfold"}).json()
    assert (patched["vendor"], patched["title"], patched["variants"]) == (
        "Northfold",
        "Storm jacket",
        replaced["variants"],
    )
    assert call("delete", path).status_code == 204
    assert call("get", path).status_code == 404


def test_unknown_tax_class_is_refused_by_name_with_those_there_are(call):
    (variant,) = BODY["variants"]

    answer = call("post", body={**BODY, "variants": [{**variant, "tax_class": "boks"}]})

    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["field"], fault["code"]) == ("variants.0.tax_class", "unknown_tax_class")
    assert fault["detail"] == "'boks' is no tax class of this shop; use one of standard, exempt, reduced."


def test_unknown_tax_class_is_refused_in_the_admin(client):
    (variant, *_) = make_simple("Lamp").variants
    client.force_login(get_user_model().objects.create_superuser("tax@example.com"))
    form = {"sku": variant.sku, "options": "{}", "weight_grams": 0, "position": 0, "tax_class": "boks"}
    form |= {"prices-TOTAL_FORMS": 0, "prices-INITIAL_FORMS": 0}

    answer = client.post(f"/admin/catalog/variant/{variant.id}/change/", form)

    assert list(answer.context["adminform"].form.errors) == ["tax_class"]
    assert catalog.get_product(product_id=variant.product_id).variants[0].tax_class == "standard"


@pytest.mark.parametrize("options", ['"M"', '["M"]', '{"Size": 4}'])
def test_options_that_are_no_texts_by_name_are_refused_in_the_admin(client, options):
    (variant, *_) = make_simple("Lamp").variants
    client.force_login(get_user_model().objects.create_superuser("options@example.com"))
    form = {"sku": variant.sku, "options": options, "weight_grams": 0, "position": 0, "tax_class": "standard"}
    form |= {"prices-TOTAL_FORMS": 0, "prices-INITIAL_FORMS": 0}

    answer = client.post(f"/admin/catalog/variant/{variant.id}/change/", form)

    assert answer.context["adminform"].form.errors == {
        "__all__": ['Options give each option of the product one value, such as {"Size": "M"}.']
    }
    assert client.get("/products/").status_code == 200


def test_what_is_read_can_be_sent_back_and_changes_nothing(call):
    product = make_product()
    body = call("get", f"/{product.id}").json()

    answer = call("put", f"/{product.id}", body)

    assert answer.json() == body
    assert answer["ETag"] == '"1"'


def test_stale_if_match_is_412(call):
    product = make_product()
    stale = {"If-Match": '"1"'}

    assert call("patch", f"/{product.id}", {"title": "A"}, **stale).status_code == 200
    assert call("patch", f"/{product.id}", {"title": "B"}, **stale).status_code == 412


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"status": "sold"}, "status"),
        ({"variants": [{"prices": {"EUR": {"amount": "x", "currency": "EUR"}}}]}, "variants.0.prices.EUR"),
        ({"variants": [{"prices": {"EUR": {"amount": "1.001", "currency": "EUR"}}}]}, "variants.0.prices.EUR"),
        (
            {"variants": [{"options": {"Size": "S"}, "prices": {"EUR": {"amount": "1000000000", "currency": "EUR"}}}]},
            "variants.0.prices",
        ),
        ({"variants": [{"options": {"Size": "XL"}}]}, "variants.0.options"),
        ({"variants": "many"}, "variants"),
        ({"images": [{}]}, "images.0.url"),
        ({"images": [{"url": "javascript:alert(1)"}]}, "images.0.url"),
        ({"title": "a\x00b"}, "title"),
    ],
)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_wrong_body_names_its_field(call, method, changes, field):
    product = call("post", body=BODY).json()

    answer = call(method, f"/{product['id']}", {**(BODY if method == "put" else {}), **changes})

    assert answer.status_code == 400
    assert field in [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "null", "{"])
@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_body_that_is_no_object_is_400(call, method, body):
    path = "" if method == "post" else f"/{make_product().id}"

    assert call(method, path, body).status_code == 400


@pytest.mark.slow
def test_list_shows_drafts_filters_and_costs_the_same_for_ten_and_a_hundred(call):
    for n in range(100):
        make_simple(f"Thing {n}")
    make_product(status=catalog.ProductStatus.DRAFT)

    assert len(call("get", "?status=draft").json()["results"]) == 1
    assert [p["title"] for p in call("get", "?q=thing 42").json()["results"]] == ["Thing 42"]
    assert call("get", "?status=sold").status_code == 400
    for limit in (10, 100):
        with assert_queries(at_most=4) as statements:
            assert len(call("get", f"?limit={limit}").json()["results"]) == limit
    assert sum("catalog_product" in sql for sql in statements) == 1


@pytest.mark.parametrize(
    ("user", "status"),
    [(None, 401), (lambda: staff(is_staff=False), 403), (lambda: staff("view_product"), 403)],
)
def test_only_staff_with_the_right_may_write(user, status):
    product = make_product()
    headers = {}
    if user:
        headers["Authorization"] = f"Bearer {issue_access_token(user_id=user().id, is_staff=True)}"

    for method, path in (("post", ""), ("put", f"/{product.id}"), ("delete", f"/{product.id}")):
        answer = getattr(Client(), method)(
            f"/api/v1/staff/products{path}", data=BODY, content_type="application/json", headers=headers
        )
        assert answer.status_code == status


@pytest.fixture
def admin():
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss@example.com", "x"))
    return client


def form_of(answer):
    """The admin's form as a browser would send it back."""
    form = answer.context["adminform"].form
    data = {name: value for name in form.fields if (value := form[name].value()) is not None}
    for formset in (inline.formset for inline in answer.context["inline_admin_formsets"]):
        for part in (formset.management_form, *formset.forms):
            data |= {part.add_prefix(n): v for n in part.fields if (v := part[n].value()) is not None}
    return {name: value for name, value in data.items() if value is not False}


def test_edit_in_the_admin_publishes_the_whole_product(admin):
    product = make_product()
    url = f"/admin/catalog/product/{product.id}/change/"
    data = form_of(admin.get(url)) | {"title": "Storm jacket", "tags": "rain", "attributes": "{}"}
    data["description_html"] = "<p>Dry<script>alert(1)</script></p>"
    catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, vendor="Other"))

    answer = admin.post(url, data)

    assert answer.status_code == 302, answer.context["errors"]
    changed = catalog.get_product(product_id=product.id)
    assert (changed.title, changed.description_html, changed.version) == ("Storm jacket", "<p>Dry</p>", 3)
    payload = OutboxMessage.objects.get(key=f"catalog:{product.id}", version=3).payload
    assert payload["product"]["title"] == "Storm jacket"


def test_price_edited_in_the_admin_publishes_the_product(admin):
    product = make_simple("Lamp")
    url = f"/admin/catalog/variant/{product.variants[0].id}/change/"
    data = form_of(admin.get(url)) | {"prices-0-price_amount": "12.50", "options": "{}"}

    answer = admin.post(url, data)

    assert answer.status_code == 302, answer.context["errors"]
    assert str(catalog.get_product(product_id=product.id).variants[0].prices["EUR"]) == "12.50 EUR"
    assert OutboxMessage.objects.filter(key=f"catalog:{product.id}", version=2).exists()


def test_product_deleted_in_the_admin_is_announced(admin):
    product = make_product()

    answer = admin.post(f"/admin/catalog/product/{product.id}/delete/", {"post": "yes"})

    assert answer.status_code == 302, answer.content.decode()

    assert OutboxMessage.objects.get(key=f"catalog:{product.id}", version=2).event_type == "catalog.product_removed.v1"


def test_category_renamed_in_the_admin_takes_its_branch_along(admin):
    catalog.ensure_categories(paths=[["A", "B"]])
    top, _ = catalog.list_categories()

    answer = admin.post(
        f"/admin/catalog/category/{top.id}/change/", {"name": "C", "slug": "c", "parent": "", "position": 0}
    )

    assert answer.status_code == 302, answer.context["errors"]
    assert [category.path for category in catalog.list_categories()] == ["c", "c/b"]


def test_category_below_itself_is_an_error_on_the_form(admin):
    catalog.ensure_categories(paths=[["A", "B"]])
    top, below = catalog.list_categories()

    answer = admin.post(
        f"/admin/catalog/category/{top.id}/change/", {"name": "A", "slug": "a", "parent": str(below.id), "position": 0}
    )

    assert answer.status_code == 200
    assert "cannot lie below itself" in answer.content.decode()
