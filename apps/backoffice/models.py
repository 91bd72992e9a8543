"""Product files that staff uploaded with how far their import is, and the views that staff keep of the list of orders."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now

from apps.messaging.work import WorkItem
from apps.persistence.models import UUIDModel


class Phase(models.TextChoices):
    """Where an upload stands; checking and importing are a worker's, the others wait for a person or are the end."""

    MAPPING = "mapping", "choose columns"
    CHECKING = "checking", "being checked"
    CHECKED = "checked", "checked"
    IMPORTING = "importing", "being imported"
    DONE = "done", "imported"
    REFUSED = "refused", "refused"


class ProductFile(WorkItem):
    """An uploaded product file. `done` of `total` products were looked at in this phase.

    `mapping` gives its columns a meaning (catalog.open_import), `counts` has the products by outcome and those whose stock is set,
    `entries` the first of those with something to tell.
    """

    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    actor = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.MAPPING)
    mapping = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    entries = models.JSONField(default=list)
    fault = models.TextField(default="", blank=True)

    class Meta:
        verbose_name = "product file"
        ordering = ["-id"]
        indexes = [WorkItem.due_index("backoffice_file_due")]


class FileContent(models.Model):
    """The bytes of an upload, apart from the row that is read and written with every step."""

    file = models.OneToOneField(ProductFile, on_delete=models.CASCADE, primary_key=True, related_name="content")
    content = models.BinaryField()


class SavedView(UUIDModel):
    """Filters, search and order of rows of the list of orders, kept by a member of staff under a name."""

    owner_id = models.UUIDField()
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint("owner_id", Lower("name"), name="backoffice_view_name")]
