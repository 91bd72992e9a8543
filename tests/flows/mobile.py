"""The client of `tests.shop`, sending to this process instead of a running shop."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client as DjangoClient

from apps.kernel.ids import uuid7
from apps.web.authentication import issue_access_token
from tests.shop.client import Answer, Client


@dataclass
class Mobile(Client):
    """One device: keeps its cart token and access token."""

    django: DjangoClient = field(default_factory=DjangoClient)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if self.cart_token:
            sent.setdefault("Cart-Token", self.cart_token)
        content = b"" if body is None else json.dumps(body).encode()
        response = self.django.generic(method, path, content, content_type="application/json", headers=sent)
        answer = Answer(response.status_code, {k.lower(): v for k, v in response.items()}, response.content)
        if given := answer.headers.get("cart-token"):
            self.cart_token = given
        return answer

    def sign_in_as_staff(self) -> Mobile:
        user = get_user_model().objects.create_superuser(f"{uuid7()}@example.com", "correct horse battery")
        self.token = issue_access_token(user_id=user.pk, is_staff=True)
        return self

    def register(self, email: str) -> Mobile:
        body = {"email": email, "password": "correct horse battery", "first_name": "Ada", "last_name": "Löwe"}
        self.token = self.expect(201, "POST", "/api/v1/auth/register", body)["access"]
        return self
