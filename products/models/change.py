"""The change log: what became of every entity of the catalog, one row for each change of one of them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from catalog_project.models import TimestampedModel
from products.models import naming

USERNAME_LENGTH = 150
REQUEST_ID_LENGTH = 128


class Change(TimestampedModel):
    """What one write changed of one entity; `created_at` says when. Written once and never edited.

    A row has no `sequence` until a reader of the feed gives it one (docs/adr/014-numbered-by-readers.md). `changes` is
    JSON as it is sent, `{"name": {"before": "Bag", "after": "Box"}}`, in the write shape of the API. Who wrote is kept
    as values, since a user may go; `product_id` is the product that a variant belongs to, and a product's own id.
    """

    class Entity(models.TextChoices):
        """What kind of row has changed."""

        PRODUCT = "product"
        VARIANT = "variant"
        CATEGORY = "category"
        BRAND = "brand"
        ATTRIBUTE = "attribute"
        PRODUCT_TYPE = "product_type"

    class Action(models.TextChoices):
        """What was done."""

        CREATE = "create"
        UPDATE = "update"
        DELETE = "delete"

    sequence = models.BigIntegerField(null=True, editable=False)
    request_id = models.CharField(max_length=REQUEST_ID_LENGTH, blank=True, default="")
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=USERNAME_LENGTH, blank=True, default="")
    entity = models.CharField(max_length=12, choices=Entity)
    entity_id = models.BigIntegerField()
    product_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=6, choices=Action)
    version = models.BigIntegerField()
    changes = models.TextField()
    message = models.CharField(max_length=naming.NAME_LENGTH, blank=True, default="")

    class Meta:
        default_permissions = ("view",)  # nobody edits what has happened
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sequence"],
                condition=Q(sequence__isnull=False),  # a row that is written leaves this index alone
                name="change_sequence_unique",
                violation_error_code="duplicate",
                violation_error_message="A change with this sequence exists already.",
            ),
        ]
        indexes: ClassVar = [
            models.Index("id", condition=Q(sequence__isnull=True), name="change_not_numbered"),  # a reader's first step
            models.Index("entity", "entity_id", "id", name="change_by_entity"),  # changes/?entity=&id=, and the admin's
            models.Index(
                "product_id",
                "id",
                condition=Q(product_id__isnull=False),
                name="change_by_product",  # products/{ref}/history/
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.entity} {self.entity_id}"


class ChangeFeed(TimestampedModel):
    """How far the log has been numbered, and up to where it has been pruned: one row, which readers lock in turn."""

    last_sequence = models.BigIntegerField(default=0)
    pruned_through = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"feed up to {self.last_sequence}"
