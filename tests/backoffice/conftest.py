"""What the tests of the back office share."""

import pytest

from tests.backoffice.commands import run


@pytest.fixture
def export(tmp_path):
    def export(*arguments):
        path = tmp_path / "exported.csv"
        run("export_products", str(path), *arguments)
        return path

    return export
