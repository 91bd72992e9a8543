"""Names in any script, from the form of the checkout to the paper in the parcel; the same letters come out everywhere."""

import csv
import html
import unicodedata

import pypdfium2
import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from apps.inventory import api as inventory
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.web.pagination import PageParams
from tests.catalog.shop import make_simple
from tests.storefront.visitor import PERSON, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# First name, last name, street, and the title of what they buy.
PEOPLE = {
    "accents": ("Zoë", "Łukaszewicz-Ñandú", "Größlingstraße 3", "Müsli-Schüssel à la Crème"),
    "greek and cyrillic": ("Έλλη", "Щербакова", "Оболонська 7", "Куртка «Зима»"),
    "japanese": ("太郎", "山田", "渋谷区神南ビルディング", "防水ジャケット"),
    "chinese": ("小明", "歐陽", "忠孝東路四段", "雨衣简体"),
    "korean": ("민수", "김", "서울특별시 강남구", "방수 재킷"),
    "arabic": ("محمد", "الشريف", "شارع الملك فيصل", "معطف المطر"),
    "hebrew": ("שרה", "כהן", "רחוב הרצל", "מעיל גשם"),
    "thai": ("สมชาย", "ใจดี", "ถนนสุขุมวิท", "เสื้อกันฝน"),
    "emoji": ("Ada 😀", "Löwe 🎉", "Parkstraße 5 🏡", "Parka 🧥 warm"),
}


def drawn(pdf):
    """Return the text of a PDF as a browser finds it."""
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def letters(text):
    """Return a text without spaces and marks: a browser reads the marks above Thai letters a letter late, well as they are drawn."""
    return "".join(each for each in text if not each.isspace() and unicodedata.category(each) != "Mn")


@pytest.fixture
def staff(client):
    user = get_user_model().objects.create_superuser("staff@example.com", "correct horse battery")
    client.force_login(user)
    return client


@pytest.mark.parametrize("script", PEOPLE)
def test_name_survives_from_the_form_to_mails_staff_pages_export_and_packing_slip(script, staff, tmp_path):
    first, last, street, title = PEOPLE[script]
    product = make_simple(title, price="20.00")
    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=3, reason="test")
    deliver_all()
    visitor = Visitor()

    visitor.add(product.slug)
    page = visitor.check_out(first_name=first, last_name=last, line1=street)
    placed = visitor.send(page.form("/checkout/"), button="place", provider="manual")
    deliver_all()

    (order,) = orders.search_orders(params=PageParams()).items
    kept = orders.get_order(order_id=order.id, viewer=orders.Viewer(is_staff=True, actor="staff:test"))
    address = kept.shipping_address
    assert (address.first_name, address.last_name, address.line1) == (first, last, street)
    told = (f"{first} {last}", street, title)
    (sent,) = [each for each in mail.outbox if each.to == [PERSON["email"]] and "received" in each.subject]
    workbench = staff.get(reverse("admin:orders_order_change", args=[order.id])).content.decode()
    for text in (placed.text, sent.body, sent.alternatives[0][0], workbench):
        assert [words for words in told if words not in html.unescape(text)] == []
    call_command("export_products", str(tmp_path / "products.csv"), verbosity=0)
    with (tmp_path / "products.csv").open(encoding="utf-8", newline="") as file:
        assert title in [row["Title"] for row in csv.DictReader(file)]
    slip = letters(drawn(staff.get(reverse("admin:orders_order_slip", args=[order.id])).content))
    assert [words for words in told if letters(words) not in slip] == []
