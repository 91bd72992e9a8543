"""Run every measurement on a shop of its own and print a table; write all figures to a JSON file."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import audited, catalogue, costs, imports, machine, messaging, millions, reads, reference, staff, writes
from benchmarks.shop import BenchShop, wait_for

ROOT = Path(__file__).resolve().parents[2]
_NAMES = (
    *("products", "rounds", "seconds", "orders", "backlog", "staff_rows", "import_products"),
    *("checkouts", "staff_repeats", "warm_ups"),
)
SIZES = {
    "whole": dict(zip(_NAMES, (10_000, 5, 4, 400, 10_000, 100_000, 5_000, 20, 15, 4), strict=True)),
    "quick": dict(zip(_NAMES, (1_000, 2, 2, 100, 10_000, 10_000, 500, 20, 6, 4), strict=True)),
    "tiny": dict(zip(_NAMES, (30, 1, 1, 8, 100, 50, 30, 3, 1, 4), strict=True)),
}
HOT, HOT_CALLERS = "POST /orders, hot", 64


def main() -> None:
    options = _read_options()
    if options.imports:
        finish(options, *measure_imports(options))
        return
    if options.section:
        finish(options, *measure_section(options))
        return
    if not shutil.which("wrk"):
        raise SystemExit("bin/bench: wrk is missing; install it (Debian: apt install wrk).")
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as name:
        folder, figures = Path(name), {}
        with ExitStack() as stack:
            shop = stack.enter_context(BenchShop.running(folder / "state"))
            measure_shop(stack, shop, options, figures, export=folder / "products.csv")
        with BenchShop.running(folder / "state", counts_statements=True) as shop:
            count_statements(shop, options, figures)
            measure_costs(shop, options, figures)
            measure_staff(shop, options, figures)
        say("messaging")
        figures["messaging"] = messaging.measure(folder / "lab", backlog=options.backlog)
        print(f"\nmessaging: {figures['messaging']}")
    broken = imports.find_broken("the import", figures["import"]) + staff.find_broken(figures["staff"])
    finish(options, figures, broken)


def measure_imports(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as name, BenchShop.running(Path(name) / "state") as shop:
        found = imports.measure(shop, Path(name), products=options.import_products)
    runs = {name: run for name, run in found.items() if name != "variants"}
    print(f"{found['variants']} variants")
    for name, run in runs.items():
        print(f"  {name:15} {describe_import(run)}", flush=True)
    return {"imports": found}, [fault for name, run in runs.items() for fault in imports.find_broken(name, run)]


def measure_section(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    with tempfile.TemporaryDirectory(prefix="shop-bench-") as name:
        if options.section == "audit":
            run = audited.measure(Path(name), rows=options.rows)
        else:
            run = millions.measure(options.section, Path(name), rows=options.rows)
    print(f"{options.section}: {run['rows']} rows, {run['rows_per_second']}/s, {describe_import(run)}")
    return {options.section: run}, imports.find_broken(options.section, run)


def describe_import(run: dict[str, float]) -> str:
    return f"{run['seconds']:7.1f} s, at most {run['peak_mb']} MB ({run['early_mb']} in the first quarter, {run['late_mb']} in the last)"


def finish(options: argparse.Namespace, figures: dict[str, Any], broken: list[str]) -> None:
    """Write the figures; end with what exceeds a limit."""
    options.out.write_text(json.dumps(figures, indent=2) + "\n")
    say(f"all figures are in {options.out}")
    if broken:
        raise SystemExit("\n".join(f"bin/bench: {fault}" for fault in broken))


def measure_shop(
    stack: ExitStack, shop: BenchShop, options: argparse.Namespace, figures: dict[str, Any], *, export: Path
) -> None:
    say(f"importing {options.products} products")
    catalogue.write_export(export, products=options.products)
    figures["import"] = imports.watch(shop, "import_products", str(export), "--currency", "EUR")
    print(f"import: {describe_import(figures['import'])}")
    shop.wait_until_listed(options.products)
    figures["reads"] = measure_reads(stack, shop, options)
    report("reads", figures["reads"], "bare view")
    figures["writes"] = measure_writes(shop, options)
    report("writes", figures["writes"], "pgbench")
    figures["hot_to_uniform"] = report_hot(figures["writes"])
    shop.buy_and_pay(options.checkouts)  # so that the provider's client is loaded everywhere
    figures["memory_mb"] = {
        name: [round(machine.resident_mb(pid)) for pid in pids] for name, pids in shop.pids().items()
    }
    print(f"\nmemory (MB): {figures['memory_mb']}")


def count_statements(shop: BenchShop, options: argparse.Namespace, figures: dict[str, Any]) -> None:
    say("counting SQL statements of one checkout")
    figures["statements"] = shop.measure_statements_of_a_checkout(options.checkouts)
    print("\nSQL statements of one whole checkout, from empty cart to paid")
    for name, statements in figures["statements"].items():
        print(f"  {name:22} {statements:6.1f}", flush=True)


def measure_costs(shop: BenchShop, options: argparse.Namespace, figures: dict[str, Any]) -> None:
    say("what an order costs")
    variants = shop.some_variants(min(200, options.products))
    figures["order_costs"] = costs.measure(shop, writes.place_requests(shop.base, variants, options.orders))
    print("\nCosts of one order and all that follows from it, placed by 16 callers")
    for name, spent in figures["order_costs"].items():
        print(f"  {name:22} {spent:10.1f}", flush=True)


def measure_staff(shop: BenchShop, options: argparse.Namespace, figures: dict[str, Any]) -> None:
    """Last on this shop's database: its rows would change what is measured before."""
    say(f"staff pages with {options.staff_rows} orders, products and people")
    figures["staff"] = staff.measure(
        shop, rows=options.staff_rows, repeats=options.staff_repeats, warm_ups=options.warm_ups
    )
    print(
        f"\nstaff pages with {options.staff_rows} of everything: median (extremes), statements, growth from a twentieth of that"
    )
    for name, row in figures["staff"].items():
        if name != "rows":
            spread = f"({row['min_ms']:.0f}-{row['max_ms']:.0f})"
            print(
                f"  {name:38} {row['median_ms']:7.1f} ms {spread:12} {row['statements']:5.1f} {row['growth']:6.2f}",
                flush=True,
            )


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer products, rounds and seconds; for a first look")
    parser.add_argument("--tiny", action="store_true", help="next to none of anything; shows that the benchmark works")
    parser.add_argument(
        "--imports", action="store_true", help="nothing but 50,000 variants imported, again, and exported"
    )
    parser.add_argument(
        "--section", choices=sorted([*millions.SECTIONS, "audit"]), help="nothing but a million of these"
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="of --section")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench.json")
    options = parser.parse_args()
    vars(options).update(SIZES["tiny" if options.tiny else "quick" if options.quick else "whole"])
    options.out.parent.mkdir(exist_ok=True)
    return options


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def measure_reads(stack: ExitStack, shop: BenchShop, options: argparse.Namespace) -> dict[str, Any]:
    web = shop.pids()["web"]
    page = shop.base + "/api/v1/products"
    product = shop.client().expect(200, "GET", "/api/v1/products")["results"][0]["slug"]
    size = len(urllib.request.urlopen(page).read())
    bare = stack.enter_context(bare_view(size))
    targets = [
        reads.Target("bare view", f"http://127.0.0.1:{bare.port}/", [bare.process.pid]),
        reads.Target("list, cached", page, web),
        reads.Target("detail, cached", f"{page}/{product}", web),
        reads.Target("list, uncached", f"{page}?seen=", web, vary=True),
        reads.Target("detail, uncached", f"{page}/{product}?seen=", web, vary=True),
        reads.Target("search, uncached", f"{page}?q=jacket&seen=", web, vary=True),
    ]
    found = {}
    for concurrency in (1, 16):
        say(f"reads at concurrency {concurrency}")
        found[str(concurrency)] = reads.measure(
            targets, concurrency=concurrency, rounds=options.rounds, seconds=options.seconds
        )
    return found | {"body_bytes": size}


class bare_view:  # noqa: N801 - used like a function
    """The yardstick view on a Granian of its own with the shop's numbers of workers and threads."""

    def __init__(self, size: int) -> None:
        from ecommerce.local.ports import find_free_block

        self.port = find_free_block(size=1)
        command = [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "benchmarks.bare:application",
            "--host",
            "127.0.0.1",
        ]
        command += [
            "--port",
            str(self.port),
            "--workers",
            "2",
            "--blocking-threads",
            "4",
            "--no-ws",
            "--no-access-log",
            "--http",
            "1",
        ]
        environment = {**os.environ, "BARE_BYTES": str(size), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'bin'}"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> bare_view:
        wait_for(self.answers, what="the bare view")
        return self

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/").status == 200
        except OSError:
            return False

    def __exit__(self, *exception: object) -> None:
        self.process.terminate()
        self.process.wait(10)


def measure_writes(shop: BenchShop, options: argparse.Namespace) -> dict[str, Any]:
    variants = shop.some_variants(min(200, options.products))
    reference.make_tables(shop.database_url())
    web, found = shop.pids()["web"], {}
    for concurrency in (1, 16, HOT_CALLERS):
        say(f"writes at concurrency {concurrency}")
        runs: dict[str, list[Any]] = {"add to cart": [], "POST /orders": [], HOT: [], "pgbench": []}
        count = options.orders if concurrency > 1 else options.orders // 4
        for _ in range(options.rounds):
            common = {"base": shop.base, "concurrency": concurrency, "pids": web}
            requests = writes.add_requests(shop.base, variants, count)
            runs["add to cart"].append(writes.measure(requests, **common))
            for name, hot in (("POST /orders", ""), (HOT, variants[0]))[: 2 if concurrency == HOT_CALLERS else 1]:
                requests = writes.place_requests(shop.base, variants, count, hot=hot)
                runs[name].append(writes.measure(requests, **common))
            with machine.Watch() as watch:
                # 64 sessions need a moment before the first has written anything.
                seconds = max(options.seconds, 5) if concurrency == HOT_CALLERS else options.seconds
                rate = reference.run_pgbench(shop.database_url(), concurrency=concurrency, seconds=seconds)
            runs["pgbench"].append({"rps": rate, "noisy": watch.noisy})
        found[str(concurrency)] = {name: writes.summarise_runs(many) for name, many in runs.items() if many}
    return found


def report_hot(figures: dict[str, Any]) -> float | None:
    """Print and return how fast orders are that all want one variant, beside orders of any."""
    rows = figures[str(HOT_CALLERS)]
    hot, uniform = (rows[name]["rps"]["median"] for name in (HOT, "POST /orders"))
    if not hot or not uniform:
        return None
    print(f"\none variant in all orders, at {HOT_CALLERS}: {hot / uniform:.2f} of the rate of orders of any variants")
    return float(hot / uniform)


def report(kind: str, figures: dict[str, Any], yardstick: str) -> None:
    for concurrency, rows in ((name, rows) for name, rows in figures.items() if name.isdigit()):
        print(f"\n{kind} at concurrency {concurrency}")
        limit = rows[yardstick]["rps"]["median"]
        for name, row in rows.items():
            print(line(name, row, limit), flush=True)


def line(name: str, row: dict[str, Any], limit: float | None) -> str:
    rps = row["rps"]
    if rps["median"] is None or not limit:
        return f"  {name:18} every run was too noisy"
    parts = [
        f"  {name:18} {rps['median']:>9.1f}/s ({rps['min']:.0f}-{rps['max']:.0f})  {rps['median'] / limit:>7.1%} of the yardstick"
    ]
    if row.get("p50_ms", {}).get("median") is not None:
        parts.append(f"p50 {row['p50_ms']['median']:.2f} ms, p99 {row['p99_ms']['median']:.2f} ms")
    return "  ".join([*parts, f"{row['dropped']} dropped"])


main()
