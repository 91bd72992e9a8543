"""Publishing, delivery, order, failures, parking and replay in one process."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.messaging import api as messaging
from apps.messaging import inbox, relay
from apps.messaging.models import InboxMessage, OutboxMessage
from apps.messaging.testing import deliver_all
from tests.messaging.probe.events import Happened
from tests.messaging.probe.models import Applied
from tests.messaging.probe.services import happen, happen_and_fail, happen_many, happen_nested, join

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def probe_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PROBE_FOLDER", str(tmp_path))


def applied(consumer="record"):
    return list(Applied.objects.filter(consumer=consumer).order_by("id").values_list("key", "version"))


def test_event_of_a_committed_command_reaches_every_consumer_once():
    happen(thing="a", version=1)

    deliver_all()
    deliver_all()

    assert applied("record") == applied("project") == [("a", 1)]


def test_event_of_a_failed_command_does_not_exist():
    with pytest.raises(RuntimeError, match="after publishing"):
        happen_and_fail(thing="a")

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="outside a transaction"):
        messaging.publish(Happened(thing="a", version=1), version=1)


@pytest.mark.django_db(transaction=True)
def test_command_inside_a_transaction_is_refused():
    with pytest.raises(messaging.NestedCommand):
        happen_nested(thing="a")
    with transaction.atomic(), pytest.raises(messaging.NestedCommand):
        happen(thing="a", version=1)


def test_command_of_one_statement_inside_a_transaction_is_refused():
    @messaging.statement
    def write():
        raise AssertionError("not reached")

    with pytest.raises(messaging.NestedCommand), transaction.atomic():
        write()


def test_two_events_of_one_version_are_refused():
    happen(thing="a", version=1)

    with pytest.raises(IntegrityError):
        happen(thing="a", version=1)


def test_events_of_one_aggregate_arrive_in_version_order_whatever_order_they_were_written_in():
    for version in (3, 1, 2):
        happen(thing="a", version=version)

    deliver_all()

    assert applied() == [("a", 1), ("a", 2), ("a", 3)]


def test_very_many_events_are_published_at_once():
    happen_many(things=2_000, versions=5)

    assert OutboxMessage.objects.count() == 10_000


def test_long_drain_ends_in_time_and_leaves_the_rest_to_another_wake_up(monkeypatch):
    woken = []
    monkeypatch.setattr(inbox, "BATCH", 2)
    monkeypatch.setattr(inbox, "wake_queues", woken.extend)
    happen_many(things=3, versions=1)
    relay.relay_once()
    woken.clear()

    handled = inbox.drain(queue="probe", seconds=0)

    assert handled == 1
    assert woken == ["probe"]
    left = InboxMessage.objects.filter(done_at__isnull=True)
    assert set(left.values_list("attempts", "lease_token")) == {(0, None)}  # handed back as if never claimed


def test_batches_keep_the_order_of_every_key(monkeypatch):
    monkeypatch.setattr(relay, "BATCH", 7)
    monkeypatch.setattr(inbox, "BATCH", 5)
    happen_many(things=5, versions=10)

    deliver_all()

    for thing in range(5):
        assert [v for key, v in applied() if key == f"bulk-{thing}"] == list(range(1, 11))


def test_handler_that_fails_twice_and_then_works_is_applied_once():
    happen(thing="a", version=1, behaviour="fail:2")

    deliver_until(lambda: applied() == [("a", 1)])

    assert InboxMessage.objects.get(consumer="probe.record").attempts == 3


def deliver_until(condition, rounds=200):
    for _ in range(rounds):
        deliver_all()
        if condition():
            return
        with connection.cursor() as cursor:  # the test's transaction stands still in time, so due_at is moved instead
            cursor.execute(
                "UPDATE messaging_inboxmessage SET due_at = now() - interval '1 s' WHERE done_at IS NULL AND parked_at IS NULL"
            )
    raise AssertionError("never happened")


def test_poison_message_is_parked_and_stops_only_its_own_key():
    happen(thing="poison", version=1, behaviour="fail:1000")
    happen(thing="poison", version=2)
    happen(thing="fine", version=1)

    deliver_until(lambda: messaging.list_parked())

    assert applied() == [("fine", 1)]
    assert sorted(applied("project")) == [("fine", 1), ("poison", 1), ("poison", 2)]
    (parked,) = messaging.list_parked()
    assert (parked.kind, parked.key) == ("message", "probe:poison")
    assert "asked to fail" in parked.error


def test_replayed_poison_message_frees_its_key(tmp_path):
    happen(thing="poison", version=1, behaviour="fail:8")
    happen(thing="poison", version=2)
    deliver_until(lambda: messaging.list_parked())

    (parked,) = messaging.list_parked()
    assert messaging.replay_parked(kind=parked.kind, item_id=parked.id)
    deliver_until(lambda: len(applied()) == 2)

    assert applied() == [("poison", 1), ("poison", 2)]
    assert not messaging.list_parked()


def test_message_that_killed_its_worker_each_time_is_parked_without_running():
    happen(thing="a", version=1)
    relay.relay_once()
    InboxMessage.objects.filter(consumer="probe.record").update(attempts=8)

    deliver_all()

    assert applied() == []
    (parked,) = messaging.list_parked()
    assert "killed its worker" in parked.error


def test_tried_messages_are_claimed_alone_so_that_a_killer_uses_up_nobody_elses_attempts():
    for i in range(5):
        happen(thing=f"t{i}", version=1)
    relay.relay_once()
    InboxMessage.objects.filter(consumer="probe.record").update(attempts=1)

    with connection.cursor() as cursor:  # whatever the plan
        for kind in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "indexscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{kind} = off")

    claimed = inbox._claim(queue="probe", fresh=False)

    assert len(claimed) == 1


def test_only_projections_can_be_replayed_since_a_time():
    happen(thing="a", version=1)
    deliver_all()
    before = timezone.now() - timezone.timedelta(hours=1)

    with pytest.raises(ValueError, match="not declared a projection"):
        inbox.replay(consumer="probe.record", since=before)
    assert inbox.replay(consumer="probe.project", since=before) == 1
    deliver_all()

    assert applied("project") == [("a", 1), ("a", 1)]
    assert applied("record") == [("a", 1)]


def test_relay_copies_again_after_a_crash_and_the_inbox_takes_nothing_twice():
    happen(thing="a", version=1)
    relay.relay_once()
    OutboxMessage.objects.update(published_at=None)

    deliver_all()

    assert InboxMessage.objects.count() == 2
    assert applied() == [("a", 1)]


def test_consumer_of_batches_gets_what_is_due_in_one_call_and_each_key_in_order():
    for thing in ("a", "b", "c"):
        join(thing=thing)
    join(thing="a", version=2)

    deliver_all()
    deliver_all()

    assert applied("join") == [("a b c", 3), ("a", 1)]


def test_batch_that_fails_is_applied_one_by_one_and_only_the_culprit_is_parked():
    for thing in ("a", "b", "c"):
        join(thing=thing, behaviour="fail:1000" if thing == "b" else "")

    deliver_until(lambda: messaging.list_parked())

    assert sorted(applied("join")) == [("a", 1), ("c", 1)]
    (parked,) = messaging.list_parked()
    assert parked.key == "probe:b"


def test_batch_leaves_out_a_message_whose_lease_another_worker_has():
    join(thing="a")
    join(thing="b")
    relay.relay_once()
    messages = inbox._claim(queue="probe", fresh=True)
    InboxMessage.objects.filter(key="probe:a").update(lease_token=None)

    inbox._apply(messages, alias="default")

    assert applied("join") == [("b", 1)]
    assert InboxMessage.objects.get(key="probe:a").done_at is None
