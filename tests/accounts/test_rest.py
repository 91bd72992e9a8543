"""Accounts over REST."""

import pytest
from rest_framework.test import APIClient

from apps.web.authentication import issue_access_token

pytestmark = pytest.mark.django_db
PERSON = {"email": "ada@example.com", "password": "correct horse battery", "first_name": "Ada", "last_name": "Löwe"}
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Löwe",
    "line1": "Street 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}


def post(path, body, token=None):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    return APIClient().post(path, body, format="json", **headers)


def test_register_login_refresh_logout():
    registered = post("/api/v1/auth/register", PERSON)
    assert registered.status_code == 201
    assert set(registered.json()) == {"user", "access", "refresh"}

    login = post("/api/v1/auth/login", {"email": "ADA@example.com", "password": PERSON["password"]}).json()
    refreshed = post("/api/v1/auth/refresh", {"refresh": login["refresh"]})
    assert set(refreshed.json()) == {"access", "refresh"}
    assert post("/api/v1/auth/logout", {"refresh": refreshed.json()["refresh"]}).status_code == 204
    assert post("/api/v1/auth/refresh", {"refresh": refreshed.json()["refresh"]}).status_code == 401


def test_me_is_read_and_changed_with_the_token_only():
    token = post("/api/v1/auth/register", PERSON).json()["access"]
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")

    assert client.get("/api/v1/users/me").json()["email"] == "ada@example.com"
    assert client.patch("/api/v1/users/me", {"first_name": "Eva"}, format="json").json()["first_name"] == "Eva"
    assert APIClient().get("/api/v1/users/me").status_code == 401


def test_access_token_costs_no_query(django_assert_num_queries):
    token = post("/api/v1/auth/register", PERSON).json()["access"]

    with django_assert_num_queries(1):
        APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/users/me")


def test_address_book(django_assert_num_queries):
    token = post("/api/v1/auth/register", PERSON).json()["access"]
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")

    made = client.post("/api/v1/users/me/addresses", ADDRESS, format="json")
    assert made.status_code == 201
    path = f"/api/v1/users/me/addresses/{made.json()['id']}"
    assert client.put(path, {**ADDRESS, "city": "Bonn"}, format="json").json()["address"]["city"] == "Bonn"
    assert len(client.get("/api/v1/users/me/addresses").json()["results"]) == 1
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"), [("country", "XX"), ("city", ""), ("line1", "x" * 201), ("postal_code", "x" * 21)]
)
def test_bad_address_names_the_field(field, value):
    token = post("/api/v1/auth/register", PERSON).json()["access"]

    answer = post("/api/v1/users/me/addresses", {**ADDRESS, field: value}, token)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_token_of_nobody_finds_nobody():
    from apps.kernel.ids import uuid7

    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_access_token(user_id=uuid7(), is_staff=True)}")

    assert client.get("/api/v1/users/me").status_code == 404
