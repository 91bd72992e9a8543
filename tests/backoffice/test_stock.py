"""Stock pages: goods come, go, move and are counted, each once, each told in the ledger; what is scarce is listed."""

import pytest
from django.urls import reverse

from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.web.testing import assert_queries
from tests.backoffice.test_pages import sign_in
from tests.catalog.shop import make_product
from tests.inventory.stock import check_books, level, make_warehouse, reserve

pytestmark = pytest.mark.django_db
RIGHTS = ("inventory.view_stocklevel", "inventory.move_stock")


@pytest.fixture
def variant():
    found = make_product().variants[0]
    inventory.set_on_hand(variant_id=found.id, on_hand=10, reason="delivery")
    return found


def send(client, name, **fields):
    body = {"operation_id": str(uuid7()), "warehouse": "main", **fields}
    return client.post(reverse(f"backoffice:{name}"), body, follow=True).content.decode()


def test_delivery_is_added_once_and_told(client, variant):
    sign_in(client, *RIGHTS)
    body = {"operation_id": str(uuid7()), "reason": "Webers 4711", "quantities": f"{variant.sku} 5\n"}

    told = send(client, "receive_stock", **body)
    send(client, "receive_stock", **body)

    assert "5 items of 1 variant were added to main." in told
    assert level(variant.id) == (15, 0)
    assert "Webers 4711" in client.get(reverse("backoffice:stock"), {"sku": variant.sku}).content.decode()
    check_books()


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("NO-SUCH 3", "No variant has the SKU NO-SUCH"),
        ("{sku} 0", "Line 1 reads"),
        ("{sku} many", "a whole number from 1"),
        ("{sku} " + "9" * 5000, "a whole number from 1"),
        ("{sku} 1\n{sku} 2", "stands on two lines"),
    ],
)
def test_delivery_that_cannot_be_read_adds_nothing_and_says_why(client, variant, lines, fault):
    sign_in(client, *RIGHTS)

    told = send(client, "receive_stock", reason="x", quantities=lines.format(sku=variant.sku))

    assert fault in told
    assert level(variant.id) == (10, 0)


def test_adjustment_needs_a_reason_and_stops_at_what_is_reserved(client, variant):
    reserve("order", (variant.id, 8))
    sign_in(client, *RIGHTS)

    assert "This field is required" in send(client, "adjust_stock", sku=variant.sku, change="-1")
    assert "8 are reserved" in send(client, "adjust_stock", sku=variant.sku, change="-3", reason="Damaged")
    wish = {"sku": variant.sku, "change": "-2", "reason": "Damaged", "note": "rain"}
    assert f">Remove 2 of {variant.sku} from main: 10 → 8</button>" in send(client, "adjust_stock", **wish)
    assert level(variant.id) == (10, 8)
    assert "changed by -2" in send(client, "adjust_stock", **wish, confirmed="1")

    assert level(variant.id) == (8, 8)
    newest = inventory.list_movements(variant_ids=[variant.id])[0]
    assert (newest.quantity, newest.reason, newest.kind) == (-2, "Damaged: rain", inventory.MovementKind.ADJUST)


def test_transfer_moves_in_one_step_and_leaves_what_is_promised(client, variant):
    make_warehouse("second")
    reserve("order", (variant.id, 4))
    sign_in(client, *RIGHTS)
    wish = {"sku": variant.sku, "source": "main", "target": "second"}

    assert "4 are reserved" in send(client, "transfer_stock", quantity="7", **wish)
    assert level(variant.id, "second") == (0, 0)
    look = send(client, "transfer_stock", quantity="6", **wish)
    assert f">Move 6 of {variant.sku} from main to second</button>" in look
    assert level(variant.id, "second") == (0, 0)
    assert "went from main to second" in send(client, "transfer_stock", quantity="6", **wish, confirmed="1")

    assert (level(variant.id), level(variant.id, "second")) == ((4, 4), (6, 0))
    check_books()


def test_stock_take_shows_differences_first_and_keeps_what_was_sold_meanwhile(client, variant):
    sign_in(client, *RIGHTS)
    page = reverse("backoffice:count_stock")
    operation = str(uuid7())
    body = {"operation_id": operation, "warehouse": "main", "counted": f"{variant.sku} 9"}

    shown = client.post(page, body)
    assert ">Book 1 difference in main: 1 fewer</button>" in shown.content.decode()
    assert level(variant.id) == (10, 0)
    inventory.adjust_stock(
        changes={variant.id: -2}, warehouse="main", reason="sold", actor="test", operation_id=uuid7()
    )
    client.post(page, {**body, "seen": shown.context["seen"], "confirmed": "1"})

    assert level(variant.id) == (7, 0)
    check_books()


def test_stock_take_below_what_is_promised_is_not_offered(client, variant):
    reserve("order", (variant.id, 5))
    sign_in(client, *RIGHTS)

    told = send(client, "count_stock", counted=f"{variant.sku} 3")

    assert "5 are promised to orders" in told
    assert "Book 1 difference" not in told


@pytest.mark.parametrize("count", [2, 20])
def test_low_stock_costs_the_same_however_long(client, count):
    for _ in range(count):
        inventory.set_on_hand(variant_id=make_product().variants[0].id, on_hand=2, reason="delivery")
    sign_in(client, *RIGHTS)
    client.get(reverse("admin:index"))

    with assert_queries(at_most=9):
        text = client.get(reverse("backoffice:low_stock")).content.decode()

    assert text.count(">Receive</a>") >= count


@pytest.mark.parametrize("name", ["adjust_stock", "receive_stock", "transfer_stock", "count_stock"])
def test_who_may_only_look_at_stock_moves_none(client, name):
    sign_in(client, "inventory.view_stocklevel")

    assert client.get(reverse(f"backoffice:{name}")).status_code == 403
    assert client.post(reverse(f"backoffice:{name}")).status_code == 403


def test_movements_are_told_by_sku_page_by_page_and_of_one_kind(client, variant):
    other = make_product().variants[0]
    for number in range(51):
        inventory.set_on_hand(variant_id=other.id, on_hand=number + 1, reason="count")
    inventory.adjust_stock(
        changes={variant.id: -2}, warehouse="main", reason="Damaged: wet", actor="staff:test", operation_id=uuid7()
    )
    sign_in(client, "inventory.view_stockmovement")
    address = reverse("backoffice:stock_movements")

    newest = client.get(address)
    oldest = client.get(address, {"cursor": newest.context["page"].next_cursor})
    adjusted = client.get(address, {"kind": "adjust"})

    assert "Damaged: wet" in newest.content.decode()
    assert "Damaged: wet" not in oldest.content.decode()
    assert [movement.quantity for movement in adjusted.context["movements"]] == [-2]
    assert f"{reverse('backoffice:stock')}?sku={variant.sku}" in adjusted.content.decode()
    assert client.get(address, {"kind": "nonsense"}).status_code == 200


@pytest.mark.parametrize(
    "seen", ['{{"{id}": Infinity}}', '{{"{id}": 1e999}}', "[" * 5000, "9" * 5000, '{{"{id}": "' + "9" * 5000 + '"}}', "[1]"], ids=range(6)
)  # fmt: skip
def test_damaged_comparison_is_refused_and_books_nothing(client, variant, seen):
    sign_in(client, *RIGHTS)

    told = send(client, "count_stock", counted=f"{variant.sku} 8", seen=seen.format(id=variant.id), confirmed="1")

    assert "Stock-take booked" not in told
    assert level(variant.id) == (10, 0)


def test_count_of_thousands_of_digits_is_refused(client, variant):
    sign_in(client, *RIGHTS)

    assert "a whole number from 0" in send(client, "count_stock", counted=f"{variant.sku} {'9' * 5000}")


@pytest.mark.parametrize("page", ["backoffice:stock", "backoffice:low_stock"])
@pytest.mark.parametrize("query", ["sku=%00", "cursor=%00"])
def test_nul_in_a_query_is_refused(client, page, query):
    sign_in(client, *RIGHTS)

    assert client.get(f"{reverse(page)}?{query}").status_code == 400


def test_cursor_that_leads_nowhere_is_refused(client):
    sign_in(client, *RIGHTS)

    refused = client.get(reverse("backoffice:low_stock"), {"cursor": "xx"})

    assert refused.status_code == 400
    assert "cursor" in refused.content.decode()


def test_form_sent_again_with_other_values_is_refused(client, variant):
    sign_in(client, *RIGHTS)
    body = {"operation_id": str(uuid7()), "sku": variant.sku, "reason": "Found", "confirmed": "1"}

    send(client, "adjust_stock", **body, change="7")
    told = send(client, "adjust_stock", **body, change="-3")

    assert "This was done already, with other values" in told
    assert "changed by -3" not in told
    assert level(variant.id) == (17, 0)


def test_adjustment_by_nothing_and_transfer_to_itself_are_refused(client, variant):
    sign_in(client, *RIGHTS)
    transfer = {"sku": variant.sku, "source": "main", "target": "main", "quantity": "1"}

    assert "0 changes nothing" in send(client, "adjust_stock", sku=variant.sku, change="0", reason="Found")
    assert "main is both ends of the way" in send(client, "transfer_stock", **transfer, confirmed="1")


def test_more_than_there_is_is_not_offered(client, variant):
    sign_in(client, *RIGHTS)

    told = send(client, "adjust_stock", sku=variant.sku, change="-11", reason="Lost")

    assert "There are only 10." in told
    assert "<button" not in told.partition('id="stock-form"')[2].partition("</form>")[0]
    added = send(client, "adjust_stock", sku=variant.sku, change="3", reason="Found")
    assert f">Add 3 of {variant.sku} to main: 10 → 13</button>" in added


def test_look_keeps_what_was_typed_word_for_word(client, variant):
    sign_in(client, *RIGHTS)
    note = 'torn "<b>" & wet'

    look = client.post(
        reverse("backoffice:adjust_stock"),
        {
            "operation_id": str(uuid7()),
            "warehouse": "main",
            "sku": variant.sku,
            "change": "-1",
            "reason": "Lost",
            "note": note,
        },
    )

    assert 'value="torn &quot;&lt;b&gt;&quot; &amp; wet"' in look.content.decode()
    assert level(variant.id) == (10, 0)
