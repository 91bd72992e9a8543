"""Messaging: leases, attempts and retention. Production keeps the defaults; tests shorten them."""

from ecommerce.settings import env

_MOST_DAYS = 36_500

MESSAGING = {
    # Seconds before the work of a process that died is given to another. Longer than CELERY_TASK_TIME_LIMIT, which is at least 1.
    "LEASE_SECONDS": env.integer("MESSAGING_LEASE_SECONDS", example="60", default=60, minimum=2),
    # After this many attempts a message or work item is parked for an operator.
    "MAX_ATTEMPTS": env.integer("MESSAGING_MAX_ATTEMPTS", example="8", default=8, minimum=1),
    "BACKOFF_BASE_MS": env.integer("MESSAGING_BACKOFF_BASE_MS", example="500", default=500, minimum=1),
    "BACKOFF_CAP_MS": env.integer("MESSAGING_BACKOFF_CAP_MS", example="300000", default=300_000, minimum=1),
    # How long a worker carries out slow work (pictures) before it lets other work pass.
    "SLOW_TURN_SECONDS": env.integer("MESSAGING_SLOW_TURN_SECONDS", example="3", default=3, minimum=1),
    # How long after it was first seen a finding of the audit must be seen again to stand: a change under way is no fault.
    "AUDIT_PATIENCE_SECONDS": env.integer("MESSAGING_AUDIT_PATIENCE_SECONDS", example="60", default=60, minimum=0),
    "POLL_MS": env.integer("MESSAGING_POLL_MS", example="200", default=200, minimum=10),
    "OUTBOX_RETENTION_DAYS": env.integer(
        "MESSAGING_OUTBOX_RETENTION_DAYS", example="14", default=14, minimum=1, maximum=_MOST_DAYS
    ),
    "INBOX_RETENTION_DAYS": env.integer(
        "MESSAGING_INBOX_RETENTION_DAYS", example="30", default=30, minimum=1, maximum=_MOST_DAYS
    ),
}
