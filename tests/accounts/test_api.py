"""Accounts through the published interface."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from apps.accounts import api as accounts
from apps.accounts.models import RefreshFamily, RefreshToken, User
from apps.kernel import clock
from apps.kernel.address import Address

ADDRESS = Address(
    first_name="Ada", last_name="Löwe", line1="Street 1", city="Berlin", postal_code="10115", country="DE"
)
PASSWORD = "correct horse battery"


def register(email="ada@example.com"):
    return accounts.register_customer(email=email, password=PASSWORD, first_name="Ada", last_name="Löwe")


@pytest.mark.django_db
class TestRegistration:
    def test_email_is_kept_in_lower_case_and_signs_in_in_any(self):
        customer = register("Ada@Example.COM")

        assert customer.email == "ada@example.com"
        assert accounts.authenticate_customer(email="ADA@example.com", password=PASSWORD).id == customer.id

    def test_taken_email_is_named(self):
        register()

        with pytest.raises(accounts.InvalidRegistration) as caught:
            register("ADA@example.com")

        assert [(f.field, f.code) for f in caught.value.fields] == [("email", "email_taken")]

    @pytest.mark.parametrize(
        ("email", "password", "field"),
        [
            ("nonsense", PASSWORD, "email"),
            ("a@b.example", "12345678", "password"),
            ("a@b.example", "x" * 1025, "password"),
        ],
    )
    def test_bad_input_is_named_and_makes_no_account(self, email, password, field):
        with pytest.raises(accounts.InvalidRegistration) as caught:
            accounts.register_customer(email=email, password=password)

        assert {f.field for f in caught.value.fields} == {field}
        assert not User.objects.exists()

    @pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "\x00"])
    def test_wrong_credentials_look_the_same_for_known_and_unknown(self, email):
        register()

        with pytest.raises(accounts.InvalidCredentials, match="E-mail address or password is wrong"):
            accounts.authenticate_customer(email=email, password="wrong")

    def test_closed_account_cannot_sign_in(self):
        register()
        User.objects.update(is_active=False)

        with pytest.raises(accounts.InvalidCredentials):
            accounts.authenticate_customer(email="ada@example.com", password=PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_two_registrations_of_one_email_at_once_make_one_account():
    def attempt(_):
        try:
            return register().email
        except accounts.InvalidRegistration as error:
            return error.fields[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(attempt, range(4)))

    assert outcomes == ["ada@example.com", "email_taken", "email_taken", "email_taken"]


@pytest.mark.django_db
class TestRefreshTokens:
    def test_each_token_is_followed_by_another(self):
        first = accounts.issue_tokens(customer_id=register().id)

        second = accounts.refresh_tokens(refresh=first.refresh)
        third = accounts.refresh_tokens(refresh=second.refresh)

        assert len({first.refresh, second.refresh, third.refresh}) == 3

    def test_repeat_within_the_grace_window_gets_the_same_successor(self):
        first = accounts.issue_tokens(customer_id=register().id)

        assert (
            accounts.refresh_tokens(refresh=first.refresh).refresh
            == accounts.refresh_tokens(refresh=first.refresh).refresh
        )

    def test_reuse_after_the_grace_window_ends_the_whole_family(self):
        first = accounts.issue_tokens(customer_id=register().id)
        second = accounts.refresh_tokens(refresh=first.refresh)

        with clock.frozen(clock.now() + timedelta(minutes=5)), pytest.raises(accounts.InvalidRefreshToken):
            accounts.refresh_tokens(refresh=first.refresh)

        assert RefreshFamily.objects.get().revoked_at
        with pytest.raises(accounts.InvalidRefreshToken):
            accounts.refresh_tokens(refresh=second.refresh)

    def test_expired_unknown_and_logged_out_tokens_are_refused(self):
        tokens = accounts.issue_tokens(customer_id=register().id)
        with clock.frozen(clock.now() + timedelta(days=8)), pytest.raises(accounts.InvalidRefreshToken):
            accounts.refresh_tokens(refresh=tokens.refresh)

        accounts.revoke_refresh_token(refresh=tokens.refresh)

        for token in (tokens.refresh, "unknown"):
            with pytest.raises(accounts.InvalidRefreshToken):
                accounts.refresh_tokens(refresh=token)

    def test_token_is_not_stored(self):
        tokens = accounts.issue_tokens(customer_id=register().id)

        assert tokens.refresh not in str(list(RefreshToken.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_twenty_refreshes_of_one_token_at_once_make_one_successor():
    first = accounts.issue_tokens(customer_id=register().id)

    def refresh(_):
        try:
            return accounts.refresh_tokens(refresh=first.refresh).refresh
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        successors = set(pool.map(refresh, range(20)))

    assert len(successors) == 1
    assert RefreshToken.objects.count() == 2


@pytest.mark.django_db
class TestAddressBook:
    def test_only_one_address_is_the_default(self):
        customer = register()
        first = accounts.save_address(customer_id=customer.id, address=ADDRESS, is_default=True)
        second = accounts.save_address(customer_id=customer.id, address=ADDRESS, is_default=True)

        assert [(a.id, a.is_default) for a in accounts.list_addresses(customer_id=customer.id)] == [
            (second.id, True),
            (first.id, False),
        ]

    def test_foreign_address_does_not_exist(self):
        mine = accounts.save_address(customer_id=register().id, address=ADDRESS)
        other = register("other@example.com")

        with pytest.raises(accounts.AddressNotFound):
            accounts.save_address(customer_id=other.id, address=ADDRESS, address_id=mine.id)
        with pytest.raises(accounts.AddressNotFound):
            accounts.delete_address(customer_id=other.id, address_id=mine.id)
