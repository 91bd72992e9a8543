"""Staff: the command that makes one, and people in admin."""

import io

import pytest
from django.core.management import CommandError, call_command

from apps.accounts import api as accounts
from apps.accounts.models import User
from apps.messaging.models import OutboxMessage
from tests.accounts.people import PASSWORD, register

pytestmark = pytest.mark.django_db
ADMIN = "/admin/accounts/user/"


def ensure_staff(email="Boss@Example.com", variable="STAFF_PASSWORD"):
    out = io.StringIO()
    call_command("ensure_staff", "--email", email, "--password-env", variable, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def staff(client, monkeypatch):
    monkeypatch.setenv("STAFF_PASSWORD", PASSWORD)
    ensure_staff()
    client.force_login(User.objects.get())
    return client


class TestEnsureStaff:
    def test_makes_an_account_with_every_right_once(self, monkeypatch):
        monkeypatch.setenv("STAFF_PASSWORD", PASSWORD)

        assert ensure_staff() == "created boss@example.com"
        password = User.objects.get().password
        assert ensure_staff() == "updated boss@example.com"

        user = User.objects.get()
        assert (user.is_staff, user.is_superuser, user.password) == (True, True, password)
        assert accounts.authenticate_customer(email="boss@example.com", password=PASSWORD).is_staff

    def test_opens_a_closed_account_again_with_the_new_password(self, monkeypatch):
        register("boss@example.com")
        User.objects.update(is_active=False)
        monkeypatch.setenv("STAFF_PASSWORD", "another horse battery")

        ensure_staff()

        assert accounts.authenticate_customer(email="boss@example.com", password="another horse battery").is_staff

    @pytest.mark.parametrize(
        ("options", "wrong"),
        [({"email": "nonsense"}, "--email: “nonsense”"), ({"variable": "NOT_SET"}, "--password-env NOT_SET")],
    )
    def test_wrong_option_is_named(self, monkeypatch, options, wrong):
        monkeypatch.setenv("STAFF_PASSWORD", PASSWORD)

        with pytest.raises(CommandError, match=wrong):
            ensure_staff(**options)


class TestAdmin:
    def test_staff_open_an_account_that_can_sign_in_and_is_published(self, staff):
        form = {"email": "Ada@Example.com", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}

        answer = staff.post(f"{ADMIN}add/", form)

        assert answer.status_code == 302, answer.content.decode()
        customer = accounts.authenticate_customer(email="ada@example.com", password=PASSWORD)
        assert OutboxMessage.objects.filter(key=f"accounts:{customer.id}").count() == 1

    def test_taken_address_is_an_error_of_the_form(self, staff):
        form = {"email": "BOSS@example.com", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}

        answer = staff.post(f"{ADMIN}add/", form)

        assert (answer.status_code, User.objects.count()) == (200, 1)
        assert "already exists" in answer.content.decode()

    def test_change_is_saved_and_publishes_no_second_registration(self, staff):
        customer = register()

        answer = staff.post(f"{ADMIN}{customer.id}/change/", {"email": "Eva@Example.com", "is_active": "on"})

        assert answer.status_code == 302
        assert accounts.get_customer(customer_id=customer.id).email == "eva@example.com"
        assert OutboxMessage.objects.filter(key=f"accounts:{customer.id}").count() == 1

    def test_new_password_ends_the_customers_sign_ins(self, staff):
        customer = register()
        token = accounts.issue_tokens(customer_id=customer.id).refresh
        form = {"password1": "another horse battery", "password2": "another horse battery", "usable_password": "true"}

        assert staff.post(f"{ADMIN}{customer.id}/password/", form).status_code == 302

        with pytest.raises(accounts.InvalidRefreshToken):
            accounts.refresh_tokens(refresh=token)

    def test_list_is_flat_and_nobody_is_deleted(self, staff, django_assert_max_num_queries):
        people = [register(f"{number}@example.com") for number in range(12)]

        with django_assert_max_num_queries(9):
            assert staff.get(ADMIN).status_code == 200

        assert staff.get(f"{ADMIN}{people[0].id}/delete/").status_code == 403
