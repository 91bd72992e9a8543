"""Counters of payments for Prometheus."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

PROVIDER_CALLS: Final = Counter(
    "shop_payment_provider_calls_total", "Calls to payment providers", ["provider", "outcome"]
)
DECLINES: Final = Counter("shop_payment_declines_total", "Charges that a bank refused", ["provider"])
REFUSED_ATTEMPTS: Final = Counter(
    "shop_payment_attempts_refused_total", "Payments not tried because too many were declined before", ["counted_by"]
)
DRIFT: Final = Counter(
    "shop_payment_drift_total", "Payments the reconciler found changed at the provider", ["provider", "outcome"]
)
MISMATCHES: Final = Counter(
    "shop_payment_mismatches_total", "Payments whose amount or object at the provider is not ours", ["provider"]
)
