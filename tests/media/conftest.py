"""Each test has a folder of its own for pictures."""

from ipaddress import ip_network

import pytest


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Return the folder."""
    root = tmp_path / "media"
    settings.MEDIA_ROOT = str(root)
    return root


@pytest.fixture
def fetching_on(settings):
    """Fetch pictures, also from this machine."""
    settings.IMAGE_FETCH = True
    settings.IMAGE_FETCH_NETWORKS = [ip_network("127.0.0.0/8")]
