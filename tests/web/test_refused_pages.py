"""What a page refused and did not show itself: the category's status and the detail, for people."""

import pytest
from django.test import Client

from tests.web.probe import RAISES

pytestmark = pytest.mark.django_db
STATUSES = {
    "invalid": 400, "unauthenticated": 401, "declined": 402, "denied": 403, "not_found": 404, "conflict": 409,
    "precondition": 412, "unprocessable": 422, "too_many": 429, "unavailable": 503,
}  # fmt: skip


@pytest.mark.parametrize(("what", "status"), STATUSES.items())
def test_page_refuses_by_the_status_of_the_category_with_its_detail(client, what, status):
    response = client.get(f"/probe/page/{what}/")

    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert RAISES[what].detail in response.content.decode()
    assert response.get("Retry-After") == {"too_many": "7", "unavailable": "3"}.get(what)


def test_page_that_breaks_is_still_a_500_without_its_secret(client):
    response = client.get("/probe/page/bug/")

    assert response.status_code == 500
    assert b"a secret" not in response.content


@pytest.mark.parametrize("path", ["/probe/page/?a=1&name%00=2", "/probe/page/?name=%00", "/probe/page/conflict%00/"])
def test_page_refuses_nul_before_its_view_runs(client, path):
    response = client.get(path)

    assert response.status_code == 400
    assert "NUL character" in response.content.decode()


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16"])
def test_form_in_a_charset_that_pages_do_not_read_is_refused(charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    client = Client(enforce_csrf_checks=True)
    client.get("/account/sign-in/")

    response = client.generic("POST", "/account/sign-in/", b"email=a", content_type=kind)

    assert response.status_code == 400
    assert "We did not understand that" in response.content.decode()


def test_action_on_what_is_no_id_is_refused(admin_client):
    forged = {"action": "delete_selected", "_selected_action": "x"}
    response = admin_client.post("/admin/catalog/product/", forged)

    assert response.status_code == 400
    assert "is not a valid UUID" in response.content.decode()
