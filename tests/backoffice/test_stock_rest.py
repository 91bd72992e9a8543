"""Stock over REST, for staff."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from apps.catalog.contracts import ProductStatus
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.web.authentication import issue_access_token
from tests.catalog.shop import make_simple
from tests.inventory.stock import level, make_warehouse, reserve

pytestmark = pytest.mark.django_db


def headers_of(*rights, is_staff=True):
    user = get_user_model().objects.create_user(f"{uuid7()}@example.com", is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="inventory", codename__in=rights))
    token = issue_access_token(user_id=user.pk, is_staff=is_staff)
    return {"Authorization": f"Bearer {token}"}


def make_variant(on_hand=None, *, warehouse=""):
    """A variant of the catalogue; nobody has set stock for it unless told."""
    variant_id = make_simple("Lamp").variants[0].id
    if on_hand is not None:
        add_stock(variant_id, on_hand, warehouse=warehouse)
    return variant_id


def add_stock(variant_id, on_hand, *, warehouse):
    inventory.set_on_hand(variant_id=variant_id, on_hand=on_hand, reason="delivery", warehouse=warehouse)


@pytest.fixture
def staff():
    return headers_of("view_stocklevel", "change_stocklevel")


def put(client, variant, body, headers):
    return client.put(f"/api/v1/inventory/{variant}", body, content_type="application/json", headers=headers)


def get(client, variant, headers):
    return client.get(f"/api/v1/inventory/{variant}", headers=headers)


def test_staff_set_and_read_stock(client, staff):
    variant = make_variant()

    answer = put(client, variant, {"on_hand": 7, "reason": "delivery"}, staff)

    assert answer.status_code == 200
    assert answer.json() == {
        "variant_id": str(variant),
        "available": 7,
        "status": "in",
        "levels": [{"warehouse": "main", "on_hand": 7, "reserved": 0}],
    }
    assert get(client, variant, staff).json() == answer.json()
    assert answer["ETag"] == get(client, variant, staff)["ETag"]


def test_the_ledger_names_who_set_it(client, staff):
    variant = make_variant()

    put(client, variant, {"on_hand": 7, "reason": "delivery"}, staff)

    (movement,) = inventory.list_movements(variant_ids=[variant])
    assert movement.reason == "delivery"
    assert get_user_model().objects.filter(pk=movement.actor.removeprefix("staff:")).exists()


def test_a_warehouse_may_be_named(client, staff):
    make_warehouse("far", priority=99)
    variant = make_variant(2)

    answer = put(client, variant, {"on_hand": 7, "reason": "delivery", "warehouse": "far"}, staff)

    assert [found["warehouse"] for found in answer.json()["levels"]] == ["main", "far"]
    assert answer.json()["available"] == 9


@pytest.mark.parametrize("product", [{"status": ProductStatus.DRAFT}, {"price": "900", "currency": "JPY"}])
def test_a_variant_that_is_not_for_sale_has_stock_all_the_same(client, staff, product):
    variant = make_simple("Lamp", **product).variants[0].id

    assert put(client, variant, {"on_hand": 7, "reason": "delivery"}, staff).json()["available"] == 7


def test_a_variant_that_is_none_is_404_and_gets_no_level(client, staff):
    nobody = uuid7()

    set_, read = put(client, nobody, {"on_hand": 7, "reason": "delivery"}, staff), get(client, nobody, staff)

    assert [(answer.status_code, answer.json()["code"]) for answer in (set_, read)] == [(404, "variant_not_found")] * 2
    assert inventory.get_stock_levels(variant_ids=[nobody])[nobody] == ()


def test_an_unknown_warehouse_is_404(client, staff):
    answer = put(client, make_variant(), {"on_hand": 7, "reason": "delivery", "warehouse": "moon"}, staff)

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_warehouse")


def test_below_what_is_reserved_is_409_with_the_reserved_quantity(client, staff):
    variant = make_variant(7)
    reserve("order-1", (variant, 3))

    answer = put(client, variant, {"on_hand": 2, "reason": "broken"}, staff)

    assert (answer.status_code, answer.json()["code"], answer.json()["reserved"]) == (409, "below_reserved", 3)
    assert level(variant) == (7, 3)


def test_if_match_refuses_a_stale_edit(client, staff):
    variant = make_variant(7)
    stale = get(client, variant, staff)["ETag"]
    put(client, variant, {"on_hand": 8, "reason": "found one"}, staff)
    current = get(client, variant, staff)["ETag"]

    refused = put(client, variant, {"on_hand": 1, "reason": "broken"}, staff | {"If-Match": stale})
    accepted = put(client, variant, {"on_hand": 5, "reason": "broken"}, staff | {"If-Match": current})

    assert (refused.status_code, accepted.status_code) == (412, 200)
    assert level(variant) == (5, 0)


def test_what_the_caller_has_already_is_304(client, staff):
    variant = make_variant(7)
    etag = get(client, variant, staff)["ETag"]

    answer = get(client, variant, staff | {"If-None-Match": etag})
    reserve("order-1", (variant, 1))

    assert answer.status_code == 304
    assert get(client, variant, staff | {"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x"}, "on_hand"),
        ({"on_hand": 1}, "reason"),
        ({"on_hand": 1, "reason": ""}, "reason"),
        ({"on_hand": -1, "reason": "x"}, "on_hand"),
        ({"on_hand": 10**10, "reason": "x"}, "on_hand"),
        ({"on_hand": "many", "reason": "x"}, "on_hand"),
        ({"on_hand": None, "reason": "x"}, "on_hand"),
        ({"on_hand": 1, "reason": "x" * 201}, "reason"),
        ({"on_hand": 1, "reason": "x", "warehouse": "y" * 51}, "warehouse"),
    ],
)
def test_nonsense_is_400_and_names_the_field(client, staff, body, field):
    answer = put(client, make_variant(), body, staff)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_malformed_id_is_404(client, staff):
    assert client.get("/api/v1/inventory/seven", headers=staff).status_code == 404


def test_only_staff_with_the_right_may_see_and_set_stock(client):
    variant, body = make_variant(7), {"on_hand": 1, "reason": "x"}
    viewer, nobody = headers_of("view_stocklevel"), headers_of()
    customer = headers_of("view_stocklevel", "change_stocklevel", is_staff=False)

    assert [get(client, variant, who).status_code for who in ({}, customer, nobody, viewer)] == [401, 403, 403, 200]
    assert [put(client, variant, body, who).status_code for who in ({}, customer, nobody, viewer)] == [
        401,
        403,
        403,
        403,
    ]
    assert level(variant) == (7, 0)


def test_reading_costs_the_same_however_many_warehouses(client, staff, django_assert_num_queries):
    variant = make_variant(7)
    with django_assert_num_queries(
        6
    ):  # who asks, own rights, rights of groups; the variant; what can be sold; what is where
        get(client, variant, staff)
    for number in range(10):
        add_stock(variant, 1, warehouse=make_warehouse(f"w{number}").code)

    with django_assert_num_queries(6):
        get(client, variant, staff)
