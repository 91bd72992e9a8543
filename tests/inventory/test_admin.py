"""Staff in admin: warehouses and thresholds announce what they change; stock is set by a command."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.inventory import api as inventory
from apps.inventory.models import StockItem, StockMovement, Warehouse
from apps.messaging.models import OutboxMessage
from tests.inventory.stock import check_books, level, make_variant, make_warehouse, reserve

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("staff@example.com"))
    return client


def status(variant):
    return inventory.get_availability(variant_ids=[variant])[variant].status.value


def announced(variant):
    messages = OutboxMessage.objects.filter(key=f"inventory:{variant}").order_by("version")
    return [(message.version, message.payload["status"]) for message in messages]


def save_warehouse(client, warehouse, **changes):
    fields = {
        "code": warehouse.code,
        "name": warehouse.name,
        "priority": warehouse.priority,
        "is_active": "on",
    } | changes
    data = {name: value for name, value in fields.items() if value is not None}
    return client.post(reverse("admin:inventory_warehouse_change", args=[warehouse.pk]), data)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["warehouse", "stockitem", "stocklevel", "stockmovement", "stockreservation"])
def test_every_list_opens_and_is_searched_in_a_flat_number_of_queries(staff, model, django_assert_max_num_queries):
    url = reverse(f"admin:inventory_{model}_changelist")
    for number in range(10):
        reserve(f"order-{number}", (make_variant(3), 1))
    with django_assert_max_num_queries(30) as few:
        assert staff.get(url).status_code == 200
    for number in range(10, 60):
        reserve(f"order-{number}", (make_variant(3), 1))

    with django_assert_max_num_queries(len(few.captured_queries)):
        assert staff.get(url).status_code == 200
    assert staff.get(url, {"q": "0190"}).status_code == 200


def test_closing_a_warehouse_announces_what_is_sold_out_by_it(staff):
    far = make_warehouse("far")
    only_there, also_here = make_variant(7, warehouse="far"), make_variant(7)
    inventory.set_on_hand(variant_id=also_here, on_hand=7, warehouse="far", reason="delivery")

    answer = save_warehouse(staff, far, is_active=None)

    assert answer.status_code == 302
    assert (status(only_there), status(also_here)) == ("out", "in")
    assert announced(only_there) == [(1, "in"), (2, "out")]
    assert announced(also_here) == [(1, "in")]
    check_books()


def test_a_warehouse_is_not_deleted(staff):
    answer = staff.post(
        reverse("admin:inventory_warehouse_delete", args=[Warehouse.objects.get(code="main").pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert Warehouse.objects.filter(code="main").exists()


def test_a_threshold_that_moves_announces_the_crossing(staff):
    variant = make_variant(7)

    answer = staff.post(reverse("admin:inventory_stockitem_change", args=[variant]), {"low_threshold": 10})

    assert answer.status_code == 302
    assert announced(variant) == [(1, "in"), (2, "low")]


def test_saving_a_threshold_does_not_undo_a_crossing_made_meanwhile(staff, monkeypatch):
    variant = make_variant(7)
    save = StockItem.save

    def sell_out_first(self, *args, **kwargs):
        monkeypatch.setattr(StockItem, "save", save)
        StockItem.objects.filter(pk=self.pk).update(version=2, status="out")
        save(self, *args, **kwargs)

    monkeypatch.setattr(StockItem, "save", sell_out_first)

    staff.post(reverse("admin:inventory_stockitem_change", args=[variant]), {"low_threshold": 1})

    assert announced(variant) == [(1, "in"), (3, "in")]


def test_staff_set_stock_with_a_reason(staff):
    variant = make_variant(7)
    wish = {"variant_id": variant, "warehouse": "main", "on_hand": 9, "reason": "found two"}

    shown = staff.post(reverse("admin:inventory_set_stock"), wish)
    assert level(variant) == (7, 0)
    answer = staff.post(reverse("admin:inventory_set_stock"), wish | {"seen": 7})

    assert ">Set the stock in main from 7 to 9</button>" in shown.content.decode()
    assert answer.status_code == 302
    assert level(variant) == (9, 0)
    movement = StockMovement.objects.order_by("id").last()
    assert (movement.quantity, movement.reason) == (2, "found two")
    assert movement.actor == f"staff:{get_user_model().objects.get().pk}"


def test_the_list_leads_to_the_filled_in_form(staff):
    variant = make_variant(7)

    page = staff.get(reverse("admin:inventory_stocklevel_changelist")).content.decode()
    form = staff.get(reverse("admin:inventory_set_stock"), {"variant_id": variant, "on_hand": 7}).content.decode()

    assert f"variant_id={variant}&amp;warehouse=main&amp;on_hand=7" in page
    assert f'value="{variant}"' in form


def test_setting_below_what_is_reserved_is_shown_as_an_error_of_the_form(staff):
    variant = make_variant(7)
    reserve("order-1", (variant, 3))
    wish = {"variant_id": variant, "warehouse": "main", "on_hand": 2, "reason": "broken", "seen": 7}

    answer = staff.post(reverse("admin:inventory_set_stock"), wish)

    assert answer.status_code == 200
    assert "3 are reserved" in answer.content.decode()
    assert level(variant) == (7, 3)


def test_stock_that_moved_since_the_button_was_read_is_not_set(staff):
    variant = make_variant(7)
    wish = {"variant_id": variant, "warehouse": "main", "on_hand": 9, "reason": "found two", "seen": 7}
    inventory.set_on_hand(variant_id=variant, on_hand=5, reason="sold")

    answer = staff.post(reverse("admin:inventory_set_stock"), wish)
    anew = staff.post(reverse("admin:inventory_set_stock"), {name: wish[name] for name in wish if name != "seen"})

    assert "The stock has changed since you looked" in answer.content.decode()
    assert "from 5 to 9" in anew.content.decode()
    assert level(variant) == (5, 0)


def test_setting_stock_needs_the_right(client):
    user = get_user_model().objects.create_user("viewer@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_stocklevel"))
    client.force_login(user)
    variant = make_variant(7)
    wish = {"variant_id": variant, "warehouse": "main", "on_hand": 2, "reason": "broken"}

    assert client.get(reverse("admin:inventory_stocklevel_changelist")).status_code == 200
    assert client.get(reverse("admin:inventory_set_stock")).status_code == 403
    assert client.post(reverse("admin:inventory_set_stock"), wish).status_code == 403
    assert level(variant) == (7, 0)


def test_a_reservation_shows_its_lines(staff):
    variant = make_variant(7)
    reserve("order-1", (variant, 3))

    page = staff.get(reverse("admin:inventory_stockreservation_change", args=["order-1"])).content.decode()

    assert f"3 of {variant} from main, 0 shipped" in page


@pytest.mark.parametrize("model", ["stocklevel", "stockmovement", "stockreservation"])
def test_what_commands_write_is_not_added_by_hand(staff, model):
    assert staff.get(reverse(f"admin:inventory_{model}_add")).status_code == 403
