"""Calling the project's commands from tests."""

from io import StringIO

from django.core.management import call_command


def run(name: str, *arguments: str) -> str:
    """Run `manage.py name` and return all that it says."""
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()
