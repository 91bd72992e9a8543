"""Work items: claimed, carried out, recorded once; parked when they keep failing."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from apps.messaging import api as messaging
from apps.messaging import audits, work
from tests.messaging.probe.models import Errand

pytestmark = pytest.mark.django_db


def test_item_is_carried_out_once_and_recorded(tmp_path):
    target = tmp_path / "out"
    errand = Errand.objects.create(target=str(target))

    work.drive(name="probe.run_errand")
    work.drive(name="probe.run_errand")

    assert target.read_text() == f"{errand.id}\n"
    errand.refresh_from_db()
    assert (errand.outcome, errand.next_run_at) == ("done", None)


def test_failing_item_backs_off_and_is_parked_after_the_last_attempt(settings):
    settings.MESSAGING = {**settings.MESSAGING, "BACKOFF_BASE_MS": -1, "BACKOFF_CAP_MS": -1}
    Errand.objects.create(target="fail")

    for _ in range(settings.MESSAGING["MAX_ATTEMPTS"]):
        work.drive(name="probe.run_errand")

    (parked,) = messaging.list_parked()
    assert (parked.kind, parked.attempts) == ("probe.run_errand", settings.MESSAGING["MAX_ATTEMPTS"])


def test_parked_item_runs_again_after_replay(tmp_path, settings):
    errand = Errand.objects.create(target=str(tmp_path / "out"), attempts=8, parked_at=Now())

    assert messaging.replay_parked(kind="probe.run_errand", item_id=errand.id)
    work.drive(name="probe.run_errand")

    errand.refresh_from_db()
    assert errand.outcome == "done"


def test_outcome_is_not_recorded_when_the_lease_went_to_another(tmp_path):
    errand = Errand.objects.create(target=str(tmp_path / "out"))
    (claimed,) = work.claim(work._drivers["probe.run_errand"], fresh=True)
    Errand.objects.filter(id=errand.id).update(lease_token=uuid.uuid4())

    with pytest.raises(messaging.LeaseLost), work.record(claimed) as row:
        row.outcome = "late"

    errand.refresh_from_db()
    assert errand.outcome == ""


def test_item_may_ask_to_run_again_later():
    errand = Errand.objects.create(target="unused")
    (claimed,) = work.claim(work._drivers["probe.run_errand"], fresh=True)

    with work.record(claimed) as row:
        row.next_run_at = Now()

    errand.refresh_from_db()
    assert errand.next_run_at is not None
    assert errand.attempts == 0


@pytest.fixture
def slow_errands(monkeypatch):
    driver = work._drivers["probe.run_errand"]
    monkeypatch.setitem(work._drivers, "probe.run_errand", replace(driver, slow=True))


@pytest.mark.usefixtures("slow_errands")
def test_slow_work_lets_other_work_pass_after_its_turn(tmp_path, settings):
    for number in range(3):
        Errand.objects.create(target=str(tmp_path / str(number)))

    settings.MESSAGING = {**settings.MESSAGING, "SLOW_TURN_SECONDS": 0}
    assert work.drive(name="probe.run_errand") == 1
    settings.MESSAGING = {**settings.MESSAGING, "SLOW_TURN_SECONDS": 60}
    assert work.drive(name="probe.run_errand") == 2


def make_late_errands(folder):
    for hours in (1, 2, 3):
        Errand.objects.create(target=str(folder / "out"), next_run_at=Now() - timedelta(hours=hours))


@pytest.mark.usefixtures("slow_errands")
def test_a_long_line_of_slow_work_is_late_only_where_its_first_is_not_taken(tmp_path, settings):
    settings.MESSAGING = settings.MESSAGING | {"SLOW_TURN_SECONDS": 0}
    make_late_errands(tmp_path)
    check = audits.find_check("messaging.work")

    [suspected] = check.look(None)
    untouched = list(check.look([suspected.subject]))
    work.drive(name="probe.run_errand")
    after_a_turn = list(check.look([suspected.subject]))

    assert suspected.detail == "probe.run_errand is late: never tried: no worker takes its queue, or too few do."
    assert (untouched, after_a_turn) == ([suspected], [])


def test_quick_work_is_late_each_of_it(tmp_path):
    make_late_errands(tmp_path)
    check = audits.find_check("messaging.work")

    assert len(list(check.look(None))) == 3


@pytest.mark.usefixtures("slow_errands")
def test_slow_work_is_claimed_item_by_item(tmp_path):
    for number in range(3):
        Errand.objects.create(target=str(tmp_path / str(number)))

    assert len(work.claim(work._drivers["probe.run_errand"], fresh=True)) == 1


@pytest.mark.usefixtures("slow_errands")
def test_next_turn_of_slow_work_is_another_queues_where_that_waits(tmp_path, settings, monkeypatch):
    for number in range(3):
        Errand.objects.create(target=str(tmp_path / str(number)))
    settings.MESSAGING = {**settings.MESSAGING, "SLOW_TURN_SECONDS": 0}
    ours, woken = work._drivers["probe.run_errand"], []
    monkeypatch.setattr(work, "wake_driver", lambda found: woken.append(found.name))
    monkeypatch.setitem(work._drivers, "catalog.run_errand", replace(ours, name="catalog.run_errand"))

    work.drive(name="probe.run_errand")
    assert woken == ["catalog.run_errand"]

    monkeypatch.delitem(work._drivers, "catalog.run_errand")
    work.drive(name="probe.run_errand")
    assert woken == ["catalog.run_errand", "probe.run_errand"]


@pytest.mark.usefixtures("slow_errands")
def test_one_process_at_a_time_does_slow_work(tmp_path):
    Errand.objects.create(target=str(tmp_path / "out"))
    with connection.copy().temporary_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [work._SLOW_TURN])

        assert work.drive(name="probe.run_errand") == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [work._SLOW_TURN])

    assert work.drive(name="probe.run_errand") == 1


def test_no_more_is_claimed_than_was_asked_for_whatever_the_plan():
    for number in range(5):
        Errand.objects.create(target=f"t{number}", attempts=1)
    with connection.cursor() as cursor:
        for kind in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{kind} = off")

    claimed = work.claim(work._drivers["probe.run_errand"], fresh=False)

    assert len(claimed) == 1


def test_items_of_a_claim_that_nobody_began_in_time_are_handed_back(tmp_path):
    errands = [Errand.objects.create(target=str(tmp_path / "out")) for _ in range(3)]

    assert work.drive(name="probe.run_errand", seconds=0) == 1

    left = Errand.objects.filter(pk__in=[errand.pk for errand in errands], outcome="")
    assert list(left.values_list("attempts", "lease_token")) == [(0, None)] * 2
    assert work.drive(name="probe.run_errand") == 2
