"""A key with more messages than a claim looks at waits by itself: other keys go on, and nobody looks at it again and again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.messaging import api as messaging
from apps.messaging import inbox, relay
from apps.messaging.models import InboxMessage
from tests.messaging.probe.models import Applied
from tests.messaging.probe.services import happen, happen_many

pytestmark = pytest.mark.django_db
WINDOW = 40
CROWD = 3 * WINDOW


@pytest.fixture(autouse=True)
def probe_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PROBE_FOLDER", str(tmp_path))
    monkeypatch.setattr(inbox, "WINDOW", WINDOW)


@pytest.fixture
def crowded():
    """The rows of one key, due for an hour; after them one of another key."""
    happen_many(things=1, versions=CROWD)
    happen(thing="other", version=1)
    relay.relay_once()
    rows = InboxMessage.objects.filter(consumer="probe.record")
    InboxMessage.objects.exclude(consumer="probe.record").delete()
    crowd = rows.filter(key="probe:bulk-0")
    crowd.update(due_at=timezone.now() - timedelta(hours=1))
    return crowd


def applied():
    return list(Applied.objects.order_by("id").values_list("key", "version"))


def is_quiet():
    return "probe" not in inbox.due_queues(alias="default")


def test_behind_a_parked_message(crowded):
    head = crowded.get(version=1)
    crowded.filter(id=head.id).update(parked_at=timezone.now())

    inbox.drain(queue="probe")

    assert applied() == [("other", 1)]
    assert is_quiet()

    assert messaging.replay_parked(kind="message", item_id=head.id)
    inbox.drain(queue="probe")

    assert applied() == [("other", 1), *(("bulk-0", version) for version in range(1, CROWD + 1))]


@pytest.mark.slow
def test_a_backlog_of_many_keys_is_not_put_off(monkeypatch):
    """Putting off and bringing back writes every row twice as often."""
    looks = []
    monkeypatch.setattr(inbox, "_defer_followers", lambda **_: bool(looks.append(1)))
    happen_many(things=3 * WINDOW, versions=3)
    relay.relay_once()

    inbox.drain(queue="probe")

    assert Applied.objects.filter(consumer="record").count() == 9 * WINDOW
    assert len(looks) <= 1  # near the end, where few are left


def test_behind_a_message_that_waits_for_its_next_attempt(crowded):
    later = timezone.now() + timedelta(seconds=20)
    crowded.filter(version=1).update(attempts=1, due_at=later)

    inbox.drain(queue="probe")

    assert applied() == [("other", 1)]
    assert is_quiet()
    assert crowded.filter(due_at=later).count() >= WINDOW


def test_behind_a_message_in_somebody_elses_hands(crowded):
    in_hand = {"lease_token": uuid4(), "attempts": 1, "due_at": timezone.now() + timedelta(seconds=60)}
    crowded.filter(version=1).update(**in_hand)

    inbox.drain(queue="probe")

    assert applied() == [("other", 1)]


def test_few_messages_behind_one_in_somebody_elses_hands_stay_due(crowded):
    """They follow within milliseconds: put off, they would reach a shopper's page seconds late."""
    crowded.filter(version__gt=5).delete()
    in_hand = {"lease_token": uuid4(), "attempts": 1, "due_at": timezone.now() + timedelta(seconds=60)}
    crowded.filter(version=1).update(**in_hand)

    inbox.drain(queue="probe")
    inbox.drain(queue="probe")

    assert crowded.filter(due_at__lt=timezone.now()).count() == 4


def test_a_long_key_is_applied_in_order_while_another_overtakes_it(crowded):
    inbox.drain(queue="probe")

    order = applied()
    assert order.index(("other", 1)) < 50
    order.remove(("other", 1))
    assert order == [("bulk-0", version) for version in range(1, CROWD + 1)]
