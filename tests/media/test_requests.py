"""Pictures asked for by their address: fetched once, told of, tried again, given up."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from apps.kernel.errors import Invalid
from apps.media import api as media
from apps.media.models import ImageRequest
from apps.media.selectors import count_work
from apps.media.services import fetching
from apps.messaging import api as messaging
from apps.messaging import work
from apps.messaging.models import OutboxMessage
from apps.messaging.testing import deliver_all
from apps.web.testing import assert_queries
from tests.media.pictures import photo, served
from tests.media.server import reply, serving

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("fetching_on")]
ELSEWHERE = "http://unreachable.invalid"


@pytest.fixture
def server():
    with serving({"/a.jpg": reply(photo(colour="red")), "/b.jpg": reply(photo(colour="blue"))}) as running:
        yield running


def told():
    return [m.payload for m in OutboxMessage.objects.filter(event_type="media.image_fetched.v1").order_by("id")]


def request_of(url):
    return ImageRequest.objects.get(source_url=url)


def make_due():
    """Let the waits pass."""
    waiting = ImageRequest.objects.filter(next_run_at__gt=Now())
    waiting.update(next_run_at=F("next_run_at") - timedelta(days=1))


def test_picture_is_fetched_once_and_told_of(server):
    media.request_images(source_urls=[server.url("/a.jpg"), server.url("/b.jpg"), server.url("/a.jpg")])
    media.request_image(source_url=server.url("/a.jpg"))

    deliver_all()

    assert sorted(server.asked) == ["/a.jpg", "/b.jpg"]
    events = {event["source_url"]: event["image"] for event in told()}
    assert len(told()) == 2
    assert served(events[server.url("/a.jpg")]["url"]).size == (1000, 1250)
    assert request_of(server.url("/a.jpg")).state == "stored"


def test_whoever_asks_later_is_told_without_another_fetch(server):
    media.request_image(source_url=server.url("/a.jpg"))
    deliver_all()

    media.request_image(source_url=server.url("/a.jpg"))
    deliver_all()

    assert server.asked == ["/a.jpg"]
    first, second = told()
    assert first == second


def test_asking_for_many_costs_the_same_as_asking_for_one(server):
    with assert_queries(at_most=6):
        media.request_images(source_urls=[server.url(f"/{number}.jpg") for number in range(50)])


@pytest.mark.parametrize("path", ["/missing.jpg", "/page.html"])
def test_what_will_never_be_a_picture_is_recorded_and_not_tried_again(server, path):
    server.answers["/page.html"] = reply(b"<html>Not here</html>")
    media.request_image(source_url=server.url(path))

    deliver_all()
    make_due()
    deliver_all()

    request = request_of(server.url(path))
    assert (server.asked, request.state) == ([path], "failed")
    assert request.problem
    assert messaging.list_parked() == []
    assert told() == []


def test_server_that_is_away_is_tried_again_for_an_hour_then_given_up(server):
    server.answers["/a.jpg"] = reply(status="503 Busy")
    media.request_image(source_url=server.url("/a.jpg"))

    waits = []
    for _ in range(8):
        work.drive(name=fetching.FETCH_DRIVER)
        request = ImageRequest.objects.annotate(wait=F("next_run_at") - Now()).get()
        waits.append(round(request.wait.total_seconds()) if request.wait else None)
        make_due()

    assert waits == [30, 60, 120, 240, 480, 960, 1920, None]
    assert (len(server.asked), request.state, request.problem) == (8, "failed", "It answered 503 Busy")
    assert work.drive(name=fetching.FETCH_DRIVER) == 0


def test_picture_that_came_late_is_told_of(server):
    server.answers["/a.jpg"] = reply(status="503 Busy")
    media.request_image(source_url=server.url("/a.jpg"))
    deliver_all()
    server.answers["/a.jpg"] = reply(photo())

    make_due()
    deliver_all()

    assert (request_of(server.url("/a.jpg")).state, request_of(server.url("/a.jpg")).problem) == ("stored", "")
    assert len(told()) == 1


def test_failed_picture_is_tried_again_when_somebody_asks(server):
    media.request_image(source_url=server.url("/late.jpg"))
    deliver_all()
    server.answers["/late.jpg"] = reply(photo())

    media.request_image(source_url=server.url("/late.jpg"))
    deliver_all()

    assert request_of(server.url("/late.jpg")).state == "stored"


def test_waiting_picture_keeps_its_turn_when_somebody_asks(server):
    server.answers["/a.jpg"] = reply(status="503 Busy")
    media.request_image(source_url=server.url("/a.jpg"))
    deliver_all()

    media.request_image(source_url=server.url("/a.jpg"))
    deliver_all()

    assert server.asked == ["/a.jpg"]


def test_host_that_is_not_reached_is_tried_once_for_all_of_its_pictures(server, monkeypatch):
    asked = []
    look_up = fetching.remote.addresses._look_up
    monkeypatch.setattr(
        fetching.remote.addresses,
        "_look_up",
        lambda host, port, **rest: (asked.append(host), look_up(host, port, **rest))[1],
    )
    media.request_images(source_urls=[f"{ELSEWHERE}/{number}.jpg" for number in range(30)])
    media.request_image(source_url=server.url("/a.jpg"))

    deliver_all()

    assert (asked.count("unreachable.invalid"), server.asked) == (1, ["/a.jpg"])
    assert set(ImageRequest.objects.filter(image=None).values_list("failures", flat=True)) == {1}
    for _ in range(7):
        make_due()
        deliver_all()
    assert {request.state for request in ImageRequest.objects.filter(image=None)} == {"failed"}
    assert asked.count("unreachable.invalid") == 8


def test_without_fetching_nothing_is_kept(server, settings):
    settings.IMAGE_FETCH = False

    media.request_image(source_url=server.url("/a.jpg"))

    assert not ImageRequest.objects.exists()


@pytest.mark.parametrize("url", ["", "/static/a.jpg", "ftp://x/a.jpg", "https://x/" + "a" * 2000])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Invalid) as refused:
        media.request_image(source_url=url)

    assert refused.value.fields[0].field == "source_url"


def test_figures_tell_what_waits_and_what_failed(server):
    media.store_image(content=photo())
    media.request_images(source_urls=[server.url("/missing.jpg"), server.url("/a.jpg")])
    assert count_work() == {"to_render": 1, "to_fetch": 2, "not_fetched": 0}

    deliver_all()

    assert count_work() == {"to_render": 0, "to_fetch": 0, "not_fetched": 1}


def test_long_line_of_requests_does_not_hold_up_renditions(server, settings, monkeypatch):
    settings.MESSAGING = {**settings.MESSAGING, "SLOW_TURN_SECONDS": 0}
    woken: list[str] = []
    monkeypatch.setattr(work, "wake_driver", lambda driver: woken.append(driver.name))
    media.store_image(content=photo(colour="green"))
    media.request_images(source_urls=[server.url("/a.jpg"), server.url("/b.jpg")])

    work.drive(name=fetching.FETCH_DRIVER)

    assert count_work() == {"to_render": 2, "to_fetch": 1, "not_fetched": 0}
    assert woken == ["media.render_image", "media.fetch_image"]
