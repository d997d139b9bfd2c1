"""Attributes: what can be said about products and variants, and with which values."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from catalog_project.models import CodeField, DerivedField, TimestampedModel, VersionedModel
from products.models import naming

UNIT_LENGTH = 32
# Two underscores part a code from an operator in a query parameter: `attr.weight__gte`.
CODE_PATTERN = r"^[A-Za-z](_?[A-Za-z0-9-])*_?\Z"
validate_code = RegexValidator(
    CODE_PATTERN,
    "A code begins with a letter a-z and goes on with letters, digits, hyphens and single underscores.",
    code="invalid_code",
)
# Options are listed in query parameters, separated by commas.
OPTION_CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z"
validate_option_code = RegexValidator(
    OPTION_CODE_PATTERN,
    "The code of an option begins with a letter a-z or a digit and goes on with these, dots, hyphens and underscores.",
    code="invalid_code",
)


class Attribute(VersionedModel):
    """Something that products or variants of some types have: a colour, a weight in kg."""

    class Type(models.TextChoices):
        """What kind of value it takes."""

        TEXT = "text"
        NUMBER = "number"
        BOOLEAN = "boolean"
        DATE = "date"
        OPTION = "option"
        OPTIONS = "options"

    WITH_OPTIONS: ClassVar = frozenset({Type.OPTION, Type.OPTIONS})

    code = CodeField(max_length=naming.CODE_LENGTH, validators=[validate_code])
    name = models.CharField(max_length=naming.NAME_LENGTH)
    type = models.CharField(max_length=7, choices=Type)
    unit = models.CharField(max_length=UNIT_LENGTH, blank=True, default="")
    filterable = models.BooleanField(default=False)
    searchable = models.BooleanField(default=False)
    min = models.FloatField(null=True, blank=True)
    max = models.FloatField(null=True, blank=True)
    name_key = DerivedField(source="name", derive=naming.sort_key)

    class Meta:
        constraints: ClassVar = [
            naming.unique("code", name="attribute_code_unique", what="An attribute with this code"),
            naming.code_matches(CODE_PATTERN, validate_code, name="attribute_code_form"),
            naming.not_blank("name", name="attribute_name_not_blank"),
            models.CheckConstraint(
                condition=Q(type__in=["text", "number", "boolean", "date", "option", "options"]),
                name="attribute_type_known",
                violation_error_code="invalid_choice",
                violation_error_message="The type must be text, number, boolean, date, option or options.",
            ),
            models.CheckConstraint(
                condition=Q(type="number") | Q(min=None, max=None),
                name="attribute_range_of_number",
                violation_error_code="range_of_number",
                violation_error_message="Only a number has a min and a max.",
            ),
            models.CheckConstraint(
                condition=Q(min=None) | Q(max=None) | Q(min__lte=F("max")),
                name="attribute_range_order",
                violation_error_code="range_order",
                violation_error_message="min must not be greater than max.",
            ),
        ]
        indexes: ClassVar = [
            models.Index("name_key", "id", name="attribute_by_name"),  # attributes/?ordering=name
            models.Index("created_at", "id", name="attribute_by_created"),  # attributes/, newest first
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_options(self) -> bool:
        """Whether its values are codes of options."""
        return self.type in self.WITH_OPTIONS

    def ordered_options(self) -> "list[AttributeOption]":
        """Its options in their order; sorted here so that prefetched ones cost no query."""
        return sorted(self.options.all(), key=lambda option: (option.position, option.pk))


class AttributeOption(TimestampedModel):
    """One of the values that an attribute of type `option` or `options` takes."""

    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="options")
    code = CodeField(max_length=naming.CODE_LENGTH, validators=[validate_option_code])
    label = models.CharField(max_length=naming.NAME_LENGTH)
    position = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["attribute", "code"],
                name="attribute_option_unique",
                violation_error_code="duplicate",
                violation_error_message="The attribute has an option with this code already.",
            ),
            naming.code_matches(OPTION_CODE_PATTERN, validate_option_code, name="attribute_option_code_form"),
            naming.not_blank("label", name="attribute_option_label_not_blank"),
            models.CheckConstraint(
                condition=Q(position__gte=0),
                name="attribute_option_position_range",
                violation_error_code="min_value",
                violation_error_message="The position must not be negative.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
