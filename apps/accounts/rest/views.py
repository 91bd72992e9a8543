"""Accounts over REST."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.accounts import api as accounts
from apps.accounts.rest import serializers
from apps.kernel.address import Address
from apps.kernel.pages import Page
from apps.web import limits
from apps.web.authentication import caller_of
from apps.web.permissions import RequireCustomer
from apps.web.views import APIView, reply, reply_page


def _signed_in(customer: accounts.Customer) -> dict[str, Any]:
    tokens = accounts.issue_tokens(customer_id=customer.id)
    return {"user": customer, "access": tokens.access, "refresh": tokens.refresh}


def _customer_id(request: Request) -> UUID:
    customer_id = caller_of(request).customer_id
    if customer_id is None:
        raise accounts.CustomerNotFound("Nobody is signed in.")
    return customer_id


def _document(saved: accounts.SavedAddress) -> dict[str, Any]:
    """Return an address as it is written in a body: flat."""
    return {"id": saved.id, **asdict(saved.address), "is_default": saved.is_default}


def _save_address(view: APIView, request: Request, *, address_id: UUID | None) -> dict[str, Any]:
    given = view.parse(serializers.AddressInput, request)
    is_default = given.pop("is_default")
    customer_id = _customer_id(request)
    saved = accounts.save_address(
        customer_id=customer_id, address=Address(**given), address_id=address_id, is_default=is_default
    )
    return _document(saved)


class OpenView(APIView):
    """Endpoints before there is a token; a stale one in the header must not get in the way of a new one."""

    authentication_classes = ()


class RegisterView(OpenView):
    limit_group = "login"

    @extend_schema(request=serializers.RegistrationInput, responses={201: serializers.SignedInView})
    def post(self, request: Request) -> HttpResponse:
        customer = accounts.register_customer(**self.parse(serializers.RegistrationInput, request))
        return reply(_signed_in(customer), status=201)


class LoginView(OpenView):
    limit_group = "login"

    @extend_schema(request=serializers.LoginInput, responses=serializers.SignedInView)
    def post(self, request: Request) -> HttpResponse:
        return reply(_signed_in(accounts.authenticate_customer(**self.parse(serializers.LoginInput, request))))


class RefreshView(OpenView):
    @extend_schema(request=serializers.RefreshInput, responses=serializers.TokenPairView)
    def post(self, request: Request) -> HttpResponse:
        return reply(accounts.refresh_tokens(**self.parse(serializers.RefreshInput, request)))


class LogoutView(OpenView):
    @extend_schema(request=serializers.RefreshInput, responses={204: None})
    def post(self, request: Request) -> HttpResponse:
        accounts.revoke_refresh_token(**self.parse(serializers.RefreshInput, request))
        return reply(None, status=204)


class PasswordResetView(OpenView):
    limit_group = "login"

    @extend_schema(request=serializers.PasswordResetInput, responses={202: None})
    def post(self, request: Request) -> HttpResponse:
        """Write to the address where it has an account; the answer is the same where it has none."""
        given = self.parse(serializers.PasswordResetInput, request)
        limits.take_for_address(given["email"], group="password_reset", meta=request.META)
        accounts.request_password_reset(**given)
        return reply(None, status=202)


class PasswordResetConfirmView(OpenView):
    limit_group = "login"

    @extend_schema(request=serializers.PasswordResetConfirmInput, responses={204: None})
    def post(self, request: Request) -> HttpResponse:
        """Change the password with the token of the link in the mail; every browser and app is signed out."""
        accounts.reset_password(**self.parse(serializers.PasswordResetConfirmInput, request))
        return reply(None, status=204)


class MeView(APIView):
    permission_classes = (RequireCustomer,)

    @extend_schema(responses=serializers.CustomerView)
    def get(self, request: Request) -> HttpResponse:
        return reply(accounts.get_customer(customer_id=_customer_id(request)))

    @extend_schema(request=serializers.ProfileInput, responses=serializers.CustomerView)
    def patch(self, request: Request) -> HttpResponse:
        changes = self.parse(serializers.ProfileInput, request)
        return reply(accounts.update_customer(customer_id=_customer_id(request), **changes))


class AddressesView(APIView):
    permission_classes = (RequireCustomer,)

    @extend_schema(responses=serializers.AddressBookView)
    def get(self, request: Request) -> HttpResponse:
        book = accounts.list_addresses(customer_id=_customer_id(request))
        return reply_page(request, Page(items=tuple(_document(saved) for saved in book)))

    @extend_schema(request=serializers.AddressInput, responses={201: serializers.AddressView})
    def post(self, request: Request) -> HttpResponse:
        return reply(_save_address(self, request, address_id=None), status=201)


class AddressView(APIView):
    permission_classes = (RequireCustomer,)

    @extend_schema(request=serializers.AddressInput, responses=serializers.AddressView)
    def put(self, request: Request, address_id: UUID) -> HttpResponse:
        return reply(_save_address(self, request, address_id=address_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, address_id: UUID) -> HttpResponse:
        accounts.delete_address(customer_id=_customer_id(request), address_id=address_id)
        return reply(None, status=204)
