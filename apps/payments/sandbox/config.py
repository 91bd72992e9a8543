"""What the sandbox process was started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

API_VERSION = "2026-10-28.endive"  # the version the installed `stripe` client pins


@dataclass(frozen=True, kw_only=True)
class Settings:
    host: str
    port: int
    state: Path
    public_url: str
    webhook_url: str | None
    webhook_secret: str
    webhook_delay: float
    api_keys: tuple[str, ...]
    session_min_seconds: int

    def owner_of(self, key: str) -> str | None:
        """The secret key a presented key belongs to: itself, or the one whose publishable half it is."""
        for secret in self.api_keys:
            if key in {secret, publishable_key(secret)}:
                return secret
        return None


def publishable_key(secret: str) -> str:
    """`sk_test_x` has the publishable half `pk_test_x`, as at Stripe a pair belongs to one account."""
    return "pk_" + secret.removeprefix("sk_")
