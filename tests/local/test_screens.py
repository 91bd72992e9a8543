"""Pictures of a shop in which not every page can be reached."""

import json

import pytest

from bin import screens
from bin.shop_states import OutOfReach

BASE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "fault", [OutOfReach("Too few are in stock"), AssertionError("waited"), RuntimeError("broke"), OSError("refused")]
)
def test_what_can_be_reached_is_photographed_when_rare_states_cannot_be_brought_about(tmp_path, monkeypatch, fault):
    def fail(base, **given):
        raise fault

    monkeypatch.setattr(screens, "bring_about", fail)
    run = tmp_path / "run.json"
    run.write_text(json.dumps({"urls": {"storefront": BASE}, "staff": {"email": "a", "password": "b"}}))

    walks, missing = screens.find_walks(BASE, address=None, run=run)

    assert [walk.func for walk in walks] == [screens.visit, screens.visit_staff_pages]
    assert missing.endswith(f"could not be brought about: {fault}")
