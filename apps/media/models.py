"""Tables of media."""

from __future__ import annotations

from django.db import models

from apps.messaging.work import WorkItem


class ImageKind(models.TextChoices):
    """What a picture's renditions are made from."""

    PHOTO = "photo"
    DRAWING = "drawing"


class Image(WorkItem):
    """A picture whose files lie in the folder of its digest; as a work item, its renditions are to be made ahead of the first request.

    `width` and `height` are those of the largest rendition, `source` tells where the content came from first.
    """

    digest = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=10, choices=ImageKind)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    source = models.CharField(max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = "stored image"
        indexes = [WorkItem.due_index("media_image_due")]


class ImageRequest(WorkItem):
    """A picture somewhere else that the shop wants to have; its id is made of the address, so there is one for each.

    `failures` counts tries in vain, `problem` tells of the last one. Without a picture and with nothing left to do, it has failed.
    """

    source_url = models.CharField(max_length=2000)
    host = models.CharField(max_length=255)
    image = models.ForeignKey(Image, null=True, on_delete=models.PROTECT, related_name="requests")
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    problem = models.CharField(max_length=500, blank=True, default="", db_default="")
    version = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = "requested image"
        indexes = [
            WorkItem.due_index("media_request_due"),
            models.Index(fields=["host"], name="media_request_waiting", condition=models.Q(next_run_at__isnull=False)),
        ]

    @property
    def state(self) -> str:
        """Return how far the request is: stored, waiting, or failed (`problem` says why)."""
        return "stored" if self.image_id else "failed" if self.next_run_at is None or self.parked_at else "waiting"
