"""What staff asked for wrongly is answered to staff: not by the shop's page, and with the way back to theirs."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/admin/orders/order/?foo__bar=1", 400, "foo__bar"),
        ("/admin/catalog/product/?_to_field=zz", 400, "zz"),
        ("/admin/work/products/", 404, "/admin/work/products/"),
    ],
)
def test_wrong_address_is_named_with_the_way_back_to_the_back_office(admin_client, path, status, told):
    response = admin_client.get(path)

    page = response.content.decode()
    assert response.status_code == status
    assert told in page.partition("<main>")[2]
    assert 'href="/admin/"' in page
    assert "Back to the shop" not in page


def test_who_has_no_right_is_told_so_as_staff(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("a@example.com", is_staff=True))

    response = client.get("/admin/work/mails/")

    assert response.status_code == 403
    assert "no right to this" in response.content.decode()
