"""Accounts over REST."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.kernel.ids import uuid7
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
WHOLE_ADDRESS = {**ADDRESS, "line2": "", "region": "", "phone": "", "is_default": True}


def post(path, body, token=None):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    return APIClient().post(f"/api/v1/{path}", body, format="json", **headers)


def signed_in(email=PERSON["email"]):
    token = post("auth/register", {**PERSON, "email": email}).json()["access"]
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def client_of(user_id, *, is_staff=False):
    token = issue_access_token(user_id=user_id, is_staff=is_staff)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def codes(answer):
    return [(fault["field"], fault["code"]) for fault in answer.json()["errors"]]


class TestSigningIn:
    def test_register_login_refresh_logout(self):
        registered = post("auth/register", PERSON)
        assert registered.status_code == 201
        assert set(registered.json()) == {"user", "access", "refresh"}
        assert registered.json()["user"]["email"] == PERSON["email"]

        login = post("auth/login", {"email": "ADA@example.com", "password": PERSON["password"]})
        assert (login.status_code, set(login.json())) == (200, {"user", "access", "refresh"})
        refreshed = post("auth/refresh", {"refresh": login.json()["refresh"]})
        assert (refreshed.status_code, set(refreshed.json())) == (200, {"access", "refresh"})
        refresh = refreshed.json()["refresh"]
        assert post("auth/logout", {"refresh": refresh}).status_code == 204
        gone = post("auth/refresh", {"refresh": refresh})
        assert (gone.status_code, gone.json()["code"]) == (401, "invalid_refresh_token")

    def test_taken_address_is_named(self):
        post("auth/register", PERSON)

        answer = post("auth/register", {**PERSON, "email": "ADA@Example.com"})

        assert (answer.status_code, codes(answer)) == (400, [("email", "email_taken")])

    @pytest.mark.parametrize("email", [PERSON["email"], "nobody@example.com"])
    def test_wrong_credentials_are_401(self, email):
        post("auth/register", PERSON)

        answer = post("auth/login", {"email": email, "password": "wrong"})

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
        assert "wrong" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("email", "nonsense", "invalid_email"),
            ("email", "nul\x00@example.com", "null_characters_not_allowed"),
            ("email", "x" * 255, "max_length"),
            ("email", None, "null"),
            ("email", ["a@b.example"], "invalid"),
            ("password", "12345678", "password_too_common"),
            ("password", "short", "password_too_short"),
            ("password", "ada@example.com", "password_too_similar"),
            ("password", "x" * 1025, "max_length"),
            ("first_name", "x" * 101, "max_length"),
            ("last_name", "a\x00b", "null_characters_not_allowed"),
        ],
    )
    def test_bad_registration_names_the_field(self, field, value, code):
        answer = post("auth/register", {**PERSON, field: value})

        assert answer.status_code == 400
        assert (field, code) in codes(answer)
        assert not User.objects.exists()

    def test_ten_megabytes_of_password_are_refused_unread(self):
        assert post("auth/login", {"email": PERSON["email"], "password": "x" * 10_000_000}).status_code == 413

    def test_stale_token_in_the_header_does_not_stop_a_login(self):
        post("auth/register", PERSON)

        answer = post("auth/login", {"email": PERSON["email"], "password": PERSON["password"]}, token="stale")

        assert answer.status_code == 200

    def test_login_costs_as_many_statements_as_it_needs(self, django_assert_num_queries):
        post("auth/register", PERSON)

        # The user by address and by id; sign-in and first token inside one savepoint.
        with django_assert_num_queries(6):
            post("auth/login", {"email": PERSON["email"], "password": PERSON["password"]})


class TestMe:
    def test_me_is_read_and_changed_with_the_token_only(self):
        client = signed_in()

        assert client.get("/api/v1/users/me").json()["email"] == "ada@example.com"
        changed = client.patch("/api/v1/users/me", {"first_name": "Eva", "email": "other@example.com"}, format="json")
        assert (changed.json()["first_name"], changed.json()["email"]) == ("Eva", "ada@example.com")
        assert APIClient().get("/api/v1/users/me").status_code == 401

    def test_access_token_costs_no_query(self, django_assert_num_queries):
        client = signed_in()

        with django_assert_num_queries(1):
            client.get("/api/v1/users/me")

    def test_token_of_nobody_finds_nobody(self):
        client = client_of(uuid7(), is_staff=True)

        assert client.get("/api/v1/users/me").status_code == 404
        assert client.patch("/api/v1/users/me", {"first_name": "Eva"}, format="json").status_code == 404
        assert client.post("/api/v1/users/me/addresses", ADDRESS, format="json").status_code == 404


class TestAddressBook:
    path = "/api/v1/users/me/addresses"

    def test_what_is_written_is_read(self):
        client = signed_in()

        made = client.post(self.path, {**ADDRESS, "is_default": True}, format="json")
        assert made.status_code == 201
        address_id = made.json()["id"]
        assert made.json() == {"id": address_id, **WHOLE_ADDRESS}
        listed = client.get(self.path).json()
        assert listed == {"results": [made.json()], "next": None, "previous": None}

        moved = client.put(f"{self.path}/{address_id}", {**made.json(), "city": "Bonn"}, format="json")
        assert moved.json() == {"id": address_id, **WHOLE_ADDRESS, "city": "Bonn"}
        assert client.delete(f"{self.path}/{address_id}").status_code == 204
        assert client.delete(f"{self.path}/{address_id}").status_code == 404

    def test_foreign_address_is_404(self):
        mine, other = signed_in(), signed_in("eva@example.com")
        made = mine.post(self.path, ADDRESS, format="json").json()

        assert other.get(self.path).json()["results"] == []
        assert other.put(f"{self.path}/{made['id']}", ADDRESS, format="json").status_code == 404
        assert other.delete(f"{self.path}/{made['id']}").status_code == 404
        assert mine.get(self.path).json()["results"] == [made]

    @pytest.mark.parametrize(
        ("field", "value"),
        [("country", "XX"), ("city", ""), ("line1", "x" * 201), ("postal_code", "x" * 21), ("phone", "\x00")],
    )
    def test_bad_address_names_the_field(self, field, value):
        answer = signed_in().post(self.path, {**ADDRESS, field: value}, format="json")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field

    def test_anonymous_has_no_book(self):
        assert APIClient().get(self.path).status_code == 401
        assert APIClient().post(self.path, ADDRESS, format="json").status_code == 401

    def test_list_costs_one_statement_however_long(self, django_assert_num_queries):
        client = signed_in()

        for _ in range(2):
            client.post(self.path, ADDRESS, format="json")
            with django_assert_num_queries(1):
                client.get(self.path)
