"""The audit that beat carries on: what stands, what is over, where it goes on, and what staff did about it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.kernel.errors import NotFound
from apps.kernel.ids import uuid7
from apps.messaging import auditing, audits
from apps.messaging.contracts import Finding
from apps.messaging.models import AuditFinding, AuditPass, AuditRepair

pytestmark = pytest.mark.django_db


class Shop:
    """Four subjects, two in a batch, of which some are wrong; what was looked at is kept."""

    def __init__(self):
        self.wrong, self.seen = set(), []
        self.check = audits.Check(name="test.check", holds="Nothing is wrong", look=self.look, batches=self.batches)

    def batches(self, after):
        return [batch for batch in (["a", "b"], ["c", "d"]) if batch[-1] > after]

    def look(self, subjects):
        self.seen.append(list(subjects))
        return [
            Finding(subject=subject, detail="is wrong", repair="test.repair")
            for subject in subjects
            if subject in self.wrong
        ]

    def repair(self, subject):
        if subject == "d":
            raise RuntimeError("no")
        self.wrong.discard(subject)


@pytest.fixture
def shop(monkeypatch):
    made = Shop()
    repair = audits.Repair(name="test.repair", does="Make it right.", act=made.repair)
    monkeypatch.setattr(audits, "_checks", {made.check.name: made.check})
    monkeypatch.setattr(audits, "_repairs", {repair.name: repair})
    monkeypatch.setitem(settings.MESSAGING, "AUDIT_PATIENCE_SECONDS", 60)
    return made


def pass_time():
    AuditFinding.objects.update(first_seen_at=timezone.now() - timedelta(minutes=2))


def standing():
    return {finding.subject for finding in auditing.list_findings(limit=10)}


def test_a_finding_stands_when_it_is_seen_again_after_a_while(shop, caplog):
    shop.wrong = {"b", "d"}
    auditing.carry_on(seconds=10)
    auditing.carry_on(seconds=10)
    assert standing() == set()

    pass_time()
    auditing.carry_on(seconds=10)

    auditing.carry_on(seconds=10)
    assert standing() == {"b", "d"}
    assert [record.getMessage() for record in caplog.records] == [
        "audit test.check: b: is wrong",
        "audit test.check: d: is wrong",
    ]
    [found] = auditing.list_checks()
    assert (found.findings, found.subjects) == (2, 4)


def test_a_change_under_way_never_stands_nor_alarms(shop, caplog):
    shop.wrong = {"a"}
    auditing.carry_on(seconds=10)
    pass_time()
    shop.wrong = set()

    auditing.carry_on(seconds=10)

    assert standing() == set()
    assert AuditFinding.objects.get().over_at
    assert caplog.records == []


def test_what_comes_back_is_a_new_finding(shop):
    for wrong in ({"a"}, set(), {"a"}):
        shop.wrong = wrong
        auditing.carry_on(seconds=10)

    assert AuditFinding.objects.filter(over_at__isnull=True).count() == 1
    assert AuditFinding.objects.count() == 2


def test_a_walk_goes_on_where_the_time_was_over(shop):
    auditing.carry_on(seconds=0)
    assert AuditPass.objects.get().position == "b"
    assert auditing.list_checks()[0].finished_at is None

    auditing.carry_on(seconds=10)

    assert shop.seen == [["a", "b"], ["c", "d"]]
    assert auditing.list_checks()[0].finished_at
    assert auditing.list_checks()[0].subjects == 4


def test_no_more_is_kept_than_can_be_looked_at_again(shop, monkeypatch):
    monkeypatch.setattr(auditing, "KEPT", 3)
    shop.wrong = {"a", "b", "c", "d"}

    auditing.carry_on(seconds=10)

    assert AuditFinding.objects.count() == 3


def test_a_repair_is_recorded_and_its_finding_is_over(shop):
    shop.wrong = {"a"}
    auditing.carry_on(seconds=10)

    assert auditing.repair_finding(finding_id=AuditFinding.objects.get().pk, actor="staff:1")

    record = AuditRepair.objects.get()
    assert (record.repair, record.actor, record.error) == ("test.repair", "staff:1", "")
    assert record.ended_at
    assert record.finding.over_at


def test_a_repair_that_fails_is_recorded_with_its_error(shop):
    shop.wrong = {"d"}
    auditing.carry_on(seconds=10)

    assert not auditing.repair_finding(finding_id=AuditFinding.objects.get().pk, actor="staff:1")

    record = AuditRepair.objects.get()
    assert record.error == "RuntimeError: no"
    assert record.finding.over_at is None


def test_an_unknown_finding_is_not_repaired(shop):
    with pytest.raises(NotFound, match="nothing to repair"):
        auditing.repair_finding(finding_id=uuid7(), actor="staff:1")


@pytest.mark.django_db(transaction=True)
def test_one_process_audits_at_a_time(shop):
    other = connection.copy()
    other.settings_dict["OPTIONS"] = {**other.settings_dict["OPTIONS"], "pool": None}
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [auditing._TURN])
        auditing.carry_on(seconds=10)
    other.close()

    assert shop.seen == []
