"""Customers for tests."""

from __future__ import annotations

from apps.accounts import api as accounts
from apps.kernel.address import Address

ADDRESS = Address(
    first_name="Ada", last_name="Löwe", line1="Street 1", city="Berlin", postal_code="10115", country="DE"
)
PASSWORD = "correct horse battery"


def register(email: str = "ada@example.com") -> accounts.Customer:
    return accounts.register_customer(email=email, password=PASSWORD, first_name="Ada", last_name="Löwe")
