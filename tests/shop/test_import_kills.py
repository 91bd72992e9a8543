"""An import that is killed goes on where it was when it is run again: nothing lost, nothing twice, no stock forgotten."""

import os
import subprocess
import sys
import time

from ecommerce.local.plan import ROOT
from tests.catalog.shop import row, shopify_csv

_PRODUCTS = 240


def test_import_killed_in_the_middle_goes_on_when_it_is_repeated(shop, tmp_path):
    path = tmp_path / "many.csv"
    sizes = ("S", "M", "L")
    rows = [
        row(f"killed-{n}", Option1_Name="Size", Option1_Value=size, Variant_Inventory_Qty=str(n % 7 + 1))
        for n in range(_PRODUCTS)
        for size in sizes
    ]
    path.write_text(shopify_csv(*rows))
    count = "SELECT count(*) FROM catalog_product WHERE slug LIKE 'killed-%%'"
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "import_products", str(path)]
    environment = plain | {"STATE_DIR": str(shop.running.state)}

    first = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while shop.query(count)[0][0] < _PRODUCTS // 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    first.kill()
    first.wait()
    (before,) = shop.query(count)[0]
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    third = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert _PRODUCTS // 3 <= before < _PRODUCTS
    assert f"{_PRODUCTS - before} created, 0 updated, {before} unchanged, 0 rejected" in again.stdout
    assert f"0 created, 0 updated, {_PRODUCTS} unchanged, 0 rejected; stock set for 0 variants" in third.stdout
    stocked = """
        SELECT count(*), sum(level.on_hand) FROM inventory_stocklevel level
        WHERE level.variant_id IN (SELECT v.id FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
                                   WHERE p.slug LIKE 'killed-%%')
    """
    wanted = sum(n % 7 + 1 for n in range(_PRODUCTS)) * len(sizes)
    assert shop.query(stocked) == [(_PRODUCTS * len(sizes), wanted)]
