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
