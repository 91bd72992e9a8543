"""Each kind of violation, planted in a temporary copy or a throw-away model, is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from apps.messaging import api as messaging
from tests import sentinel
from tests.architecture import rules

ROOT = Path(__file__).resolve().parents[2]
# (file, line to append, id of the contract that must break)
IMPORTS = [
    ("apps/inventory/services.py", "import apps.orders.contracts", "layers"),
    ("apps/pricing/api.py", "import apps.shipping.contracts", "layers"),
    ("apps/kernel/ids.py", "import apps.web.tokens", "layers"),
    ("apps/inventory/errors.py", "import apps.inventory.api", "inside-an-app"),
    ("apps/inventory/contracts.py", "import django.db", "published-types-are-pure"),
    ("apps/checkout/rest/views.py", "import apps.checkout.models", "http-goes-through-api"),
    ("apps/web/views.py", "import ecommerce.celery", "apps-do-not-import-project"),
    ("apps/orders/saga.py", "import stripe", "providers-behind-gateways"),
    ("apps/payments/sandbox/ledger.py", "import apps.kernel.money", "sandbox-stands-alone"),
    ("apps/orders/saga.py", "import apps.inventory.models", "private-inventory"),
    ("apps/checkout/api.py", "import apps.catalog.models", "private-catalog"),
    ("apps/checkout/api.py", "import apps.orders.models", "private-orders"),
    ("apps/storefront/urls.py", "import apps.accounts.models", "private-accounts"),
    ("apps/orders/saga.py", "import apps.payments.services", "private-payments"),
    ("apps/checkout/api.py", "import apps.pricing.models", "private-pricing"),
    ("apps/checkout/api.py", "import apps.shipping.models", "private-shipping"),
    ("apps/storefront/urls.py", "import apps.checkout.models", "private-checkout"),
    ("apps/storefront/urls.py", "import apps.notifications.models", "private-notifications"),
    ("apps/storefront/urls.py", "import apps.search.models", "private-search"),
    ("apps/catalog/api.py", "import apps.media.models", "private-media"),
    ("apps/checkout/api.py", "import apps.messaging.inbox", "private-messaging"),
]
STATIC = [
    (
        rules.models_fetched_across_apps,
        "apps/orders/x.py",
        "from django.apps import apps\napps.get_model('catalog', 'Product')",
    ),
    (rules.migrations_across_apps, "apps/orders/migrations/0999_x.py", "dependencies = [('catalog', '0001_initial')]"),
    (rules.long_files, "apps/orders/x.py", "\n" * 501),
    (rules.task_imports, "apps/orders/x.py", "from apps.orders import tasks"),
    (rules.banned_words, "apps/orders/x.py", "list_editable = ('status',)"),
    (rules.held_clocks, "apps/orders/x.py", "from apps.kernel import clock\nwith clock.frozen(when): pass"),
    (rules.home_made_folders, "apps/orders/utils.py", ""),
    (rules.private_modules, "apps/orders/hideout.py", ""),
    (rules.unpublished_shape, "apps/orders/api.py", "def do(a, b): return a"),
    (rules.stored_functions, "apps/orders/x.py", "SQL = 'CREATE FUNCTION inventory_steal() RETURNS void'"),
    (rules.dependent_checker, "bin/laboratory/checker/x.py", "from apps.orders.history import apply"),
    (rules.dependent_checker, "bin/laboratory/checker/checks/x.py", "def look():\n    import psycopg"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    target = tmp_path_factory.mktemp("planted") / "tree"
    for name in ("apps", "ecommerce", "tests"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def test_planted_imports_break_their_contracts(copy):
    assert [path for path, _, _ in IMPORTS if not (copy / path).exists()] == []
    for path, line, _ in IMPORTS:
        with (copy / path).open("a") as file:
            file.write(f"\n{line}\n")

    program = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    result = subprocess.run(program, cwd=copy, capture_output=True, text=True, check=False, timeout=110)

    assert result.returncode == 1, result.stdout + result.stderr
    names = _contract_names(copy)
    printed = " ".join(result.stdout.split())  # long names are wrapped
    broken = {key for key, name in names.items() if f"{name} BROKEN" in printed}
    assert {contract for _, _, contract in IMPORTS} <= broken, result.stdout


def _contract_names(root):
    import tomllib

    config = tomllib.loads((root / "pyproject.toml").read_text())
    return {contract["id"]: contract["name"] for contract in config["tool"]["importlinter"]["contracts"]}


@pytest.mark.parametrize(("rule", "path", "text"), STATIC, ids=lambda value: getattr(value, "__name__", None))
def test_planted_text_is_caught(tmp_path, rule, path, text):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)

    assert len(rule(tmp_path)) >= 1


FOREIGN_SQL = [
    ("services.py", "def sold(cursor):\n    cursor.execute('SELECT title FROM catalog_product WHERE id = %s')"),
    ("services.py", "def sold(table):\n    return f'SELECT 1 FROM {table}, catalog_product'"),
    (
        "migrations/0999_x.py",
        "SQL = '''CREATE FUNCTION orders_sell() RETURNS void LANGUAGE plpgsql AS $$\n"
        "BEGIN UPDATE Catalog_Product SET version = 1; END $$'''",
    ),
    ("migrations/0999_x.py", "SQL = 'CREATE FUNCTION orders_hold() RETURNS void AS $$ SELECT inventory_reserve(1) $$'"),
    ("migrations/sell.sql", "INSERT INTO catalog_product DEFAULT VALUES;"),
    ("services.py", "def poke(cursor):\n    cursor.execute('DELETE FROM messaging_outboxmessage')"),
]


@pytest.mark.parametrize(("file", "text"), FOREIGN_SQL)
def test_sql_on_another_apps_tables_or_functions_is_caught(tmp_path, file, text):
    (tmp_path / "apps/inventory/migrations").mkdir(parents=True)
    (tmp_path / "apps/inventory/migrations/0001_x.py").write_text("SQL = 'CREATE FUNCTION inventory_reserve(a int)'")
    (tmp_path / "apps/orders" / file).parent.mkdir(parents=True)
    (tmp_path / "apps/orders" / file).write_text(text)

    (found,) = rules.foreign_tables(tmp_path, sentinel.all_owners())

    assert found.startswith(f"apps/orders/{file}")


def test_sql_on_an_apps_own_tables_is_not_caught(tmp_path):
    (tmp_path / "apps/messaging").mkdir(parents=True)
    (tmp_path / "apps/messaging/x.py").write_text("SQL = 'UPDATE messaging_outboxmessage SET published_at = now()'")

    assert rules.foreign_tables(tmp_path, sentinel.all_owners()) == []


def test_type_ignores_are_found(tmp_path):
    (tmp_path / "apps/orders").mkdir(parents=True)
    (tmp_path / "ecommerce").mkdir()
    (tmp_path / "apps/orders/api.py").write_text("x = 1  # type: " + "ignore\n")

    assert rules.type_ignores(tmp_path) == ["apps/orders/api.py"]


@isolate_apps("apps.orders", "apps.catalog")
def test_relation_to_another_apps_model_is_caught():
    class Product(models.Model):
        class Meta:
            app_label = "catalog"

    class Line(models.Model):
        product = models.ForeignKey(Product, on_delete=models.CASCADE)

        class Meta:
            app_label = "orders"

    assert rules.relations_across_apps([Product, Line]) == ["orders.Line.product relates to catalog.Product"]


@pytest.fixture
def tables():
    by_app: dict[str, str] = {}
    for table, app in sentinel.owners().items():
        by_app.setdefault(app, table)
    yield by_app
    sentinel.violations.clear()


@pytest.mark.django_db
def test_statement_over_two_apps_is_caught(tables):
    with pytest.raises(AssertionError, match="one statement touches"), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {tables['orders']}, {tables['catalog']}")


@pytest.mark.django_db
def test_transaction_that_writes_two_apps_is_caught(tables):
    with (
        pytest.raises(AssertionError, match="one transaction writes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {tables['orders']} WHERE false")
        cursor.execute(f"DELETE FROM {tables['catalog']} WHERE false")


@pytest.mark.django_db
def test_call_of_another_apps_function_counts_as_a_write(tables):
    with (
        pytest.raises(AssertionError, match="one transaction writes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {tables['orders']} WHERE false")
        cursor.execute("SELECT inventory_anything(1)")


@pytest.mark.django_db
def test_two_transactions_may_write_two_apps(tables):
    for app in ("orders", "catalog"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {tables[app]} WHERE false")


UNANSWERED = {
    "in a statement of its own": "def write(): Order.objects.filter(version=-1).update(version=0)",
    "in a transaction of its own": "def write():\n    with transaction.atomic(): Order.objects.filter(version=-1).update(version=0)",
    "in a decorated function": "@transaction.atomic\ndef write(): Order.objects.filter(version=-1).update(version=0)",
    "past the ORM": "def write():\n    with connection.cursor() as c: c.execute('DELETE FROM orders_order WHERE false')",
}
ANSWERED = {
    "command": "@messaging.command\ndef write(): Order.objects.filter(version=-1).update(version=0)",
    "statement": "@messaging.statement\ndef write(): Order.objects.filter(version=-1).update(version=0)",
}
WRITES_TWICE = (
    "@messaging.statement\ndef write():\n    for _ in range(2): Order.objects.filter(version=-1).update(version=0)"
)


def planted_in_orders(text):
    """Return the function `write` as if a module of orders had this text."""
    module = {
        "__name__": "apps.orders.services.planted",
        "Order": apps.get_model("orders", "Order"),
        "connection": connection,
        "messaging": messaging,
        "transaction": transaction,
    }
    exec(text, module)  # noqa: S102 - the text stands above
    return module["write"]


@pytest.mark.django_db
@pytest.mark.parametrize("text", UNANSWERED.values(), ids=UNANSWERED)
def test_write_of_an_app_outside_a_command_is_caught(tables, text):
    with pytest.raises(AssertionError, match=r"apps\.orders\.services\.planted\.write writes outside a command"):
        planted_in_orders(text)()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ANSWERED.values(), ids=ANSWERED)
def test_write_of_a_command_is_not_caught(tables, text):
    write = planted_in_orders(text)

    write()
    write()

    assert sentinel.violations == []


@pytest.mark.django_db
def test_second_write_of_a_command_of_one_statement_is_caught(tables):
    with pytest.raises(AssertionError, match="a command of one statement writes twice"):
        planted_in_orders(WRITES_TWICE)()
