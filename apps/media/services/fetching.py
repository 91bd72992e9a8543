"""Fetching pictures by address: one request for each, tried again for hours where a server is away, then recorded as failed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.db.models.functions import Now, Power

from apps.kernel.errors import DomainError, Invalid
from apps.media import models, names
from apps.media.contracts import StoredImage
from apps.media.errors import SourceUnavailable
from apps.media.events import ImageFetched
from apps.media.gateways import remote
from apps.media.selectors import to_image
from apps.media.services import storing
from apps.messaging import api as messaging
from apps.messaging import work

logger = logging.getLogger(__name__)
FETCH_DRIVER: Final = "media.fetch_image"
# Thirty seconds, then twice as long each time: the eighth and last try comes about an hour after the first.
_TRIES: Final = 8
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_URL: Final = 2000
_WHAT_WOULD_BE_RIGHT: Final = f"starts with http:// or https:// and has at most {_LONGEST_URL:,} characters"


def request_images(*, source_urls: Sequence[str]) -> None:
    for url in source_urls:
        if not url.lower().startswith(("http://", "https://")) or len(url) > _LONGEST_URL:
            raise Invalid.field("source_url", "invalid", f"{url[:80]!r} is no address that {_WHAT_WOULD_BE_RIGHT}.")
    if source_urls and settings.IMAGE_FETCH:
        _request(source_urls=source_urls)


@messaging.command
def _request(*, source_urls: Sequence[str]) -> None:
    asked = {names.request_id_of(url): url for url in source_urls}
    wanted = [
        models.ImageRequest(id=key, source_url=url, host=names.host_of(url)) for key, url in sorted(asked.items())
    ]
    models.ImageRequest.objects.bulk_create(wanted, ignore_conflicts=True)
    known = models.ImageRequest.objects.filter(id__in=asked).order_by("id")
    rows = list(known.select_for_update(no_key=True).prefetch_related("image"))
    _tell([row for row in rows if row.image_id])
    again = [row.id for row in rows if row.state == "failed"]
    if again:
        models.ImageRequest.objects.filter(id__in=again).update(
            next_run_at=Now(), parked_at=None, attempts=0, failures=0, lease_token=None
        )
    messaging.wake(FETCH_DRIVER)


def _tell(rows: Sequence[models.ImageRequest]) -> None:
    """Publish again that these pictures are there: whoever asks now may not have heard it."""
    for row in rows:
        row.version += 1
    models.ImageRequest.objects.bulk_update(rows, ["version"])
    messaging.publish_many([(_event(row, to_image(row.image)), row.version) for row in rows if row.image])


def _event(row: models.ImageRequest, image: StoredImage) -> ImageFetched:
    return ImageFetched(request_id=row.id, source_url=row.source_url, image=image)


def fetch(item: models.ImageRequest) -> None:
    """Fetch and store a claimed request's picture, and record what came of it."""
    try:
        image = storing.store_image(content=remote.fetch(item.source_url), source=item.source_url)
    except (Invalid, SourceUnavailable) as error:
        logger.warning("picture %s was not fetched: %s", item.source_url, error.detail)
        _record_failure(item, error)
        return
    with work.record(item) as row:
        row.image_id = image.id
        row.problem = ""
        row.version += 1
        messaging.publish(_event(row, image), version=row.version)


def _record_failure(item: models.ImageRequest, error: DomainError) -> None:
    """Record a try in vain; where nothing of the host was reached, one of everything due there, so that no other host waits behind it."""
    with work.record(item) as row:
        row.problem = error.detail[:500]
        row.failures += 1
        if isinstance(error, SourceUnavailable) and row.failures < _TRIES:
            row.next_run_at = Now() + _FIRST_WAIT * 2 ** (row.failures - 1)
        if isinstance(error, SourceUnavailable) and error.whole_host:
            waiting = models.ImageRequest.objects.filter(host=row.host, next_run_at__lte=Now(), attempts=0)
            _put_off(waiting.filter(parked_at__isnull=True).exclude(id=row.id), problem=row.problem)


def _put_off(waiting: QuerySet[models.ImageRequest], *, problem: str) -> None:
    wait = ExpressionWrapper(Value(_FIRST_WAIT) * Power(2.0, F("failures")), output_field=DurationField())
    waiting.update(
        problem=problem,
        failures=F("failures") + 1,
        next_run_at=Case(When(Q(failures__lt=_TRIES - 1), then=Now() + wait), output_field=DateTimeField()),
    )
