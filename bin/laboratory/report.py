"""stub"""

from pathlib import Path


def write(folder: Path) -> Path:
    page = folder / "report.html"
    page.write_text("")
    return page
