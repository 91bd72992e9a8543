"""Events, outbox, inbox, work items, idempotency and commands. PostgreSQL is the queue; Redis only wakes."""
