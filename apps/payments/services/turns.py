"""Taking turns: one request at a time talks to a provider about the payments of an order.

The lock is PostgreSQL's advisory one, so a process that dies lets go of it and the repeat resumes at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from apps.messaging import api as messaging
from apps.payments.errors import PaymentInProgress

_WAIT_SECONDS: Final = 5.0


@contextmanager
def turn(*, order_id: UUID) -> Iterator[None]:
    """Hold the order's turn; raises PaymentInProgress where another request keeps it for five seconds."""
    scope = messaging.IdempotencyScope(caller="payments", route="provider", key=str(order_id), fingerprint="")
    with ExitStack() as stack:
        try:
            stack.enter_context(messaging.exclusive(scope, app="payments", wait_seconds=_WAIT_SECONDS))
        except messaging.IdempotencyKeyInUse as error:
            raise PaymentInProgress(_("Another request is talking to the provider about this order.")) from error
        yield
