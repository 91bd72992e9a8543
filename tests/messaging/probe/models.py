"""Tables of the probe."""

from django.db import models

from apps.messaging.work import WorkItem


class Applied(models.Model):
    """One row per applied message: a second row of the same consumer, key and version would be a double."""

    consumer = models.CharField(max_length=50)
    key = models.CharField(max_length=50)
    version = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)


class Errand(WorkItem):
    """Work outside the database: appends its id to a file."""

    target = models.TextField()
    outcome = models.TextField(default="")

    class Meta:
        indexes = (WorkItem.due_index("probe_errand_due"),)
