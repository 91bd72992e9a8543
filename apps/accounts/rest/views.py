"""Accounts over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.accounts import api as accounts
from apps.accounts.rest import serializers
from apps.kernel.address import Address
from apps.web.authentication import caller_of
from apps.web.permissions import RequireCustomer
from apps.web.views import APIView, reply


def _signed_in(customer: accounts.Customer) -> dict[str, Any]:
    tokens = accounts.issue_tokens(customer_id=customer.id)
    return {"user": customer, "access": tokens.access, "refresh": tokens.refresh}


def _customer_id(request: Request) -> UUID:
    customer_id = caller_of(request).customer_id
    if customer_id is None:
        raise accounts.CustomerNotFound("Nobody is signed in.")
    return customer_id


class OpenView(APIView):
    """Endpoints before there is a token; a stale one in the header must not get in the way of a new one."""

    authentication_classes = ()
    limit_group = "login"


class RegisterView(OpenView):
    @extend_schema(request=serializers.RegistrationInput, responses={201: dict})
    def post(self, request: Request) -> HttpResponse:
        customer = accounts.register_customer(**self.parse(serializers.RegistrationInput, request))
        return reply(_signed_in(customer), status=201)


class LoginView(OpenView):
    @extend_schema(request=serializers.LoginInput, responses={200: dict})
    def post(self, request: Request) -> HttpResponse:
        return reply(_signed_in(accounts.authenticate_customer(**self.parse(serializers.LoginInput, request))))


class RefreshView(OpenView):
    @extend_schema(request=serializers.RefreshInput, responses={200: dict})
    def post(self, request: Request) -> HttpResponse:
        return reply(accounts.refresh_tokens(**self.parse(serializers.RefreshInput, request)))


class LogoutView(OpenView):
    @extend_schema(request=serializers.RefreshInput, responses={204: None})
    def post(self, request: Request) -> HttpResponse:
        accounts.revoke_refresh_token(**self.parse(serializers.RefreshInput, request))
        return reply(None, status=204)


class MeView(APIView):
    permission_classes = (RequireCustomer,)

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> HttpResponse:
        return reply(accounts.get_customer(customer_id=_customer_id(request)))

    @extend_schema(request=serializers.ProfileInput, responses={200: dict})
    def patch(self, request: Request) -> HttpResponse:
        changes = self.parse(serializers.ProfileInput, request)
        return reply(accounts.update_customer(customer_id=_customer_id(request), **changes))


class AddressesView(APIView):
    permission_classes = (RequireCustomer,)

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> HttpResponse:
        return reply({"results": accounts.list_addresses(customer_id=_customer_id(request))})

    @extend_schema(request=serializers.AddressInput, responses={201: dict})
    def post(self, request: Request) -> HttpResponse:
        given = self.parse(serializers.AddressInput, request)
        is_default = given.pop("is_default")
        saved = accounts.save_address(
            customer_id=_customer_id(request), address=Address(**given), is_default=is_default
        )
        return reply(saved, status=201)


class AddressView(APIView):
    permission_classes = (RequireCustomer,)

    @extend_schema(request=serializers.AddressInput, responses={200: dict})
    def put(self, request: Request, address_id: UUID) -> HttpResponse:
        given = self.parse(serializers.AddressInput, request)
        is_default = given.pop("is_default")
        saved = accounts.save_address(
            customer_id=_customer_id(request), address=Address(**given), address_id=address_id, is_default=is_default
        )
        return reply(saved)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, address_id: UUID) -> HttpResponse:
        accounts.delete_address(customer_id=_customer_id(request), address_id=address_id)
        return reply(None, status=204)
