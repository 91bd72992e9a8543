"""Migration operations shared by several apps."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL


class AppendOnly(RunSQL):
    """Make a table append-only: a trigger refuses UPDATE and DELETE of any row (TRUNCATE stays for tests)."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            sql=f"""
                CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation';
                END $$;
                CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
                    FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
            """,
            reverse_sql=f"DROP TRIGGER {table}_append_only ON {table}; DROP FUNCTION {table}_append_only();",
        )

    def deconstruct(self) -> tuple[str, list[str], dict[str, str]]:
        """Return how to write this operation into a migration file."""
        return self.__class__.__name__, [self.table], {}

    def describe(self) -> str:
        """Return the line that `migrate` prints."""
        return f"Refuse changes to rows of {self.table}"
