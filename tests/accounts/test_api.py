"""Accounts through the published interface."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpResponse

from apps.accounts import api as accounts
from apps.accounts.models import SavedAddress, User
from apps.accounts.services.addresses import MAX_ADDRESSES
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.messaging.models import OutboxMessage
from tests.accounts.people import ADDRESS, PASSWORD, register


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    algorithm = "counting"
    count = 0

    def encode(self, password, salt):
        type(self).count += 1
        return super().encode(password, salt)


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
            ("", PASSWORD, "email"),
            ("nul\x00@b.example", PASSWORD, "email"),
            ("ada@b.example\nBcc: all@b.example", PASSWORD, "email"),
            (f"{'a' * 60}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example", PASSWORD, "email"),
            ("a@b.example", "12345678", "password"),
            ("a@b.example", "", "password"),
            ("a@b.example", "x" * 1025, "password"),
            ("a@b.example", "x" * 10_000_000, "password"),
        ],
    )
    def test_bad_input_is_named_and_makes_no_account(self, email, password, field):
        with pytest.raises(accounts.InvalidRegistration) as caught:
            accounts.register_customer(email=email, password=password)

        assert {f.field for f in caught.value.fields} == {field}
        assert not User.objects.exists()

    @pytest.mark.parametrize("field", ["first_name", "last_name"])
    @pytest.mark.parametrize("value", ["x" * 101, "a\x00b"])
    def test_name_that_does_not_fit_is_named(self, field, value):
        with pytest.raises(accounts.InvalidRegistration) as caught:
            accounts.register_customer(email="a@b.example", password=PASSWORD, **{field: value})

        assert [fault.field for fault in caught.value.fields] == [field]

    def test_unicode_address_has_one_spelling(self):
        customer = register("Ada@BÜCHER.example")

        assert customer.email == "ada@bücher.example"
        with pytest.raises(accounts.InvalidRegistration, match="has an account already"):
            register("ada@bu\u0308cher.example")
        assert accounts.authenticate_customer(email="ada@bu\u0308cher.example", password=PASSWORD).id == customer.id

    def test_registration_is_published_once_without_personal_data(self):
        customer = register()

        (message,) = OutboxMessage.objects.filter(key=f"accounts:{customer.id}")
        assert message.event_type == "accounts.customer_registered.v1"
        assert message.payload == {"customer_id": str(customer.id)}

    @pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "\x00", "x" * 1_000_000])
    def test_wrong_credentials_look_the_same_for_known_and_unknown(self, email):
        register()

        with pytest.raises(accounts.InvalidCredentials, match="E-mail address or password is wrong"):
            accounts.authenticate_customer(email=email, password="wrong")

    @pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "nul\x00@example.com"])
    @pytest.mark.parametrize("password", ["wrong", "x" * 1025])
    def test_every_refusal_takes_the_time_of_one_hash(self, settings, email, password):
        settings.PASSWORD_HASHERS = [f"{CountingHasher.__module__}.CountingHasher"]
        register()
        CountingHasher.count = 0

        with pytest.raises(accounts.InvalidCredentials):
            accounts.authenticate_customer(email=email, password=password)

        assert CountingHasher.count == 1

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
class TestBrowserSignIn:
    @pytest.fixture
    def request_(self, rf):
        request = rf.post("/")
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        request.user = AnonymousUser()
        request.session["cart"] = "kept"
        request.session.save()
        return request

    def test_session_gets_a_new_key_and_keeps_its_content(self, request_):
        customer, before = register(), request_.session.session_key

        accounts.sign_in(request_, email="ada@example.com", password=PASSWORD)

        assert request_.session.session_key != before
        assert request_.session["cart"] == "kept"
        assert request_.user.pk == customer.id

    def test_wrong_password_leaves_the_browser_signed_out(self, request_):
        register()

        with pytest.raises(accounts.InvalidCredentials):
            accounts.sign_in(request_, email="ada@example.com", password="wrong")

        assert "_auth_user_id" not in request_.session

    def test_signing_out_forgets_the_session(self, request_):
        register()
        accounts.sign_in(request_, email="ada@example.com", password=PASSWORD)

        accounts.sign_out(request_)

        assert list(request_.session.items()) == []
        assert request_.user.is_anonymous


@pytest.mark.django_db
class TestCustomers:
    def test_customers_are_read_together(self, django_assert_num_queries):
        known = [register(f"{name}@example.com") for name in ("ada", "eva")]

        with django_assert_num_queries(1):
            found = accounts.get_customers(ids=[uuid7(), *(customer.id for customer in known)])

        assert found == {customer.id: customer for customer in known}

    def test_only_the_given_name_changes(self):
        customer = register()

        assert accounts.update_customer(customer_id=customer.id, last_name=" Byron ").first_name == "Ada"
        assert accounts.get_customer(customer_id=customer.id).last_name == "Byron"

    @pytest.mark.parametrize("value", ["x" * 101, "a\x00b"])
    def test_name_that_does_not_fit_is_refused(self, value):
        with pytest.raises(accounts.InvalidProfile) as caught:
            accounts.update_customer(customer_id=register().id, first_name=value)

        assert [fault.field for fault in caught.value.fields] == ["first_name"]

    def test_closed_account_is_nobody(self):
        customer = register()
        User.objects.update(is_active=False)

        with pytest.raises(accounts.CustomerNotFound):
            accounts.get_customer(customer_id=customer.id)
        with pytest.raises(accounts.CustomerNotFound):
            accounts.save_address(customer_id=customer.id, address=ADDRESS)


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

    def test_default_saved_again_stays_the_default(self):
        customer = register()
        saved = accounts.save_address(customer_id=customer.id, address=ADDRESS, is_default=True)

        accounts.save_address(customer_id=customer.id, address=ADDRESS, address_id=saved.id, is_default=True)

        assert accounts.list_addresses(customer_id=customer.id) == (saved,)

    def test_foreign_address_does_not_exist(self):
        mine = accounts.save_address(customer_id=register().id, address=ADDRESS)
        other = register("other@example.com")

        with pytest.raises(accounts.AddressNotFound):
            accounts.save_address(customer_id=other.id, address=ADDRESS, address_id=mine.id)
        with pytest.raises(accounts.AddressNotFound):
            accounts.delete_address(customer_id=other.id, address_id=mine.id)
        assert accounts.list_addresses(customer_id=other.id) == ()

    @pytest.mark.parametrize(
        ("field", "value"),
        [("country", "XX"), ("country", "de"), ("city", ""), ("line1", "x" * 201), ("phone", "\x00")],
    )
    def test_part_that_does_not_fit_is_named(self, field, value):
        customer = register()

        with pytest.raises(Invalid) as caught:
            accounts.save_address(customer_id=customer.id, address=replace(ADDRESS, **{field: value}))

        assert [fault.field for fault in caught.value.fields] == [field]
        assert accounts.list_addresses(customer_id=customer.id) == ()

    def test_book_has_an_end(self):
        customer = register()
        SavedAddress.objects.bulk_create(SavedAddress(user_id=customer.id, country="DE") for _ in range(MAX_ADDRESSES))

        with pytest.raises(accounts.AddressBookFull):
            accounts.save_address(customer_id=customer.id, address=ADDRESS)


@pytest.mark.django_db(transaction=True)
def test_defaults_chosen_at_once_leave_one():
    customer = register()

    def choose(_):
        try:
            return accounts.save_address(customer_id=customer.id, address=ADDRESS, is_default=True)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(choose, range(8)))

    book = accounts.list_addresses(customer_id=customer.id)
    assert (len(book), sum(saved.is_default for saved in book)) == (8, 1)
