"""One running composition for all tests here: the `split` choice, then nginx in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecommerce.local.ports import find_free_block
from tests.deploy.compose import read_compose
from tests.deploy.filled import filled_in
from tests.deploy.ordering import paid_order
from tests.deploy.proxy import UPSTREAMS, Nginx, find_nginx, nginx
from tests.deploy.running import Composed, composed


@pytest.fixture(scope="package")
def shipped(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Iterator[Composed]:
    services = read_compose(filled_in())["services"]
    with composed(tmp_path_factory.mktemp("composed"), pictures=pictures) as made:
        made.start(
            *(name for name in made.services if "whole" not in services[name].get("profiles", []) and name != "migrate")
        )
        yield made


@pytest.fixture(scope="package")
def proxy(shipped: Composed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    find_nginx()
    upstreams = {name: shipped.ports[name] for name in UPSTREAMS}
    folder = tmp_path_factory.mktemp("proxy")
    with nginx(folder, plain=find_free_block(), tls=shipped.tls, upstreams=upstreams) as running:
        yield running


__all__ = ["paid_order"]
