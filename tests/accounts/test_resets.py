"""A forgotten password: the link in the mail, good once and for an hour."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from apps.accounts import api as accounts
from apps.accounts.models import User
from apps.kernel import clock
from apps.kernel.errors import Invalid
from apps.messaging.models import OutboxMessage
from tests.accounts.people import PASSWORD, register
from tests.accounts.test_rest import post

NEW = "another fine secret"


def token_of(customer):
    return accounts.make_password_reset(customer_id=customer.id).token


def requests():
    return [
        message.payload for message in OutboxMessage.objects.filter(event_type="accounts.password_reset_requested.v1")
    ]


def signs_in(password, email="ada@example.com"):
    try:
        return bool(accounts.authenticate_customer(email=email, password=password))
    except accounts.InvalidCredentials:
        return False


@pytest.mark.django_db
class TestAsking:
    def test_request_names_the_customer_and_no_address(self):
        customer = register()

        accounts.request_password_reset(email=" ADA@example.com ")

        (payload,) = requests()
        assert payload["customer_id"] == str(customer.id)
        assert set(payload) == {"request_id", "customer_id", "language"}

    def test_same_statements_run_whether_the_address_is_known(self):
        register()
        run = []

        for email in ("ada@example.com", "nobody@example.com"):
            with CaptureQueriesContext(connection) as captured:
                accounts.request_password_reset(email=email)
            run.append([query["sql"].split()[0] for query in captured])

        assert run[0] == run[1]
        assert run[0]

    @pytest.mark.parametrize("changes", [{"is_active": False}, {"password": "!unusable"}])
    def test_nobody_is_named_where_nobody_may_come_in(self, changes):
        register()
        User.objects.update(**changes)

        accounts.request_password_reset(email="ada@example.com")

        assert [payload["customer_id"] for payload in requests()] == [None]

    @pytest.mark.parametrize("email", ["", "nobody", "a\x00@b.example", "x" * 300 + "@example.com"])
    def test_what_is_no_address_is_named(self, email):
        with pytest.raises(Invalid) as caught:
            accounts.request_password_reset(email=email)

        assert [(fault.field, fault.code) for fault in caught.value.fields] == [("email", "invalid_email")]
        assert requests() == []


@pytest.mark.django_db
class TestTheLink:
    def test_new_password_signs_in_and_the_old_one_no_longer(self):
        token = token_of(register())

        accounts.reset_password(token=token, password=NEW)

        assert (signs_in(NEW), signs_in(PASSWORD)) == (True, False)

    def test_looking_uses_nothing_up(self):
        customer = register()
        token = token_of(customer)

        assert {accounts.read_password_reset(token=token).id for _ in range(3)} == {customer.id}
        accounts.reset_password(token=token, password=NEW)

    def test_link_is_good_once_also_where_the_password_stays_the_same(self):
        token = token_of(register())
        accounts.reset_password(token=token, password=PASSWORD)

        with pytest.raises(accounts.InvalidResetToken):
            accounts.reset_password(token=token, password=NEW)

        assert signs_in(PASSWORD)

    def test_of_two_links_one_is_good(self):
        customer = register()
        first, second = token_of(customer), token_of(customer)
        accounts.reset_password(token=second, password=NEW)

        with pytest.raises(accounts.InvalidResetToken):
            accounts.read_password_reset(token=first)

    @pytest.mark.parametrize(("minutes", "good"), [(59, True), (61, False)])
    def test_link_lasts_an_hour(self, minutes, good):
        token = token_of(register())

        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            if good:
                accounts.reset_password(token=token, password=NEW)
            else:
                with pytest.raises(accounts.InvalidResetToken):
                    accounts.reset_password(token=token, password=NEW)

        assert signs_in(NEW) is good

    @pytest.mark.parametrize("changes", [{"email": "eva@example.com"}, {"is_active": False}])
    def test_link_ends_with_the_address_and_with_the_account(self, changes):
        token = token_of(register())
        User.objects.update(**changes)

        with pytest.raises(accounts.InvalidResetToken):
            accounts.read_password_reset(token=token)
        with pytest.raises(accounts.InvalidResetToken):
            accounts.reset_password(token=token, password=NEW)

    def test_signing_in_with_the_old_password_leaves_the_link_good(self):
        customer = register()
        token = token_of(customer)
        post("auth/login", {"email": "ada@example.com", "password": PASSWORD})

        assert accounts.read_password_reset(token=token).id == customer.id

    def test_link_of_another_account_opens_only_that(self):
        mine, other = register(), register("eva@example.com")
        signed = token_of(mine).partition("-")[2]

        with pytest.raises(accounts.InvalidResetToken):
            accounts.reset_password(token=f"{other.id.hex}-{signed}", password=NEW)

    @pytest.mark.parametrize("token", ["", "-", "x", "x-y-z", "\x00", "ü-1", "0" * 32, f"{'0' * 32}-a-b", "9" * 5000])
    def test_what_is_no_token_is_refused(self, token):
        with pytest.raises(accounts.InvalidResetToken) as caught:
            accounts.reset_password(token=token, password=NEW)

        assert [fault.field for fault in caught.value.fields] == ["token"]

    @pytest.mark.parametrize(
        ("password", "code"),
        [("short", "password_too_short"), ("12345678", "password_too_common"), ("x" * 1025, "password_too_long")],
    )
    def test_weak_password_is_named_and_the_link_stays_good(self, password, code):
        token = token_of(register())

        with pytest.raises(accounts.InvalidPassword) as caught:
            accounts.reset_password(token=token, password=password)

        assert (caught.value.fields[0].field, caught.value.fields[0].code) == ("password", code)
        accounts.reset_password(token=token, password=NEW)


@pytest.mark.django_db
class TestWhatEnds:
    def test_every_browser_and_app_is_signed_out(self, rf):
        customer = register()
        request = rf.post("/")
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        request.user = AnonymousUser()
        accounts.sign_in(request, email="ada@example.com", password=PASSWORD)
        tokens = accounts.issue_tokens(customer_id=customer.id)

        accounts.reset_password(token=token_of(customer), password=NEW)

        assert accounts.list_browser_sessions(request, customer_id=customer.id) == ()
        assert not request.session.exists(request.session.session_key)
        with pytest.raises(accounts.InvalidRefreshToken):
            accounts.refresh_tokens(refresh=tokens.refresh)

    def test_every_change_is_published_once(self):
        customer = register()
        accounts.reset_password(token=token_of(customer), password=NEW)

        (message,) = OutboxMessage.objects.filter(event_type="accounts.password_changed.v1")
        assert message.payload["customer_id"] == str(customer.id)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_follow_one_link_at_once_one_wins():
    token, barrier = token_of(register()), Barrier(2)

    def follow(password):
        try:
            barrier.wait(timeout=20)
            accounts.reset_password(token=token, password=password)
        except accounts.InvalidResetToken:
            return None
        finally:
            connection.close()
        return password

    passwords = ["first fine secret", "second fine secret"]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(follow, passwords))

    (winner,) = [each for each in outcomes if each]
    assert [each for each in passwords if signs_in(each)] == [winner]
    assert OutboxMessage.objects.filter(event_type="accounts.password_changed.v1").count() == 1


@pytest.mark.django_db
class TestOverRest:
    @pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
    def test_asking_answers_the_same_for_known_and_unknown(self, email):
        register()

        answer = post("auth/password-reset", {"email": email})

        assert (answer.status_code, answer.content) == (202, b"")

    def test_what_is_no_address_is_named(self):
        answer = post("auth/password-reset", {"email": "nobody"})

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_email")

    def test_password_is_changed_once(self):
        body = {"token": token_of(register()), "password": NEW}

        changed, again = (post("auth/password-reset/confirm", body) for _ in range(2))

        assert changed.status_code == 204
        assert (again.status_code, again.json()["code"]) == (400, "invalid_reset_token")
        assert [fault["field"] for fault in again.json()["errors"]] == ["token"]
        assert post("auth/login", {"email": "ada@example.com", "password": NEW}).status_code == 200

    def test_weak_password_is_a_problem_that_names_it(self):
        answer = post("auth/password-reset/confirm", {"token": token_of(register()), "password": "short"})

        assert answer.status_code == 400
        assert [(fault["field"], fault["code"]) for fault in answer.json()["errors"]] == [
            ("password", "password_too_short")
        ]

    def test_mails_to_one_address_are_limited_however_it_is_spelt_known_or_not(self, settings):
        settings.LIMITS_ENABLED, settings.LIMITS_EXEMPT_LOOPBACK = True, False
        register(f"ada-{clock.now().timestamp()}@example.com")

        for name in ("ada", "nobody"):
            email = f"{name}-{clock.now().timestamp()}@example.com"
            answers = [
                post("auth/password-reset", {"email": each}) for each in (email, email.upper(), f" {email}", email)
            ]
            assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
            assert int(answers[-1].headers["Retry-After"]) > 1
