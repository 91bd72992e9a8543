"""Products as staff edit them: over REST and in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils.html import escape
from hypothesis import given
from hypothesis.strategies import characters, dictionaries, text

from apps.catalog import api as catalog
from apps.catalog.attribute_lines import read_lines, write_lines
from apps.catalog.contracts import Option
from apps.catalog.models import Product, Variant
from apps.messaging.models import OutboxMessage
from apps.web.authentication import issue_access_token
from apps.web.testing import assert_queries
from tests.backoffice.test_pages import sign_in
from tests.catalog.conftest import staff
from tests.catalog.shop import form_of, make_product, make_simple, product_input, variant

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
    form = {"sku": variant.sku, "weight_grams": 0, "position": 0, "tax_class": "boks"}
    form |= {"prices-TOTAL_FORMS": 0, "prices-INITIAL_FORMS": 0}

    answer = client.post(f"/admin/catalog/variant/{variant.id}/change/", form)

    assert list(answer.context["adminform"].form.errors) == ["tax_class"]
    assert catalog.get_product(product_id=variant.product_id).variants[0].tax_class == "standard"


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


def test_edit_in_the_admin_publishes_the_whole_product(admin):
    product = make_product()
    url = f"/admin/catalog/product/{product.id}/change/"
    data = form_of(admin.get(url)) | {
        "title": "Storm jacket",
        "tags": "rain\r\nwind, storm",
        "attributes": "Fit: Wide.",
    }
    data["description_html"] = "<p>Dry<script>alert(1)</script></p>"
    catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, vendor="Other"))

    answer = admin.post(url, data)

    assert answer.status_code == 302, answer.context["errors"]
    changed = catalog.get_product(product_id=product.id)
    assert (changed.title, changed.description_html, changed.version) == ("Storm jacket", "<p>Dry</p>", 3)
    assert (changed.tags, changed.attributes) == (("rain", "wind, storm"), {"Fit": "Wide."})
    payload = OutboxMessage.objects.get(key=f"catalog:{product.id}", version=3).payload
    assert payload["product"]["title"] == "Storm jacket"


ATTRIBUTES = {
    "Fit": "Regular.",
    "Care: wash": "30°C: gentle.\nDo not\n\n  tumble dry.",
    '"Best"': '"So they say"',
    " edges ": " \r\n kept\t",
    "Fibres": "Wool, 80 %: Nylon, 20 %",
    "None": "",
}


def test_form_sent_back_as_it_came_changes_nothing(admin):
    options = (Option(name="Size, in inches", values=('6"', "7, wide")), Option(name="Colour", values=("Oat",)))
    variants = tuple(variant("", options={"Size, in inches": size, "Colour": "Oat"}) for size in options[0].values)
    product = make_product(options=options, variants=variants, tags=("rain, wind", "new"), attributes=ATTRIBUTES)
    Product.objects.filter(pk=product.id).update(attributes=ATTRIBUTES | {"Grams": 3})
    url = f"/admin/catalog/product/{product.id}/change/"
    page = admin.get(url)

    answer = admin.post(url, form_of(page))

    assert answer.status_code == 302, answer.context["errors"]
    saved = Product.objects.get(pk=product.id)
    assert saved.attributes == ATTRIBUTES | {"Grams": 3}
    assert saved.tags == ["rain, wind", "new"]
    changed = catalog.get_product(product_id=product.id)
    assert (changed.options, changed.variants) == (product.options, product.variants)
    assert "{" not in page.context["adminform"].form["attributes"].value()


_STORABLE = text(characters(exclude_characters="\0", codec="utf-8"))


@given(attributes=dictionaries(_STORABLE, _STORABLE))
def test_any_attributes_read_back_as_they_were(attributes):
    written = write_lines(attributes)

    assert read_lines(written) == attributes
    assert read_lines(written.replace("\n", "\r\n")) == attributes


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("Fit: Regular\nWashable", "Line 2 has no colon: “Washable”"),
        ("Fit: Regular\n\n : Washable\n: Wool", "Line 4 has no name"),
        ("Fit: Regular\nCare: Wash\nFit: Wide", "Line 3 names “Fit” again: line 1 has it already"),
        ("Fit: \0", "Null characters are not allowed"),
    ],
)
def test_attributes_that_cannot_be_read_are_refused_beside_the_field(admin, lines, fault):
    product = make_product()
    url = f"/admin/catalog/product/{product.id}/change/"

    answer = admin.post(url, form_of(admin.get(url)) | {"attributes": lines})

    assert fault in str(answer.context["adminform"].form.errors["attributes"])
    assert escape(fault) in answer.content.decode()
    assert catalog.get_product(product_id=product.id) == product


def test_variants_option_is_chosen_from_the_products_values(admin):
    product = make_product(options=(Option(name="Size", values=("S", "M", "L")),))
    url = f"/admin/catalog/product/{product.id}/change/"
    sent = form_of(admin.get(url))

    refused = admin.post(url, sent | {"variants-1-options_0": "XL"})
    doubled = admin.post(url, sent | {"variants-1-options_0": sent["variants-0-options_0"]})
    answer = admin.post(url, sent | {"variants-1-options_0": "L"})

    assert "XL is not one of the available choices" in refused.content.decode()
    assert doubled.status_code == 200
    assert answer.status_code == 302
    sizes = [each.options["Size"] for each in catalog.get_product(product_id=product.id).variants]
    assert sizes == ["S", "L"]


def test_variant_keeps_what_an_option_has_no_more(admin):
    product = make_product()
    Product.objects.get(pk=product.id).options.update(values=["S"])
    url = f"/admin/catalog/product/{product.id}/change/"

    answer = admin.post(url, form_of(admin.get(url)) | {"title": "Renamed"})

    assert answer.status_code == 302, answer.context["errors"]
    assert catalog.get_product(product_id=product.id).variants == product.variants


def test_new_product_takes_its_variants_options_in_lines(admin):
    url = "/admin/catalog/product/add/"
    sent = form_of(admin.get(url)) | {"title": "Hat", "slug": "hat", "variants-TOTAL_FORMS": "1", "variants-0-sku": "H"}
    sent |= {"variants-0-weight_grams": "1", "variants-0-position": "0", "variants-0-tax_class": "standard"}

    answer = admin.post(url, sent | {"variants-0-options": "Size: M\nColour: Oat"})

    assert answer.status_code == 302, answer.context["errors"]
    assert Variant.objects.get(sku="H").options == {"Size": "M", "Colour": "Oat"}


def test_price_edited_in_the_admin_publishes_the_product(admin):
    product = make_simple("Lamp")
    url = f"/admin/catalog/variant/{product.variants[0].id}/change/"
    data = form_of(admin.get(url)) | {"prices-0-price_amount": "12.50"}

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


def test_who_may_only_look_reads_options_and_attributes_in_words(client):
    sign_in(client, "catalog.view_product", "catalog.view_variant")
    product = make_product(attributes={"Fit": "Regular & long"})
    variant = product.variants[0]

    page, one = (
        client.get(f"/admin/catalog/{address}/change/").content.decode()
        for address in (f"product/{product.id}", f"variant/{variant.id}")
    )

    (name, value) = next(iter(variant.options.items()))
    assert f"{name}: {value}" in page
    assert "Fit: Regular &amp; long<br>" in page
    assert f"{name}: {value}" in one
    assert not any(f"{{&quot;{word}&quot;" in page + one for word in (name, "Fit"))


def test_who_may_add_and_not_change_is_asked_for_the_options_of_a_new_product(client):
    sign_in(client, "catalog.add_product", "catalog.add_variant", "catalog.add_productoption")

    page = client.get("/admin/catalog/product/add/").content.decode()

    assert 'name="variants-__prefix__-options' in page
