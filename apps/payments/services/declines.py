"""Who tries stolen cards: declined charges are counted by card, account and address, and too many of them end the trying for a while.

Counts are rows of the last hour, so a limit lets go by itself when the oldest of them is an hour old, or when staff lift it. They live
beside the payments: nothing can be paid where they cannot be read.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from apps.kernel import clock
from apps.messaging import api as messaging
from apps.payments import metrics
from apps.payments.contracts import PaymentKind
from apps.payments.errors import TooManyDeclines
from apps.payments.gateways.base import Decline
from apps.payments.models import DeclinedCharge, LiftedLimit, Payment

WINDOW: Final = timedelta(hours=1)
# Longer than providers tell of the same decline, so that an old one is not taken for new.
_KEPT: Final = timedelta(days=2)


def digest(kind: str, value: str) -> str:
    """Return what stands for a card, account or address: the same for the same value, and of no use to who reads it; "" for none."""
    return salted_hmac(f"apps.payments.{kind}", value, algorithm="sha256").hexdigest() if value else ""


def address_digest(client_network: str) -> str:
    return digest("address", client_network)


def account_digest(*, customer_id: object, order_id: object) -> str:
    """Return who pays: the customer, or the holder of a guest's order."""
    return digest("account", f"customer:{customer_id}" if customer_id else f"order:{order_id}")


def told(decline: Decline) -> dict[str, str]:
    """Return a decline as `count` takes it and a column of JSON keeps it: its card is a digest already."""
    return {"reference": decline.reference, "code": decline.code, "card": digest("card", decline.fingerprint)}


def count(row: Payment, *, reference: str, code: str, card: str) -> None:
    """Count a declined charge of a payment, once however often it is told; in the caller's transaction."""
    if DeclinedCharge.objects.filter(payment=row, reference=reference).exists():
        return
    declined = DeclinedCharge(
        payment=row,
        reference=reference,
        decline_code=code[:100],
        card=card,
        account=account_digest(customer_id=row.customer_id, order_id=row.order_id),
        address=row.client,
    )
    DeclinedCharge.objects.bulk_create([declined], ignore_conflicts=True)
    metrics.DECLINES.labels(row.provider).inc()


def refuse_payer(*, kind: str, account: str, address: str) -> None:
    """Raise TooManyDeclines where this account or address had too many declines; a bank transfer is free to everybody. One query."""
    if kind != PaymentKind.MANUAL.value and (reached := _limit_reached(account=account, address=address)):
        raise _refusal(*reached)


def is_trying_cards(row: Payment) -> bool:
    """Return whether the account or the address of a payment reached its limit. One query."""
    account = account_digest(customer_id=row.customer_id, order_id=row.order_id)
    return _limit_reached(account=account, address=row.client) is not None


def refuse_card(fingerprint: str) -> None:
    """Raise TooManyDeclines where this card was declined too often, whoever tries it now. One query."""
    most = settings.PAYMENT_DECLINES_PER_CARD
    if most and fingerprint:
        of_card = _recent().filter(_counts("card"), card=digest("card", fingerprint)).order_by("-declined_at")
        if decisive := of_card[most - 1 : most].first():
            raise _refusal("card", decisive.declined_at + WINDOW)


def is_any_card_refused() -> bool:
    """Return whether it is worth asking the provider which card a token stands for. One query."""
    most = settings.PAYMENT_DECLINES_PER_CARD
    by_card = _recent().filter(_counts("card")).exclude(card="").values("card").annotate(number=Count("id"))
    return bool(most) and by_card.filter(number__gte=most).exists()


@messaging.command
def forget_old() -> None:
    """Delete the declines that count no more, and what limits that were lifted say of whom."""
    DeclinedCharge.objects.filter(declined_at__lt=Now() - _KEPT).delete()
    LiftedLimit.objects.filter(lifted_at__lt=Now() - _KEPT).exclude(mark="").update(mark="")


@messaging.command
def lift(*, kind: str, mark: str, reason: str, actor: str) -> int:
    """Let a card, account or address (`kind`, by its digest) try again, for a reason that is kept; return how many declines count no more.

    Nothing is kept where none counts.
    """
    number = count_recent(kind=kind, mark=mark)
    if number:
        LiftedLimit.objects.create(kind=kind, mark=mark, declines=number, reason=reason, actor=actor)
    return number


def count_recent(*, kind: str, mark: str) -> int:
    """Return how many declines of a card, account or address count now."""
    return _recent().filter(_counts(kind), **{kind: mark}).count() if mark else 0


def _counts(kind: str) -> Combinable:
    """Hold for declines that nobody lifted since, as one of a card, an account or an address."""
    lifted = LiftedLimit.objects.filter(kind=kind, mark=OuterRef(kind), lifted_at__gte=OuterRef("declined_at"))
    return ~Exists(lifted)


def _recent() -> QuerySet[DeclinedCharge]:
    return DeclinedCharge.objects.filter(declined_at__gt=Now() - WINDOW)


def _limit_reached(*, account: str, address: str) -> tuple[str, datetime] | None:
    """Return which limit is reached and when that ends, or None."""
    limits = {"account": settings.PAYMENT_DECLINES_PER_ACCOUNT, "address": settings.PAYMENT_DECLINES_PER_ADDRESS}
    digests = {"account": account, "address": address}
    counted = {name: most for name, most in limits.items() if most and digests[name]}
    if not counted:
        return None
    either = Q(*(Q(_counts(name), **{name: digests[name]}) for name in counted), _connector=Q.OR)
    # As many rows as decide: whoever is not at the limit has fewer.
    newest = _recent().filter(either).order_by("-declined_at")[: sum(counted.values())]
    rows = list(newest.values("declined_at", *counted, **{f"{name}_counts": _counts(name) for name in counted}))
    for name, most in counted.items():
        times = [row["declined_at"] for row in rows if row[name] == digests[name] and row[f"{name}_counts"]]
        if len(times) >= most:
            return name, times[most - 1] + WINDOW
    return None


def _refusal(counted_by: str, until: datetime) -> TooManyDeclines:
    metrics.REFUSED_ATTEMPTS.labels(counted_by).inc()
    seconds = max(1, math.ceil((until - clock.now()).total_seconds()))
    minutes = math.ceil(seconds / 60)
    detail = ngettext(
        "Too many cards were declined. Please try again in %(count)s minute, or pay in another way.",
        "Too many cards were declined. Please try again in %(count)s minutes, or pay in another way.",
        minutes,
    )
    return TooManyDeclines(detail % {"count": minutes}, retry_after=seconds)
