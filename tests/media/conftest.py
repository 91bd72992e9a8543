"""Each test has a folder of its own for pictures."""

import pytest


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Return the folder."""
    root = tmp_path / "media"
    settings.MEDIA_ROOT = str(root)
    return root
