"""Who calls, and who may."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from apps.kernel.ids import uuid7
from apps.web import authentication
from apps.web.testing import assert_queries

WHO = "/api/v1/probe/who"
USER_ID = uuid7()


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def expired():
    token = AccessToken()
    token["sub"] = str(USER_ID)
    token.set_exp(lifetime=timedelta(seconds=-1))
    return str(token)


def unsigned():
    claims = {"sub": str(USER_ID), "token_type": "access", "exp": 4102444800, "jti": "x"}
    return jwt.encode(claims, "", algorithm="none")


def refresh():
    token = RefreshToken()
    token["sub"] = str(USER_ID)
    return str(token)


def without_subject():
    return str(AccessToken())


def of_another_key():
    return jwt.encode({"sub": str(USER_ID), "token_type": "access", "exp": 4102444800, "jti": "x"}, "k" * 64)


@pytest.mark.django_db
def test_a_token_says_who_calls_without_a_query(client):
    token = authentication.issue_access_token(user_id=USER_ID, is_staff=True)

    with assert_queries(at_most=0):
        answer = client.get(WHO, headers=bearer(token))

    assert answer.json() == {"customer_id": str(USER_ID), "is_staff": True}


def test_nobody_is_anonymous(client):
    assert client.get(WHO).json() == {"customer_id": None, "is_staff": False}


@pytest.mark.parametrize("make", [expired, unsigned, refresh, without_subject, of_another_key])
def test_a_wrong_token_is_401_even_where_none_is_needed(client, make):
    answer = client.get(WHO, headers=bearer(make()))

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "garbage", "Bearer a b", "Bearer \xff"])
def test_a_malformed_header_is_401(client, header):
    assert client.get(WHO, headers={"Authorization": header}).status_code == 401


def test_the_token_lives_as_long_as_the_settings_say():
    token = authentication.issue_access_token(user_id=USER_ID, is_staff=False)

    claims = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])

    assert claims["exp"] - claims["iat"] == 15 * 60


def test_customers_only(client):
    token = authentication.issue_access_token(user_id=USER_ID, is_staff=False)

    assert client.get("/api/v1/probe/mine").status_code == 401
    assert client.get("/api/v1/probe/mine", headers=bearer(token)).status_code == 200


def staff_status(client, **fields):
    user = get_user_model().objects.create_user("staff@example.com", **fields)
    if fields.pop("may", False):
        user.user_permissions.add(Permission.objects.get(codename="view_outboxmessage"))
    token = authentication.issue_access_token(user_id=user.pk, is_staff=True)
    return user, client.get("/api/v1/probe/staff", headers=bearer(token)).status_code


@pytest.mark.django_db
def test_staff_need_the_permission_now_whatever_the_token_says(client):
    user, without = staff_status(client, is_staff=True)
    headers = bearer(authentication.issue_access_token(user_id=user.pk, is_staff=True))
    user.user_permissions.add(Permission.objects.get(codename="view_outboxmessage"))
    granted = client.get("/api/v1/probe/staff", headers=headers).status_code
    get_user_model().objects.filter(pk=user.pk).update(is_active=False)
    dismissed = client.get("/api/v1/probe/staff", headers=headers).status_code

    assert (without, granted, dismissed) == (403, 200, 401)


@pytest.mark.django_db
@pytest.mark.parametrize(("fields", "status"), [
    ({"is_staff": False}, 403), ({"is_staff": False, "is_superuser": True}, 403),
    ({"is_staff": True, "is_superuser": True}, 200),
])  # fmt: skip
def test_only_staff_are_staff(client, fields, status):
    assert staff_status(client, **fields)[1] == status


@pytest.mark.django_db
def test_anonymous_and_erased_users_are_not_staff(client):
    token = authentication.issue_access_token(user_id=USER_ID, is_staff=True)

    assert client.get("/api/v1/probe/staff").status_code == 401
    assert client.get("/api/v1/probe/staff", headers=bearer(token)).status_code == 401


@pytest.mark.django_db
def test_a_session_says_who_calls_on_pages(client, rf):
    user = get_user_model().objects.create_user("a@example.com")
    request = rf.get("/")
    request.user = user

    assert authentication.caller_of(request) == authentication.Caller(customer_id=user.pk, is_staff=False)
