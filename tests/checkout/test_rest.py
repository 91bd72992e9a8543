"""Cart, checkout and placing over REST: shapes, headers, refusals, statements."""

import uuid

import orjson
import pytest

from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.orders import api as orders
from apps.web.authentication import issue_access_token
from apps.web.testing import assert_queries
from tests.checkout.shopping import make_variant, set_price, stock_of

pytestmark = pytest.mark.django_db
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Löwe",
    "line1": "Invalidenstraße 117",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}


class Shopper:
    """A mobile client: keeps its cart token and sends its access token."""

    def __init__(self, client, *, customer_id=None):
        self.client, self.headers = client, {}
        if customer_id:
            token = issue_access_token(user_id=customer_id, is_staff=False)
            self.headers["Authorization"] = f"Bearer {token}"

    def send(self, method, path, body=None, **headers):
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.client.generic(
            method,
            f"/api/v1/{path}",
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers=sent,
        )
        if "Cart-Token" in answer.headers:
            self.headers["Cart-Token"] = answer["Cart-Token"]
        return answer

    def add(self, variant, quantity=1):
        return self.send("POST", "cart/items", {"variant_id": str(variant), "quantity": quantity})

    def fill_in(self):
        self.send("PATCH", "checkout", {"email": "ada@example.com", "shipping_address": ADDRESS})
        method = self.send("GET", "checkout/shipping-methods").json()["results"][0]["id"]
        return self.send("PATCH", "checkout", {"shipping_method_id": method})

    def place(self, body=None, key=None):
        return self.send("POST", "orders", body or {}, Idempotency_Key=key or str(uuid.uuid4()))


@pytest.fixture
def shopper(client):
    return Shopper(client)


def ready(shopper, *variants):
    for variant in variants or (make_variant(),):
        shopper.add(variant)
    assert shopper.fill_in().json()["ready"]
    return shopper


def test_first_cart_carries_a_token_that_opens_it_again(shopper):
    first = shopper.send("GET", "cart")
    variant = make_variant(price="20.00", stock=5)
    added = shopper.add(variant, 2)

    assert (first.status_code, first.json()["items"], first.json()["item_count"]) == (200, [], 0)
    assert first["Cart-Token"]
    assert added.status_code == 201
    (item,) = shopper.send("GET", "cart").json()["items"]
    assert item["variant_id"] == str(variant)
    assert (item["quantity"], item["available"], item["price_was"], item["compare_at_price"]) == (2, 5, None, None)
    assert item["line_total"] == {"amount": "40.00", "currency": "EUR"}
    assert {"id", "product_id", "sku", "title", "options", "image", "unit_price"} <= item.keys()


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2", 10**9, None, True, [1]])
def test_nonsense_quantities_are_refused_by_name(shopper, quantity):
    answer = shopper.add(make_variant(), quantity)

    assert answer.status_code == 400
    assert [fault["field"] for fault in answer.json()["errors"]] == ["quantity"]


def test_unknown_variant_and_foreign_currency_are_refused(shopper):
    unknown, yen = shopper.add(uuid7()), shopper.add(make_variant(currency="JPY", price="900"))

    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_variant")
    assert (yen.status_code, yen.json()["code"]) == (400, "not_sold_in_currency")


def test_a_misspelt_member_of_the_checkout_is_named_and_changes_nothing(shopper):
    shopper.add(make_variant())

    refused = shopper.send("PATCH", "checkout", {"emial": "ada@example.com", "email": "bob@example.com"})

    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["emial"]
    assert shopper.send("GET", "checkout").json()["email"] == ""


def test_etag_is_the_carts_version_for_changes_and_the_whole_answer_for_reads(shopper):
    variant = make_variant(stock=5)
    etag = shopper.add(variant)["ETag"]
    item = shopper.send("GET", "cart").json()["items"][0]["id"]
    assert shopper.send("GET", "cart", If_None_Match=etag).status_code == 304

    inventory.set_on_hand(variant_id=variant, on_hand=1, reason="sold elsewhere")

    assert shopper.send("GET", "cart", If_None_Match=etag).status_code == 200
    assert shopper.send("PUT", f"cart/items/{item}", {"quantity": 2}, If_Match=etag).status_code == 200
    stale = shopper.send("PUT", f"cart/items/{item}", {"quantity": 3}, If_Match=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    for wrong in ('"nonsense"', "1", '"1', '"1", x', ","):
        answer = shopper.send("DELETE", "cart", If_Match=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "If-Match"), wrong
    weak = shopper.send("DELETE", "cart", If_Match='W/"2"')
    assert (weak.status_code, weak.json()["code"]) == (412, "precondition_failed")
    several = [f'"9", W/"2", {etag}', '"9", "8"', '"1", "2"']
    assert [
        shopper.send("PUT", f"cart/items/{item}", {"quantity": 4}, If_Match=tags).status_code for tags in several
    ] == [412, 412, 200]


def test_items_change_and_go(shopper):
    shopper.add(make_variant())
    item = shopper.add(make_variant()).json()["items"][0]["id"]

    assert shopper.send("PUT", f"cart/items/{item}", {"quantity": 3}).json()["item_count"] == 4
    assert shopper.send("DELETE", f"cart/items/{item}").json()["item_count"] == 1
    assert shopper.send("DELETE", f"cart/items/{item}").status_code == 404
    assert shopper.send("DELETE", "cart").status_code == 204
    assert shopper.send("GET", "cart").json()["items"] == []


def test_forged_cart_token_is_404(shopper):
    shopper.headers["Cart-Token"] = "forged"

    for method, path in (("GET", "cart"), ("GET", "checkout"), ("POST", "orders")):
        assert shopper.send(method, path, {}, Idempotency_Key="k").status_code == 404


def test_checkout_names_what_is_missing_and_which_field_is_wrong(shopper):
    shopper.add(make_variant())

    quote = shopper.send("GET", "checkout").json()
    wrong = shopper.send("PATCH", "checkout", {"shipping_address": {**ADDRESS, "country": "XX", "city": ""}})
    code = shopper.send("PATCH", "checkout", {"promo_codes": ["SAVE10"]})

    assert (quote["ready"], quote["missing"]) == (False, ["email", "shipping_address", "shipping_method"])
    assert wrong.status_code == 400
    assert "shipping_address.city" in {fault["field"] for fault in wrong.json()["errors"]}
    assert (code.status_code, code.json()["errors"][0]["code"]) == (400, "promo_code_unknown")


def test_ready_quote_has_the_shape_of_the_contract(shopper):
    quote = ready(shopper, make_variant(price="20.00")).send("GET", "checkout").json()

    assert quote["total"] == {"amount": "24.90", "currency": "EUR"}
    assert quote["shipping_method"]["name"] == "Standard"
    assert quote["billing_address"] == quote["shipping_address"]
    assert quote["shipping_address"]["city"] == "Berlin"
    assert {"subtotal", "discount", "shipping", "tax", "items", "email"} <= quote.keys()


def test_order_is_placed_once_per_key_and_repeated_byte_for_byte(shopper):
    ready(shopper)
    key = str(uuid.uuid4())

    first, again = shopper.place(key=key), shopper.place(key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    order = first.json()
    assert (order["status"], order["payment_status"]) == ("awaiting_payment", "unpaid")
    assert order["order_token"]
    assert order["live_url"].endswith(f"/ws/orders/{order['id']}")
    assert first["Location"] == f"/api/v1/orders/{order['id']}"


def test_order_keeps_the_language_that_its_buyer_speaks(shopper):
    placed = ready(shopper).send(
        "POST", "orders", {}, Idempotency_Key=str(uuid.uuid4()), Accept_Language="de-AT,en;q=0.5"
    )

    order = orders.get_order(order_id=uuid.UUID(placed.json()["id"]), viewer=orders.Viewer(is_staff=True))
    assert order.language == "de"


def test_missing_key_other_body_and_other_caller(shopper, client):
    ready(shopper)
    other = ready(Shopper(client))
    key = str(uuid.uuid4())

    assert shopper.send("POST", "orders", {}).json()["code"] == "idempotency_key_required"
    mine, theirs = shopper.place(key=key), other.place(key=key)
    changed = shopper.place({"expected_total": {"amount": "1.00", "currency": "EUR"}}, key=key)

    assert mine.json()["id"] != theirs.json()["id"]
    assert changed.status_code == 422


def test_refusals_of_placing(shopper):
    variant = make_variant(stock=1)
    incomplete = shopper.place()
    shopper.add(variant, 2)
    shopper.fill_in()
    short = shopper.place()
    inventory.set_on_hand(variant_id=variant, on_hand=5, reason="delivery")
    agreed = shopper.send("GET", "checkout").json()["total"]
    set_price(variant, "99.00")
    changed = shopper.place({"expected_total": agreed})
    placed = shopper.place({"expected_total": changed.json()["quote"]["total"]})
    second = shopper.place()

    assert (incomplete.status_code, incomplete.json()["missing"][0]) == (400, "items")
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_stock")
    assert short.json()["lines"] == [{"variant_id": str(variant), "requested": 2, "available": 1}]
    assert (changed.status_code, changed.json()["code"]) == (409, "quote_changed")
    assert changed.json()["quote"]["items"][0]["price_was"] is not None
    assert placed.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "already_placed")
    assert second.json()["order_id"] == placed.json()["id"]
    assert stock_of(variant) == (5, 2)


@pytest.mark.parametrize("depth", [20, 40, 300, 1000, 5000])
def test_nesting_that_no_body_needs_is_refused_before_anybody_walks_it(client, depth):
    deep = '{"a":' * depth + "1" + "}" * depth

    for method, path, name in (("POST", "orders", "expected_total"), ("PATCH", "checkout", "email")):
        body = f'{{"{name}": {deep}}}'
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answer = client.generic(method, f"/api/v1/{path}", body, content_type="application/json", headers=headers)

        assert answer.status_code == 400
        assert (answer.json()["code"] == "malformed_body") == (depth > 32)


@pytest.mark.parametrize(
    "total", ["12.90", {"amount": 12.9, "currency": "EUR"}, {"amount": "12.905", "currency": "EUR"}, {"amount": "1"}]
)
def test_expected_total_that_is_no_money_is_refused_by_name(shopper, total):
    answer = ready(shopper).place({"expected_total": total})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith("expected_total")


def test_misspelt_expected_total_is_refused_instead_of_protecting_nothing(shopper):
    answer = ready(shopper).place({"expected_totl": {"amount": "1.00", "currency": "EUR"}})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "expected_totl")
    assert "expected_total" in answer.json()["errors"][0]["detail"]


def test_customer_lists_own_orders_and_guests_are_asked_to_sign_in(shopper, client):
    customer = uuid7()
    placed = ready(Shopper(client, customer_id=customer)).place().json()

    mine = Shopper(client, customer_id=customer).send("GET", "orders").json()

    assert [found["id"] for found in mine["results"]] == [placed["id"]]
    assert (mine["next"], mine["previous"], "order_token" in placed) == (None, None, False)
    assert Shopper(client, customer_id=uuid7()).send("GET", "orders").json()["results"] == []
    assert shopper.send("GET", "orders").status_code == 401


@pytest.mark.parametrize("count", [1, 10])
def test_statements_of_the_way_to_an_order(shopper, count):
    for variant in [make_variant() for _ in range(count)]:
        with assert_queries(at_most=5):
            shopper.add(variant)
    with assert_queries(at_most=3):
        shopper.send("GET", "cart")
    with assert_queries(at_most=6):
        shopper.send("PATCH", "checkout", {"email": "ada@example.com", "shipping_address": ADDRESS})
    with assert_queries(at_most=3):
        method = shopper.send("GET", "checkout/shipping-methods").json()["results"][0]["id"]
    with assert_queries(at_most=6):
        shopper.send("PATCH", "checkout", {"shipping_method_id": method})
    with assert_queries(at_most=5):
        shopper.send("GET", "checkout")
    with assert_queries(at_most=14):
        assert shopper.place().status_code == 201


def test_currency_is_taken_in_any_case_as_in_every_query(shopper):
    variant = make_variant(currency="JPY", price="900")

    added = shopper.send("POST", "cart/items", {"variant_id": str(variant), "quantity": 1, "currency": "jpy"})
    again = shopper.send("GET", "cart?currency=jpy")

    assert (added.status_code, added.json()["currency"]) == (201, "JPY")
    assert (again.status_code, again.json()["currency"]) == (200, "JPY")
