"""The report of a run: one page that needs nothing else, made from the run's folder alone."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template import Context, Engine

from laboratory.report.contents import MUTANTS, contents_of

_HERE = Path(__file__).parent


def write(folder: Path, *, mutants: Path = MUTANTS) -> Path:
    """Write `report.html` into the folder and return it."""
    if not settings.configured:
        settings.configure(USE_I18N=False)
    page = folder / "report.html"
    template = Engine(dirs=[str(_HERE)]).get_template("page.html")
    page.write_text(template.render(Context(contents_of(folder, mutants=mutants), use_l10n=False)), encoding="utf-8")
    return page
