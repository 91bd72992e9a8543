"""Counting what is sent to the database."""

from django.db import connection


class Statements:
    """Counts what is sent to the database."""

    def __init__(self):
        self.sql = []

    def __call__(self, execute, sql, params, many, context):
        self.sql.append(sql)
        return execute(sql, params, many, context)

    def __enter__(self):
        self._wrapper = connection.execute_wrapper(self)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *exception):
        self._wrapper.__exit__(*exception)

    def __len__(self):
        return len([sql for sql in self.sql if "SAVEPOINT" not in sql])
