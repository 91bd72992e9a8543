"""A small catalogue with known stock: what everybody wants, what there is too little of, and the rest, in two warehouses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.catalogue import write_export

from laboratory.buyers import API, Shelf
from laboratory.shop import LaboratoryShop, wait_for

_PLENTY, _SCARCE = 100_000, 4
_PRODUCTS = 14
_SECOND_WAREHOUSE = """
    INSERT INTO inventory_warehouse (id, code, name, priority, is_active) VALUES (gen_random_uuid(), 'annex', 'Annex', 10, true)
"""


def stock_shop(shop: LaboratoryShop, folder: Path) -> Shelf:
    """Import the products, set their stock and return what stands where."""
    export = folder / "products.csv"
    write_export(export, products=_PRODUCTS, sizes=("S", "M"), seed=7)
    imported = shop.manage("import_products", str(export), "--currency", "EUR")
    if imported.returncode:
        raise SystemExit(f"bin/chaos: the import failed: {imported.stdout[-2000:]}{imported.stderr[-2000:]}")
    variants = _wait_until_listed(shop)
    with shop.connect() as connection:
        connection.execute(_SECOND_WAREHOUSE)
    shelf = Shelf(hot=variants[:2], scarce=variants[2:6], cold=variants[6:])
    _set_stock(shop, shelf)
    return shelf


def _wait_until_listed(shop: LaboratoryShop) -> list[str]:
    client = shop.client(patience=30)

    def listed() -> list[Any]:
        page = client.expect(200, "GET", f"{API}/products?limit=100&in_stock=true")["results"]
        return page if len(page) >= _PRODUCTS else []

    if not (cards := wait_for(listed, seconds=90, pause=0.5)):
        raise SystemExit("bin/chaos: the imported products are not listed after 90 s")
    details = [client.expect(200, "GET", f"{API}/products/{card['id']}") for card in cards]
    return sorted(variant["id"] for detail in details for variant in detail["variants"])


def _set_stock(shop: LaboratoryShop, shelf: Shelf) -> None:
    client = shop.client()
    client.token = client.expect(200, "POST", f"{API}/auth/login", shop.staff_login)["access"]
    main = shop.query("SELECT code FROM inventory_warehouse ORDER BY priority, code LIMIT 1")[0][0]
    for variant in shelf.everything:
        units = _SCARCE if variant in shelf.scarce else _PLENTY
        for warehouse in (main, "annex"):
            body = {"on_hand": units, "warehouse": warehouse, "reason": "opening"}
            client.expect(200, "PUT", f"{API}/inventory/{variant}", body)
