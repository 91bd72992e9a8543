"""A run's folder made by hand: sixty buyers, one a second, two faults, of which the first holds up everybody for ten seconds."""

import json

STARTED = 1_000_000.0


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def place(number, *, waits, phase="ok", status=201, body=None):
    """Return the lines of one order: asked for half a second after the buyer came."""
    came = STARTED + number
    line = {"buyer": f"buyer-{number}", "call": str(number), "operation": "place", "key": f"key-{number}"}
    asked = {**line, "at": came + 0.5, "phase": "invoke", "status": None, "body": None}
    return [asked, {**line, "at": came + 0.5 + waits, "phase": phase, "status": status, "body": body or {}}]


def struck(at, fault, *, lasts, **note):
    common = {"fault": fault, "target": "", "pid": None, "new_pid": None, "note": ""}
    return [
        {**common, "at": STARTED + at, "phase": "begin"},
        {**common, "at": STARTED + at + 0.1, "phase": "died", "target": "web", "pid": 7, **note},
        {**common, "at": STARTED + at + lasts, "phase": "end"},
        {**common, "at": STARTED + at + lasts + 1, "phase": "returned", "target": "web", "pid": 7, "new_pid": 8},
    ]


def write_run(folder, **changed):
    """Write everything the report reads but the checker's answer."""
    folder.mkdir(parents=True)
    write_lines(folder / "arrivals.jsonl", ({"at": STARTED + n, "buyer": f"buyer-{n}"} for n in range(60)))
    calls = []
    for number in range(60):
        held_up = 30 - number if 20 <= number < 30 else 0
        calls += place(number, waits=held_up + 0.2)
    calls += place(60, waits=0.1, phase="refused", status=409, body={"code": "insufficient_stock"})
    write_lines(folder / "buyers.jsonl", calls)
    write_lines(folder / "faults.jsonl", [*struck(20, "web_killed", lasts=0.2), *struck(50, "valkey_flushed", lasts=2)])
    run = {
        "seed": 4, "minutes": 1, "faults": ["web_killed", "valkey_flushed"], "revision": "abc", "arrived": 60,
        "settings": {"PAYMENT_DEADLINE_STRIPE": "60"}, "started_at": STARTED, "ended_at": STARTED + 90,
        "quiet_seconds": 300, "command": "bin/chaos --minutes 1 --seed 4", "not_returned": [], "left": {},
        "parked": [], "audit": {"holds": True, "said": []},
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps({**run, **changed}))
    return folder


def write_checked(folder, *, violations=()):
    figures = dict.fromkeys(("lost", "duplicated", "units_oversold", "cents_unaccounted", "sagas_open"), 0)
    check = {"invariant": "I1", "name": "no_oversell", "holds": "Nothing is sold twice.", "subjects": 12}
    check |= {"violated": len(violations), "violations": list(violations)}
    found = {"sound": not violations, "figures": figures, "looked_at": {"orders": 60}, "checks": [check]}
    (folder / "checked.json").write_text(json.dumps(found))
