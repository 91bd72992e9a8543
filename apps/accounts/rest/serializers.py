"""Bodies of the account endpoints; the shapes of answers are for the API description, nothing is serialised through them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.web.fields import AddressBody, YesNoField


class RegistrationInput(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    first_name = serializers.CharField(max_length=100, allow_blank=True, default="")
    last_name = serializers.CharField(max_length=100, allow_blank=True, default="")


class LoginInput(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class RefreshInput(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=200)


class PasswordResetInput(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)


class PasswordResetConfirmInput(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class ProfileInput(serializers.Serializer[Any]):
    first_name = serializers.CharField(max_length=100, allow_blank=True, required=False)
    last_name = serializers.CharField(max_length=100, allow_blank=True, required=False)


class AddressInput(AddressBody):
    is_default = YesNoField(default=False)


class CustomerView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    is_staff = serializers.BooleanField()
    date_joined = serializers.DateTimeField()


class TokenPairView(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedInView(TokenPairView):
    user = CustomerView()


class AddressView(AddressInput):
    id = serializers.UUIDField()


class AddressBookView(serializers.Serializer[Any]):
    results = AddressView(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
