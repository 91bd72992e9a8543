"""Tables of content: pages, collections, and the one row of the home page. Texts are by language and name, without what is blank."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.content.contracts import LONGEST_SLUG, LONGEST_TAG, HeroScene, PageGroup, PagePurpose
from apps.persistence.jsonb import is_texts
from apps.persistence.models import UUIDModel


class Page(UUIDModel):
    slug = models.CharField(max_length=LONGEST_SLUG)
    group = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    is_published = models.BooleanField()
    purpose = models.CharField(max_length=20, blank=True)
    texts = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)

    class Meta:
        default_permissions = ()
        permissions = [("edit_content", "Can edit pages, collections and the home page")]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="content_page_slug"),
            models.UniqueConstraint(fields=["purpose"], condition=~Q(purpose=""), name="content_page_purpose"),
            models.CheckConstraint(
                condition=Q(group__in=[each.value for each in PageGroup]), name="content_page_group"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["", *(each.value for each in PagePurpose)]), name="content_page_purposes"
            ),
            models.CheckConstraint(condition=is_texts("texts"), name="content_page_texts"),
        ]


class Collection(UUIDModel):
    slug = models.CharField(max_length=LONGEST_SLUG)
    tag = models.CharField(max_length=LONGEST_TAG)
    position = models.PositiveSmallIntegerField()
    is_on_home = models.BooleanField()
    texts = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="content_collection_slug"),
            models.CheckConstraint(condition=is_texts("texts"), name="content_collection_texts"),
        ]


class Home(models.Model):
    """At most one row. No row: nobody has written anything."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    scene = models.CharField(max_length=10)
    texts = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="content_home_only_one"),
            models.CheckConstraint(
                condition=Q(scene__in=[each.value for each in HeroScene]), name="content_home_scene"
            ),
            models.CheckConstraint(condition=is_texts("texts"), name="content_home_texts"),
        ]
