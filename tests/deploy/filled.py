"""deploy/example.env as an operator fills it in."""

from __future__ import annotations

import secrets

from tests.deploy.compose import DEPLOY, read_env_file

EXAMPLE = read_env_file(DEPLOY / "example.env")


def filled_in(**values: str) -> dict[str, str]:
    """Return the example with every blank that must be filled, and `values`."""
    return {
        **EXAMPLE,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "POSTGRES_PASSWORD": secrets.token_hex(32),
        "VALKEY_PASSWORD": secrets.token_hex(32),
        "STOREFRONT_URL": "https://shop.example.com",
        "SOCKETS_URL": "wss://shop.example.com",
        "CERTIFICATES": "/srv/certificates",
        "EMAIL_URL": "smtp://user:secret@mail.example.com:587",
        "DEFAULT_FROM_EMAIL": "Shop <orders@example.com>",
        **values,
    }
