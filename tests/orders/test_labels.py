"""Carriers' labels: kept with a parcel, told apart by content, seen by who ships, forgotten in time."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.orders import api as orders
from apps.orders.models import MOST_LABEL_BYTES, ShipmentLabel
from apps.orders.tasks import forget_old_labels
from apps.web.testing import assert_queries
from tests.orders.making import look, place
from tests.orders.paying import pay
from tests.orders.test_admin import change, operation, sign_in
from tests.orders.test_rest import send, staff  # noqa: F401 - send is a fixture

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30 + b"IEND\xaeB`\x82"
ZPL = b"CT~~CD,~CC^~CT~\n^XA^FO50,50^FDInvalidenstra\xc3\x9fe 117^FS^XZ\n"
KINDS = [(PDF, "pdf", "application/pdf"), (PNG, "png", "image/png"), (ZPL, "zpl", "text/plain; charset=utf-8")]
REFUSED = [
    (b"", "empty", "The file of the label is empty."),
    (PDF[:-7], "unknown_kind", "no complete PDF, PNG or ZPL"),
    (PNG[:-1], "unknown_kind", "no complete PDF, PNG or ZPL"),
    (b"<html>^XA^XZ</html>", "unknown_kind", "no complete PDF, PNG or ZPL"),
    (b"^XZ^XA", "unknown_kind", "no complete PDF, PNG or ZPL"),
    (b"^XA\0^XZ", "unknown_kind", "no complete PDF, PNG or ZPL"),
    (PDF + b" " * MOST_LABEL_BYTES, "too_large", "send at most 1,000,000"),
]


def paid():
    order, _ = place()
    pay(order)
    return look(order)


def ship(order, label=None, **options):
    return orders.ship_order(
        order_id=order.id, label=label, actor="staff:test", **{"reference": "parcel-1", **options}
    ).shipments[0]


def upload(content, name="label.pdf"):
    return SimpleUploadedFile(name, content)


def show(order, parcel):
    return reverse("admin:orders_order_label", args=[order.id, parcel.id])


def keep(order, parcel):
    return reverse("admin:orders_order_keep_label", args=[order.id, parcel.id])


@pytest.mark.parametrize(("content", "kind", "content_type"), KINDS)
def test_label_leaves_with_its_parcel_and_comes_back_as_it_was(client, content, kind, content_type):
    order = paid()

    parcel = ship(order, content)

    assert parcel.label is orders.LabelKind(kind)
    kept = orders.get_label(order_id=order.id, shipment_id=parcel.id)
    assert (kept.content, kept.file_name) == (content, f"label-{order.number}.{kind}")
    sign_in(client, "view_order", "ship_order")
    answer = client.get(show(order, parcel))
    assert (answer.content, answer["Content-Type"]) == (content, content_type)
    assert "private, no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "code", "told"), REFUSED, ids=[code + str(n) for n, (_, code, _) in enumerate(REFUSED)]
)
def test_file_that_is_no_label_is_refused_by_name_and_nothing_leaves(content, code, told):
    order = paid()

    with pytest.raises(orders.LabelRefused) as refused:
        ship(order, content)

    (fault,) = refused.value.fields
    assert (fault.field, fault.code) == ("label", code)
    assert told in fault.detail
    assert look(order).shipments == ()


def test_database_itself_holds_no_larger_label():
    parcel = ship(paid(), PDF)

    with pytest.raises(IntegrityError), transaction.atomic():
        ShipmentLabel.objects.filter(shipment=parcel.id).update(content=b"x" * (MOST_LABEL_BYTES + 1))


def test_label_of_a_parcel_that_left_is_added_and_replaced(client):
    order = paid()
    parcel = ship(order)
    sign_in(client, "view_order", "ship_order")

    first = client.post(keep(order, parcel), {"label": upload(PDF)})
    page = client.get(keep(order, parcel)).content.decode()
    client.post(keep(order, parcel), {"label": upload(PNG)})

    assert first["Location"] == change(order)
    assert ">Replace the label</button>" in page
    assert "the PDF that is kept now" in page
    assert orders.get_label(order_id=order.id, shipment_id=parcel.id).content == PNG
    assert ShipmentLabel.objects.count() == 1
    assert f'href="{show(order, parcel)}"' in client.get(change(order)).content.decode()


def test_form_of_a_parcel_takes_a_label_and_says_what_is_wrong_with_one(client):
    order = paid()
    sign_in(client, "view_order", "ship_order")
    body = {"reference": str(uuid7()), f"line_{order.lines[0].id}": "2"}

    wrong = client.post(operation(order, "ship"), {**body, "label": upload(b"no label")})
    large = client.post(operation(order, "ship"), {**body, "label": upload(PDF + b" " * MOST_LABEL_BYTES)})
    assert look(order).shipments == ()
    client.post(operation(order, "ship"), {**body, "label": upload(PDF)})

    assert "no complete PDF, PNG or ZPL" in wrong.content.decode()
    assert "send at most 1,000,000" in large.content.decode()
    assert look(order).shipments[0].label is orders.LabelKind.PDF


def test_label_is_for_who_ships_and_of_that_order_alone(client):
    order, other = paid(), paid()
    parcel = ship(order, PDF)

    sign_in(client, "view_order", "view_money", "cancel_order", "refund_order")
    for address in (show(order, parcel), keep(order, parcel)):
        assert client.get(address).status_code == 403
        assert address not in client.get(change(order)).content.decode()
    assert client.post(keep(order, parcel), {"label": upload(PNG)}).status_code == 403

    sign_in(client, "view_order", "ship_order")
    assert client.get(show(other, parcel)).status_code == 404
    assert client.get(keep(other, parcel)).status_code == 404
    with pytest.raises(orders.ShipmentNotFound):
        orders.keep_label(order_id=other.id, shipment_id=parcel.id, content=PNG, actor="staff:test")
    assert orders.get_label(order_id=order.id, shipment_id=parcel.id).content == PDF


def test_repeat_of_a_parcel_keeps_its_label_and_another_label_is_refused():
    order = paid()
    first = ship(order, PDF)

    assert ship(order, PDF) == ship(order) == first
    with pytest.raises(messaging.IdempotencyKeyReused):
        ship(order, PNG)
    assert orders.get_label(order_id=order.id, shipment_id=first.id).content == PDF


def test_label_over_rest(send):  # noqa: F811 - the fixture
    order = paid()
    headers = staff("ship_order")
    sent = {"label": base64.b64encode(ZPL).decode()}

    shipped = send("POST", f"staff/orders/{order.id}/shipments", sent, headers=headers).json()
    address = f"staff/orders/{order.id}/shipments/{shipped['shipments'][0]['id']}/label"
    first = send("GET", address, headers=headers)
    replaced = send("PUT", address, {"label": base64.b64encode(PDF).decode()}, headers=headers)

    assert (first.content, first["Content-Disposition"].split(";")[0]) == (ZPL, "attachment")
    assert replaced.status_code == 204
    assert send("GET", address, headers=headers).content == PDF
    assert send("GET", address, headers=staff("view_order")).status_code == 403
    assert send("GET", address).status_code == 401
    for wrong in ("***", 7, None, {"a": 1}, "ä"):
        refused = send("PUT", address, {"label": wrong}, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "label"), wrong
    missing = send("GET", f"staff/orders/{order.id}/shipments/{uuid7()}/label", headers=headers)
    assert (missing.status_code, missing.json()["code"]) == (404, "shipment_not_found")


def test_old_labels_are_forgotten_and_new_ones_kept():
    order, other = paid(), paid()
    old, new = ship(order, PDF), ship(other, PDF)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_shipmentlabel SET added_at = now() - interval '91 days' WHERE shipment_id = %s", [old.id]
        )

    forget_old_labels()

    with pytest.raises(orders.LabelNotFound):
        orders.get_label(order_id=order.id, shipment_id=old.id)
    assert orders.get_label(order_id=other.id, shipment_id=new.id).content == PDF


def test_order_is_read_in_as_many_statements_with_labels_as_without(client):
    order = paid()
    line = order.lines[0].id
    for number in (1, 2):
        ship(order, PDF, lines={line: 1}, reference=f"parcel-{number}")

    with assert_queries(at_most=4):
        parcels = look(order).shipments

    assert [parcel.label for parcel in parcels] == [orders.LabelKind.PDF] * 2
