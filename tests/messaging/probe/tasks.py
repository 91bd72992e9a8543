"""The probe's work driver."""

from pathlib import Path

from apps.messaging import work
from tests.messaging.probe.models import Errand


@work.driver("probe.run_errand", model=Errand)
def run_errand(item: Errand) -> None:
    if item.target == "fail":
        raise RuntimeError("asked to fail")
    with Path(item.target).open("a") as file:
        file.write(f"{item.id}\n")
    with work.record(item) as row:
        row.outcome = "done"
