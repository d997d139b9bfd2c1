"""The read model: what lists, search and facets read. Nothing in it is authoritative; `rebuild_search` remakes it."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F
from django.db.models.functions import MD5

from catalog_project.models import DerivedField, TimestampedModel
from products.models.attributes import NumbersDecoder
from products.models.brand import Brand
from products.models.integers import IntegersField
from products.models.product import Product, ProductQuerySet
from products.models.product_type import ProductType
from products.models.words import Words, WordsField


class ListingQuerySet(ProductQuerySet):
    """Listings, by who may see them."""

    def with_document(self) -> Self:
        """Each with its `document`."""
        return self.annotate(document=F("shown__document"))

    def with_version(self) -> Self:
        """Each with the `version` of its product."""
        return self.annotate(version=F("product__version"))

    def states(self) -> Any:
        """Versions with the digests of documents: what tells whether somebody has seen a product as it is."""
        return self.values_list("product__version", "shown__digest")


class Listing(TimestampedModel):
    """What a product is found, sorted and counted by, in one narrow row.

    `prices` holds the lowest and the highest amount by currency, `category_ids` the categories that it stands in
    itself, `facet_values` by the code of each filterable attribute the distinct values of the product and its variants.
    `created_at` and `updated_at` are the product's.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="listing")
    status = models.CharField(max_length=8)
    published_from = models.DateTimeField(null=True)
    published_until = models.DateTimeField(null=True)
    name_key = DerivedField()
    # No constraints: the product's own references are the ones that are guarded.
    brand = models.ForeignKey(
        Brand, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    product_type = models.ForeignKey(
        ProductType, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    category_ids = IntegersField()
    facet_values = models.JSONField(default=dict, decoder=NumbersDecoder)
    in_stock = models.BooleanField()
    prices = models.JSONField()

    objects: ClassVar[Any] = ListingQuerySet.as_manager()

    bounds: dict[str, tuple[Decimal, Decimal]]  # lowest and highest amounts by currency; set where it was rendered
    document: str  # set where it was rendered, or read by `with_document`
    version: int  # the product's; set where it was rendered, or read by `with_version`
    words: Words  # set where they were made

    class Meta:
        indexes: ClassVar = [
            models.Index("created_at", "product", name="listing_by_created"),  # products/, newest first
            models.Index("updated_at", "product", name="listing_by_updated"),  # ?ordering=updated_at, ?updated_at__gte=
            models.Index("name_key", "product", name="listing_by_name"),  # ?ordering=name
            models.Index("brand", "created_at", "product", name="listing_by_brand"),  # ?brand=, and its renames
            models.Index("product_type", "created_at", "product", name="listing_by_type"),  # ?product_type=
            models.Index(
                "published_from",
                condition=models.Q(published_from__isnull=False),
                name="listing_by_opening",  # how long a page may be remembered
            ),
            models.Index(
                "published_until",
                condition=models.Q(published_until__isnull=False),
                name="listing_by_closing",  # as above
            ),
        ]

    def __str__(self) -> str:
        return f"listing of product {self.pk}"


class ListingDocument(TimestampedModel):
    """What a product reads as: its public JSON, as text.

    A table of its own: counting facets reads thousands of listings, and no documents. Nothing but the key is indexed,
    so that PostgreSQL can write a new version of a document where the old one stands. The digest stands beside it, so
    that who has read the document already need not be read it again; the database computes it, whoever writes.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, primary_key=True, related_name="shown")
    document = models.TextField()
    digest = models.GeneratedField(
        expression=MD5("document"), output_field=models.CharField(max_length=32), db_persist=True
    )

    def __str__(self) -> str:
        return f"document of product {self.pk}"


class ListingWords(TimestampedModel):
    """What a search finds a product by.

    A table of its own: reading listings reads no words, and what changes a listing most, its stock, leaves the text
    index alone.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, primary_key=True, related_name="found_by")
    words = WordsField()

    class Meta:
        verbose_name_plural = "listing words"

    def __str__(self) -> str:
        return f"words of product {self.pk}"


class LowestPrice(TimestampedModel):
    """The lowest amount among a product's variants in a currency: the sort key of `?ordering=price`.

    Beside it stand the `highest` one and the listing's `category_ids`, by which the prices of a category begin and end.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="lowest_prices", db_index=False)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    highest = models.DecimalField(max_digits=14, decimal_places=4)
    category_ids = IntegersField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["listing", "currency"],
                name="lowest_price_unique",
                violation_error_code="duplicate",
                violation_error_message="The product has a lowest price in this currency already.",
            ),
        ]
        indexes: ClassVar = [
            models.Index("currency", "amount", "listing", name="lowest_price_by_amount"),  # ?ordering=price
            models.Index("currency", "category_ids", "amount", name="lowest_price_by_shelf"),  # ?facets=price
            models.Index("currency", "category_ids", "highest", name="highest_price_by_shelf"),  # as above
        ]

    def __str__(self) -> str:
        return f"from {self.amount} {self.currency}"
