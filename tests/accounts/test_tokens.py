"""Refresh tokens: one successor each, a grace window for repeats, an end to the whole line after a reuse."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.accounts import api as accounts
from apps.accounts.models import RefreshFamily, RefreshToken, User
from tests.accounts.people import register

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sign_in():
    return accounts.issue_tokens(customer_id=register().id).refresh


def rotate(token):
    return accounts.refresh_tokens(refresh=token).refresh


def assert_refused(*tokens):
    for token in tokens:
        with pytest.raises(accounts.InvalidRefreshToken):
            rotate(token)


def let_pass(time):
    """Move everything that was written into the past, as the database's clock sees it."""
    RefreshToken.objects.update(expires_at=F("expires_at") - time, consumed_at=F("consumed_at") - time)


def test_each_token_is_followed_by_another():
    first = sign_in()

    second = rotate(first)

    assert len({first, second, rotate(second)}) == 3


def test_repeat_within_the_grace_window_gets_the_same_successor():
    first = sign_in()
    successor = rotate(first)
    let_pass(settings.REFRESH_GRACE - timedelta(seconds=10))

    assert rotate(first) == successor
    assert RefreshToken.objects.count() == 2


def test_reuse_after_the_grace_window_ends_the_whole_family():
    first = sign_in()
    second = rotate(first)
    let_pass(settings.REFRESH_GRACE + timedelta(seconds=1))

    assert_refused(first, second)

    assert RefreshFamily.objects.get().revoked_at


def test_reuse_ends_one_sign_in_and_not_another():
    stolen, other = sign_in(), accounts.issue_tokens(customer_id=User.objects.get().pk).refresh
    rotate(stolen)
    let_pass(settings.REFRESH_GRACE * 2)

    assert_refused(stolen)

    assert rotate(other)


def test_seven_days_without_use_end_a_sign_in():
    token = sign_in()
    let_pass(settings.REFRESH_TOKEN_LIFETIME - timedelta(minutes=1))
    successor = rotate(token)
    let_pass(settings.REFRESH_TOKEN_LIFETIME)

    assert_refused(successor)


def test_logging_out_ends_the_sign_in_with_any_of_its_tokens():
    first = sign_in()
    second = rotate(first)

    accounts.revoke_refresh_token(refresh=first)

    assert_refused(first, second)


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "ß" * 200])
def test_unknown_token_is_refused_and_logs_nobody_out(token):
    mine = sign_in()

    accounts.revoke_refresh_token(refresh=token)

    assert_refused(token)
    assert rotate(mine)


def test_closed_account_is_refused():
    token = sign_in()
    User.objects.update(is_active=False)

    assert_refused(token)


def test_changed_password_ends_every_sign_in():
    token = sign_in()
    user = User.objects.get()
    user.set_password("another horse battery")
    user.save()

    assert_refused(token)


def test_rotated_secret_key_keeps_sign_ins(settings):
    token = sign_in()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [settings.SECRET_KEY]

    assert rotate(token)


def test_nothing_stored_opens_anything():
    token = sign_in()
    stored = str([list(RefreshToken.objects.values()), list(RefreshFamily.objects.values())])

    assert token not in stored
    assert rotate(token) not in stored


def test_refresh_costs_five_statements(django_assert_num_queries):
    token = sign_in()

    # Savepoint, family and user, consume, successor, release.
    with django_assert_num_queries(5):
        rotate(token)


def test_ended_sign_ins_are_forgotten_and_live_ones_are_not():
    sign_in()
    RefreshToken.objects.update(expires_at=Now() - DAY)
    Session.objects.create(session_key="old", session_data="", expire_date=Now() - DAY)
    live = accounts.issue_tokens(customer_id=User.objects.get().pk).refresh

    assert accounts.forget_ended_sign_ins() == 2

    assert rotate(live)
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_refreshes_of_one_token_at_once_make_one_successor():
    first = sign_in()

    def refresh(_):
        try:
            return rotate(first)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        successors = set(pool.map(refresh, range(20)))

    assert len(successors) == 1
    assert RefreshToken.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_refresh_that_waits_for_a_logout_is_refused():
    token = sign_in()
    locked = threading.Event()

    def log_out():
        try:
            with transaction.atomic():
                RefreshFamily.objects.update(revoked_at=Now())
                locked.set()
                wait_for_a_blocked_query()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        logged_out = pool.submit(log_out)
        locked.wait(5)
        assert_refused(token)
        logged_out.result()

    assert RefreshToken.objects.count() == 1


def wait_for_a_blocked_query():
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(sql)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nothing waited for the lock")
