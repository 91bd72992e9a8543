"""What the tests of the back office share."""

import pytest
from django.core.management import call_command
from django.db import transaction


@pytest.fixture(scope="module")
def _loaded_demo(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        module = transaction.atomic()
        module._from_testcase = True  # commands may run inside, as in a test case's own transaction
        with module:
            call_command("load_demo")
            yield
            transaction.set_rollback(True)


@pytest.fixture
def demo(_loaded_demo, db):
    """The demo shop, loaded once for a module; what a test changes of it is rolled back.

    Tests with it bear `xdist_group("demo")`, or several processes would each load it.
    """
