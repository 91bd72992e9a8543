"""Staff see which pictures are not here and why, and have them tried again."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from apps.media import api as media
from apps.media.models import ImageRequest
from apps.messaging.testing import deliver_all
from tests.media.pictures import photo
from tests.media.server import reply, serving

pytestmark = pytest.mark.django_db
LIST = "admin:media_imagerequest_changelist"


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("staff@example.com"))
    return client


@pytest.mark.usefixtures("fetching_on")
def test_failed_picture_is_found_with_its_reason_and_fetched_again(staff):
    with serving({"/a.jpg": reply(photo())}) as server:
        media.request_images(source_urls=[server.url("/a.jpg"), server.url("/late.jpg")])
        deliver_all()
        shown = staff.get(reverse(LIST), {"state": "failed"}).content.decode()
        assert "It answered 404 Not Found" in shown
        assert "/a.jpg" not in shown

        server.answers["/late.jpg"] = reply(photo())
        ids = [str(key) for key in ImageRequest.objects.values_list("id", flat=True)]
        answer = staff.post(reverse(LIST), {"action": "fetch_again", "_selected_action": ids}, follow=True)
        deliver_all()

    assert "1 pictures will be fetched again" in answer.content.decode()
    assert server.asked.count("/a.jpg") == 1
    assert {request.state for request in ImageRequest.objects.all()} == {"stored"}


@pytest.mark.parametrize("state", ["", "stored", "waiting", "failed", "parked", "nonsense"])
def test_list_opens_in_every_state(staff, state):
    assert staff.get(reverse(LIST), {"state": state} if state else {}).status_code == 200


def test_requests_are_neither_made_nor_changed_nor_deleted_by_hand(staff):
    request = ImageRequest.objects.create(source_url="http://unreachable.invalid/a.jpg", host="unreachable.invalid")

    assert staff.get(reverse("admin:media_imagerequest_add")).status_code == 403
    assert staff.post(reverse("admin:media_imagerequest_delete", args=[request.pk]), {"post": "yes"}).status_code == 403
