"""Importing a text as a file, and calling as staff."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from apps.catalog import api as catalog
from apps.kernel.ids import uuid7
from apps.web.authentication import issue_access_token


@pytest.fixture
def run(tmp_path):
    """Import a text and return the results by handle; what has no handle comes under ''."""

    def run(text: str | bytes, *, currency: str = "EUR", dry_run: bool = False, **options):
        path = tmp_path / "products.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        source = catalog.open_import(path=path, currency=currency, **options)
        results = [catalog.import_product(parsed=p, dry_run=dry_run) for p in catalog.parse_import(source=source)]
        if not dry_run:
            for result in results:
                catalog.record_imported_stock(quantities=result.stock)
        return {result.handle: result for result in results}

    return run


def staff(*rights, is_staff=True):
    user = get_user_model().objects.create_user(f"{uuid7()}@example.com", "x", is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights, content_type__app_label="catalog"))
    return user


@pytest.fixture
def call():
    token = issue_access_token(
        user_id=staff("view_product", "view_variantprice", "add_product", "change_product", "delete_product").id,
        is_staff=True,
    )

    def call(method, path="", body=None, **headers):
        return getattr(Client(), method)(
            f"/api/v1/staff/products{path}",
            data=body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    return call
