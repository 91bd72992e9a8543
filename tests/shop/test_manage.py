"""`manage.py` beside a running shop, in a shell that knows nothing of it but its folder."""

import os
import subprocess
import sys

from ecommerce.local.plan import ROOT


def manage(*arguments, **environment):
    command = [sys.executable, "manage.py", *arguments]
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        command, cwd=ROOT, env=plain | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_command_works_on_the_shop_of_its_state_folder(shop):
    (variant,) = shop.variants(1)
    ((sku,),) = shop.query("SELECT sku FROM catalog_variant WHERE id = %s", variant)

    done = manage("set_stock", sku, "77", "--reason", "stock take", STATE_DIR=str(shop.running.state))

    assert done.returncode == 0, done.stderr
    on_hand = "SELECT on_hand FROM inventory_stocklevel WHERE variant_id = %s"
    assert shop.query(on_hand, variant) == [(77,)]


def test_audit_finds_the_same_in_several_processes(shop):
    (variant,) = shop.variants(1, stock=9)
    shop.query("UPDATE inventory_stocklevel SET on_hand = on_hand + 1 WHERE variant_id = %s RETURNING 1", variant)
    order = shop.client().order({variant: 1})
    shop.query("UPDATE orders_order SET shipped_count = 1 WHERE id = %s RETURNING 1", order["id"])

    said = {
        processes: manage("audit", "--patience", "0", "--processes", processes, STATE_DIR=str(shop.running.state))
        for processes in ("1", "2")
    }

    shop.query("UPDATE inventory_stocklevel SET on_hand = on_hand - 1 WHERE variant_id = %s RETURNING 1", variant)
    shop.query("UPDATE orders_order SET shipped_count = 0 WHERE id = %s RETURNING 1", order["id"])
    found = {processes: {line for line in done.stdout.splitlines() if ": " in line} for processes, done in said.items()}
    assert found["1"] == found["2"]
    assert {line.partition(":")[0] for line in found["2"]} >= {"orders.history", "inventory.levels"}


def test_wrong_setting_is_one_sentence(tmp_path):
    refused = manage("check", STATE_DIR=str(tmp_path), SHOP_ENVIRONMENT="moon")

    assert refused.returncode == 1
    assert refused.stderr.startswith("manage.py: SHOP_ENVIRONMENT is 'moon', not one of")
    assert "Traceback" not in refused.stderr


def test_without_a_running_shop_a_command_says_what_to_do(tmp_path):
    refused = manage("verify_orders", STATE_DIR=str(tmp_path), DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert refused.returncode == 1
    assert "Start it with bin/up" in refused.stderr
    assert "Traceback" not in refused.stderr
