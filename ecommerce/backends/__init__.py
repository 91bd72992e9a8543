"""Database backends: Django's for PostgreSQL, plain and with metrics, with a cheaper look at kept connections."""
