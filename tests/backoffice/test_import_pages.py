"""Staff import a product file on pages: columns, what it would change, the import by a worker; and export beside it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.urls import reverse

from apps.backoffice import uploads
from apps.backoffice.models import FileContent, ProductFile
from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.messaging import work
from tests.backoffice.test_pages import sign_in
from tests.catalog.shop import make_simple, row, shopify_csv

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RIGHTS = ("catalog.view_product", "catalog.add_product", "catalog.change_product")


@pytest.fixture
def staff(client):
    sign_in(client, *RIGHTS)
    return client


def upload(client, text, currency="EUR"):
    file = SimpleUploadedFile("products.csv", text.encode(), content_type="text/csv")
    answer = client.post(reverse("backoffice:import"), {"file": file, "currency": currency})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def do_work():
    while work.drive(name="backoffice.import_products"):
        pass


def check(client, page, **columns):
    client.post(page, columns)
    do_work()
    return client.get(page).content.decode()


def test_file_is_mapped_checked_and_imported_with_its_stock(staff):
    page = upload(staff, shopify_csv(row("a", Variant_Inventory_Qty="7"), row("b", Variant_Price="free")))

    checked = check(staff, page)
    assert catalog.list_products() == ()
    staff.post(page, {"step": "import"})
    do_work()
    done = staff.get(page).content.decode()

    assert "1 would be created, 0 would be changed, 0 unchanged, 1 product rejected; 1 error." in checked
    assert "Import: create 1 product</button>" in checked
    assert "Title: <ins>A</ins>" in checked
    assert "Variants: <ins>1</ins>" in checked
    assert "1 created, 0 changed, 0 unchanged, 1 product rejected; 1 error." in done
    assert "Line 3, Variant Price “free”" in checked
    assert "use a number such as" in checked
    assert "Imported." in done
    product = catalog.find_product(slug="a")
    assert product is not None
    levels = inventory.get_stock_levels(variant_ids=[product.variants[0].id])
    assert [level.on_hand for level in levels[product.variants[0].id]] == [7]


def test_file_that_changes_nothing_offers_no_import_until_it_sets_stock(staff):
    same = row("pot", Variant_SKU="A-POT")
    page = upload(staff, shopify_csv(same))
    check(staff, page)
    staff.post(page, {"step": "import"})
    do_work()

    checked = check(staff, upload(staff, shopify_csv(same)))
    with_stock = check(staff, upload(staff, shopify_csv(same | {"Variant Inventory Qty": "7"})))

    assert "An import of this file would change nothing." in checked
    assert "Import:" not in checked
    assert "Import: set the stock of 1 product</button>" in with_stock


def test_check_shows_what_would_change_from_what_to_what(staff):
    make_simple("A pot", slug="pot", vendor="Old", product_type="")

    shown = check(staff, upload(staff, shopify_csv(row("pot", Title="A pot", Vendor="New"))))

    assert "0 would be created, 1 would be changed" in shown
    assert "Vendor: <del>Old</del> <ins>New</ins>" in shown
    assert "<del>10.00 EUR</del>" not in shown


def test_columns_are_mapped_to_fields_to_attributes_or_left_out(staff):
    headings = ["Handle", "Name of it", "Variant Price", "Season", "Secret"]
    text = shopify_csv(
        {"Handle": "a", "Name of it": "A hat", "Variant Price": "9.00", "Season": "Winter", "Secret": "margin"},
        headings=headings,
    )
    page = upload(staff, text)
    form = staff.get(page).content.decode()
    refused = check(staff, page)
    check(staff, page, **{"column-1": "Title", "column-3": "as an attribute", "column-4": "leave out"})
    staff.post(page, {"step": "import"})
    do_work()

    assert "A hat" in form
    assert "The heading lacks Title" in refused
    product = catalog.find_product(slug="a")
    assert product is not None
    assert (product.title, dict(product.attributes)) == ("A hat", {"Season": "Winter"})


def test_step_is_taken_once_and_never_before_the_check(staff):
    page = upload(staff, shopify_csv(row("a")))

    early = staff.post(page, {"step": "import"}, follow=True).content.decode()
    do_work()

    assert "is not the next one" in early
    assert catalog.list_products() == ()


def test_progress_is_told_while_a_worker_is_at_it(staff, monkeypatch):
    monkeypatch.setattr("apps.backoffice.uploads._TURN_SECONDS", 0.0)
    page = upload(staff, shopify_csv(*(row(f"p-{n}") for n in range(60))))
    staff.post(page)
    before = staff.get(f"{page}progress/").json()
    body = staff.get(page).content.decode()
    with monkeypatch.context() as patched:
        patched.setattr(
            work, "_drive_until", lambda together, **_: work._drive_claim(together[0], fresh=True, deadline=0)
        )
        work.drive(name="backoffice.import_products")
    halfway = staff.get(f"{page}progress/").json()
    do_work()

    assert before == {"is_working": True, "phase": "checking", "done": 0, "total": 0}
    assert 'http-equiv="refresh"' in body
    assert "backoffice/progress.js" in body
    assert halfway == {"is_working": True, "phase": "checking", "done": 25, "total": 60}
    assert staff.get(f"{page}progress/").json() == {"is_working": False, "phase": "checked", "done": 60, "total": 60}


@pytest.mark.parametrize(("text", "currency", "fault"), [("x", "EURO", "at most 3"), ("", "EUR", "empty")])
def test_upload_that_cannot_be_says_why(staff, text, currency, fault):
    file = SimpleUploadedFile("products.csv", text.encode(), content_type="text/csv")

    answer = staff.post(reverse("backoffice:import"), {"file": file, "currency": currency})

    assert fault in answer.content.decode()


def test_file_in_another_encoding_is_refused_in_one_sentence(staff):
    file = SimpleUploadedFile("products.csv", "Handle,Title\nä,b\n".encode("latin-1"))
    page = staff.post(reverse("backoffice:import"), {"file": file, "currency": "EUR"})["Location"]

    assert "The file is not UTF-8" in staff.get(page).content.decode()


def test_export_is_sent_as_a_file(staff):
    make_simple("=1+1", slug="x")

    answer = staff.post(reverse("backoffice:export"), {"currency": "eur"})

    content = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"] == 'attachment; filename="products.csv"'
    assert [line["Title"] for line in csv.DictReader(StringIO(content))] == ["'=1+1"]


def test_nobody_without_the_rights_imports_or_exports(client):
    sign_in(client, "catalog.view_product", "inventory.view_stocklevel")

    assert client.get(reverse("backoffice:import")).status_code == 403
    assert client.post(reverse("backoffice:import")).status_code == 403
    assert client.post(reverse("backoffice:export")).status_code == 403


def test_files_that_nobody_imported_within_a_week_are_deleted(staff):
    upload(staff, shopify_csv(row("old")))
    ProductFile.objects.update(created_at=Now() - timedelta(days=8))
    fresh = upload(staff, shopify_csv(row("new")))

    assert (uploads.forget_idle(), uploads.forget_idle()) == (1, 0)

    assert staff.get(fresh).status_code == 200
    assert (ProductFile.objects.count(), FileContent.objects.count()) == (1, 1)


def test_form_of_columns_that_comes_too_late_changes_nothing(staff):
    page = upload(staff, shopify_csv(row("lamp")))
    check(staff, page)
    staff.post(page, {"step": "import"})
    do_work()

    answer = staff.post(page, {"column-0": "Handle"}, follow=True)

    assert answer.status_code == 200
    assert "taken already" in answer.content.decode()
    assert ProductFile.objects.get().phase == "done"


def test_form_of_columns_for_a_file_that_cannot_be_read_is_answered(staff):
    file = SimpleUploadedFile("products.xlsx", b"PK\x03\x04\x14\x00\xff\xfe", content_type="text/csv")
    page = staff.post(reverse("backoffice:import"), {"file": file, "currency": "EUR"})["Location"]

    assert staff.post(page, {"column-0": "Handle"}, follow=True).status_code == 200
