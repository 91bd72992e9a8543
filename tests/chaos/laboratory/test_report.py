"""The report of a run that was made by hand: what it says, and that it needs nothing but itself."""

import json
import re
from html.parser import HTMLParser

import pytest

from tests.chaos.laboratory.runs import write_checked, write_run


@pytest.fixture
def folder(tmp_path, laboratory):
    made = write_run(tmp_path / "run")
    rows = laboratory("rates").of_seconds(made)
    (made / "rate.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return made


@pytest.fixture
def write(laboratory, tmp_path):
    return lambda folder: laboratory("report").write(folder, mutants=tmp_path / "mutants.json").read_text()


def test_wait_of_an_order_counts_from_the_first_click_and_that_of_a_checkout_from_the_coming(laboratory, folder):
    wishes = laboratory("rates").read_wishes(folder)

    assert len(wishes) == 61
    assert wishes[20].waited == pytest.approx(10.2)
    assert wishes[20].took == pytest.approx(10.7)
    assert sum(wish.acknowledged for wish in wishes) == 60


def test_repeated_order_is_one_wish_answered_once(laboratory, folder):
    line = {"buyer": "buyer-1", "call": "again", "operation": "place", "key": "key-1", "at": 1_000_001.6, "body": None}
    with (folder / "buyers.jsonl").open("a") as file:
        file.write(json.dumps({**line, "phase": "invoke", "status": None}) + "\n")
        file.write(json.dumps({**line, "phase": "unknown", "status": None}) + "\n")

    again = next(wish for wish in laboratory("rates").read_wishes(folder) if wish.key == "key-1")

    assert again.attempts == 2
    assert again.waited == pytest.approx(0.2)


def test_way_back_is_counted_from_the_end_of_the_cause(laboratory, folder):
    first, second = laboratory("rates").read_strikes(folder)

    # Nobody is answered from 20.2 to 30.7; with one answer a second a rate is measured over fifteen seconds.
    assert (first.fault, first.died, first.returned) == ("web_killed", 1, 1)
    assert first.back_after == pytest.approx(10.5)
    assert second.back_after is None  # the run ends before fifteen seconds are over


def test_sound_run_says_so_with_its_bound(write, folder):
    write_checked(folder)

    page = write(folder)

    assert "<strong>Sound</strong>" in page
    assert "None in 60 acknowledged orders means, with 95 % confidence, fewer than one in 20" in page
    assert "bin/chaos --minutes 1 --seed 4" in page
    assert page.count('class="got"') == 61  # sixty dots and the legend's
    assert page.count('class="refused"') == 2


def test_violation_is_shown_with_its_witness(write, folder):
    write_checked(
        folder, violations=[{"subject": "variant 7", "detail": "sold twice", "witness": ["<order 1>", "order 2"]}]
    )

    page = write(folder)

    assert "<strong>Not sound</strong>" in page
    assert "violated: I1 (no_oversell)" in page
    assert "variant 7: sold twice" in page
    assert "&lt;order 1&gt;" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"not_returned": ["web_killed: web did not return in 90 s"]},
            "Did not return: web_killed: web did not return",
        ),
        ({"left": {"mails": 3}}, "Not done in 300 s: 3 mails"),
        ({"parked": ["refund 7: no answer"]}, "Given up for staff: refund 7: no answer"),
        ({"audit": {"holds": False, "said": ["orders.money 1 findings"]}}, "orders.money 1 findings"),
    ],
)
def test_run_that_did_not_end_well_is_not_sound_whatever_the_checker_says(write, folder, changed, said):
    run = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**run, **changed}))
    write_checked(folder)

    page = write(folder)

    assert "<strong>Not sound</strong>" in page
    assert said in page


def test_run_that_nobody_checked_is_not_sound(write, folder):
    assert "Nobody checked" in write(folder)


def test_planted_bugs_are_listed_where_they_were_hunted(write, folder, tmp_path):
    caught = {
        "name": "a",
        "bug": "the CHECK is gone",
        "caught": True,
        "by": ["tests.races::x"],
        "runs": 1,
        "stopped_by_database": False,
    }
    missed = {
        "name": "b",
        "bug": "the sum is gone",
        "caught": False,
        "by": [],
        "runs": None,
        "stopped_by_database": False,
    }
    (tmp_path / "mutants.json").write_text(json.dumps({"seeds": 6, "mutants": [caught, missed]}))

    page = write(folder)

    assert "1 of 2 bugs that were planted on purpose were caught" in page
    assert "not caught" in page


class Addresses(HTMLParser):
    """Collects what a page would ask another server for."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]


def test_page_asks_no_other_server_for_anything(write, folder):
    write_checked(folder)
    page = write(folder)
    parser = Addresses()
    parser.feed(page)

    assert parser.found == ["data:,"]
    assert not re.search(r"url\(|@import|<script|https?://", page)


def test_empty_run_has_a_page_too(write, tmp_path):
    folder = write_run(tmp_path / "empty")
    for name in ("arrivals", "buyers", "faults"):
        (folder / f"{name}.jsonl").write_text("")

    assert "Not sound" in write(folder)
