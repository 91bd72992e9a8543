"""Mails: one for each fact, whatever is repeated or fails on the way."""

import re
import smtplib
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core import mail
from django.db import transaction

from apps.brand import api as brand
from apps.catalog.contracts import Image
from apps.content.contracts import PagePurpose
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.media import api as media
from apps.messaging import api as messaging
from apps.messaging import work
from apps.messaging.testing import deliver_all
from apps.notifications import api as notifications
from apps.notifications import handlers
from apps.notifications.models import OutboundMail
from apps.orders import api as orders
from apps.orders.events import OrderCancelled, OrderPaid, OrderRefunded
from apps.web import formats
from tests.brand.making import settle
from tests.catalog.shop import make_simple
from tests.content.writing import write_page
from tests.media.pictures import photo, served
from tests.orders.making import answer, draft, place, stock
from tests.orders.paying import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    placed, _ = place({stock(): 1})
    return placed


def test_placed_order_is_confirmed_in_text_and_html_with_a_link_that_opens_it(order, settings):
    deliver_all()

    (sent,) = mail.outbox
    assert sent.to == [order.email]
    assert order.number in sent.subject
    html = sent.alternatives[0][0]
    for body in (sent.body, html):
        for told in ("€24.90", "€20.00", "Rain jacket", "Wool, M", "Invalidenstraße 117", "Germany"):
            assert told in body
        assert f"{settings.STOREFRONT_URL}/orders/{order.id}/?token=" in body


def test_who_chooses_a_bank_transfer_is_told_where_to_send_the_money_and_until_when(order):
    deliver_all()
    start = {"viewer": orders.Viewer(is_staff=True), "provider": "manual", "return_url": None, "cancel_url": None}
    for _ in range(2):
        orders.start_payment(order_id=order.id, **start)

    deliver_all()

    placed, transfer = mail.outbox
    assert placed.subject.startswith("We received")
    assert transfer.subject == f"How to pay for your order {order.number}"
    waits = orders.get_order(order_id=order.id, viewer=orders.Viewer(is_staff=True))
    until = formats.moment(waits.payment_deadline)
    for body in (transfer.body, transfer.alternatives[0][0]):
        for told in ("€24.90", "DE02 1203 0000 0000 2020 51", f"Reference: {order.number}", until):
            assert told in body


def test_repeated_event_makes_no_second_mail(order):
    deliver_all()
    event = OrderPaid(
        order_id=order.id,
        version=2,
        number=order.number,
        payment_id=uuid7(),
        amount=order.total,
        customer_id=None,
        items=(),
    )

    for _ in range(3):
        with transaction.atomic():
            handlers.mail_paid([event])
        deliver_all()

    assert [sent.subject.split()[0] for sent in mail.outbox] == ["We", "Payment"]
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 2


@pytest.mark.parametrize(
    ("reason", "was_paid", "words"),
    [
        ("payment_deadline", False, "no payment arrived in time"),
        ("out_of_stock", True, "on its way back to you"),
        ("customer", False, "as you asked"),
    ],
)
def test_cancelled_mail_says_why_and_what_becomes_of_the_money(order, reason, was_paid, words):
    deliver_all()
    event = OrderCancelled(order_id=order.id, version=2, number=order.number, reason=reason, was_paid=was_paid)
    with transaction.atomic():
        handlers.mail_cancelled([event])

    deliver_all()

    assert words in mail.outbox[-1].body


def test_refund_mail_names_the_amount(order):
    deliver_all()
    amount = Money(Decimal("5.00"), "EUR")
    event = OrderRefunded(
        order_id=order.id, version=3, number=order.number, amount=amount, refunded=amount, complete=False
    )
    with transaction.atomic():
        handlers.mail_refunded([event])

    deliver_all()

    assert "€5.00" in mail.outbox[-1].body


def test_mail_server_that_refuses_is_tried_again_and_then_parked(order, monkeypatch, settings):
    settings.MESSAGING = {**settings.MESSAGING, "BACKOFF_BASE_MS": -1, "BACKOFF_CAP_MS": -1}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # the discard port: nobody listens

    deliver_all()
    for _ in range(settings.MESSAGING["MAX_ATTEMPTS"]):
        work.drive(name="notifications.send_mail")

    (parked,) = messaging.list_parked()
    assert parked.kind == "notifications.send_mail"
    (known,) = notifications.list_mails(order_id=order.id)
    assert known.sent_at is None
    assert "Refused" in known.error or smtplib.SMTPException.__name__ in known.error


def test_folder_backend_writes_whole_files_named_by_message_id(order, settings, tmp_path):
    settings.EMAIL_BACKEND = "apps.notifications.gateways.folder.EmlFolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")

    deliver_all()

    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert OutboundMail.objects.get().message_id.encode() in file.read_bytes()


def place_with(*, image_url="", language="en", name="Ada"):
    """Place an order of one item that shows a picture, in a language, by a person of this name."""
    made = draft({stock(): 1}, reservation=str(uuid7()))
    person = replace(made.shipping_address, first_name=name)
    made = replace(
        made,
        lines=(replace(made.lines[0], image_url=image_url),),
        language=language,
        shipping_address=person,
        billing_address=replace(person, line1="Rechnungsweg 1"),
    )
    lines = [inventory.StockLine(variant_id=made.lines[0].variant_id, quantity=1)]
    inventory.reserve_stock(reference=made.reservation, lines=lines, expires_in_seconds=3600)
    placed, _ = orders.place_order(draft=made, order_id=uuid7(), scope=None, encode=answer)
    deliver_all()
    return placed, mail.outbox[-1]


def html_of(sent):
    return sent.alternatives[0][0]


def test_items_show_a_picture_that_every_mail_program_reads_in_the_size_it_is_shown_in(settings):
    picture = media.store_image(content=photo(width=1200, height=900))

    _, sent = place_with(image_url=picture.url)

    ((address, alt, width, height),) = re.findall(
        r'<img src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)"', html_of(sent)
    )
    assert alt == "Rain jacket"
    shown = served(address.removeprefix(settings.STOREFRONT_URL))
    assert (shown.format, shown.mode) == ("JPEG", "RGB")
    assert shown.width / shown.height == int(width) / int(height), (
        "mail programs that know no object-fit would squeeze it"
    )


def test_no_mail_shows_a_picture_that_outlook_does_not(settings):
    logo = media.store_image(content=photo(width=800, height=200))
    picture = media.store_image(content=photo(width=1200, height=900))
    settle(logo=brand.Logo(url=logo.url, width=logo.width, height=logo.height))
    make_simple("Parka", images=(Image(url=picture.url, alt="A parka", width=1200, height=900),))
    _, placed = place_with(image_url=picture.url)

    pages = [html_of(placed), notifications.preview_stock_notice(language="en").html]

    for page in pages:
        pictures = re.findall(r"<img [^>]+>", page)
        assert len(pictures) == 2
        for each in pictures:
            address, alt = re.search(r'src="([^"]+)"', each)[1], re.search(r'alt="([^"]*)"', each)[1]
            assert served(address.removeprefix(settings.STOREFRONT_URL)).format in ("JPEG", "PNG")
            assert alt
            assert re.search(r' width="\d+" height="\d+"', each)


def test_picture_of_another_site_keeps_its_address():
    _, sent = place_with(image_url="https://cdn.example.com/a.jpg")

    assert '<img src="https://cdn.example.com/a.jpg"' in html_of(sent)


def test_both_addresses_are_told_where_they_differ():
    _, sent = place_with()

    for body in (sent.body, html_of(sent)):
        assert "Invoice to" in body
        assert "Rechnungsweg 1" in body


def test_names_are_escaped_in_html_and_plain_in_text():
    _, sent = place_with(name="<b>O'Neill</b> & Søn")

    assert "Hello <b>O'Neill</b> & Søn," in sent.body
    assert "<b>" not in html_of(sent)
    assert "&lt;b&gt;O&#x27;Neill" in html_of(sent)


def test_order_in_a_language_without_mails_is_written_in_the_first():
    _, sent = place_with(language="eo")

    assert sent.subject.startswith("We received")
    assert '<html lang="en"' in html_of(sent)


@pytest.mark.parametrize(("language", "greeting"), [("de", "Guten Tag Ada,"), ("fr", "Bonjour Ada,")])
def test_mail_is_in_the_language_of_the_order_and_so_is_the_page_it_leads_to(settings, language, greeting):
    order, sent = place_with(language=language)

    for told in (greeting, "4,90\xa0€", f"{settings.STOREFRONT_URL}/{language}/orders/{order.id}/?token="):
        assert told in sent.body
        assert told in html_of(sent)


def test_mail_about_a_parcel_leads_to_its_tracking_in_text_and_html():
    order, _ = place_with()
    pay(order)
    orders.ship_order(
        order_id=order.id,
        tracking_number="JD0001",
        carrier="DHL",
        tracking_url="https://track.example.com/JD0001",
        actor="staff:test",
        reference="parcel-1",
    )
    deliver_all()

    shipped = mail.outbox[-1]
    assert "on its way" in shipped.subject
    for body in (shipped.body, html_of(shipped)):
        for told in ("https://track.example.com/JD0001", "DHL JD0001", "In this parcel", "/orders/", "This completes"):
            assert told in body


def test_sender_name_colours_footer_and_logo_are_the_brands(settings):
    logo = brand.Logo(url="/media/00000000000000000000000000000000/800.webp", width=800, height=200)
    settle(logo=logo)
    _, sent = place_with()

    assert sent.from_email == "Fernway orders <orders@fernway.example>"
    html = html_of(sent)
    assert "#7a1f1f" in html
    assert "Fernway Ltd<br>Company 0815" in html
    small = f"{settings.STOREFRONT_URL}/media/00000000000000000000000000000000/mail.png"
    assert f'<img src="{small}" alt="Fernway &amp; Sons" width="144" height="36"' in html
    assert "Fernway Ltd\nCompany 0815" in sent.body


def test_foot_of_a_mail_is_in_the_language_of_the_order_and_links_the_shops_pages(settings):
    settle(translations={"de": {"legal_footer": "Fernway GmbH"}})
    write_page()
    write_page(slug="delivery", purpose=PagePurpose.DELIVERY)

    _, sent = place_with(language="de")

    link = f"{settings.STOREFRONT_URL}/de/pages/returns/"
    assert f'<a href="{link}" style="color:#58605c">Rückgabe</a></p>' in html_of(sent)
    assert f"Rückgabe: {link}\n" in sent.body
    for body in (sent.body, html_of(sent)):
        assert "Fernway GmbH" in body
        assert "/pages/delivery/" not in body


def test_html_needs_nothing_that_mail_programs_refuse():
    _, sent = place_with()

    html = html_of(sent)
    assert not re.findall(r"<(script|link|iframe|form|svg|object)", html)
    assert len(html.encode()) < 100_000  # Gmail cuts a mail at 102 kB
    assert "prefers-color-scheme: dark" in html
    assert 'name="color-scheme" content="light dark"' in html


def test_mail_about_part_of_an_order_lists_that_part_and_no_sum_that_would_not_add_up():
    order, _ = place({stock(): 2})
    pay(order)
    line = order.lines[0].id
    orders.ship_order(order_id=order.id, lines={line: 1}, actor="staff:test", reference="parcel-1")
    deliver_all()

    shipped = mail.outbox[-1]
    for body in (shipped.body, html_of(shipped)):
        assert "The rest follows in another parcel." in body
        assert "Total of your whole order" in body
        assert "Subtotal" not in body
    assert "1 \N{MULTIPLICATION SIGN} Rain jacket, Wool, M\n" in shipped.body
