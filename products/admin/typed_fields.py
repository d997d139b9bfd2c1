"""Inputs for typed attributes. What a value must be is left to the services, which look at edited ones alone.

An input whose content is what is stored is no edit: a value that was right under older rules stays as it is.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminTextInputWidget
from django.core.validators import ProhibitNullCharactersValidator

from products.admin.widgets import Choice, Choices
from products.models import Attribute, Product, ProductTypeAttribute
from products.models.product_type import Definition

Required = ProductTypeAttribute.Required
INTEGER = re.compile(r"-?\d+", re.ASCII)
# Beyond these a list is looked through by typing: Select2 makes it so.
MANY_OPTIONS = 20
NO_CHOICE = ("", "---------")
MAX_INTEGER = 2**63  # what is beyond is a float everywhere
MAX_DIGITS = 20  # Python takes quadratic time to read a longer one
refuse_nul = ProhibitNullCharactersValidator()


class AttributeField(forms.Field):
    """The value of an attribute, None when its input is empty."""

    kinds: ClassVar[tuple[type, ...]] = (str,)
    widget: type[forms.Widget] = AdminTextInputWidget

    def clean(self, value: Any) -> Any:
        """The value as JSON. `required` is shown only: the services say when a value has to be there."""
        refuse_nul(str(value))
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        """The value. Raises ValidationError when the text cannot be one."""
        return _lines(value or "").strip() or None

    def prepare_value(self, value: Any) -> Any:
        """What the input holds, for a stored value and for what has been sent."""
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def can_show(self, value: Any) -> bool:
        """Whether the input can hold a stored value without loss."""
        return not isinstance(value, dict | list)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another value, or the same text as a value of another kind; what was not sent is no edit."""
        if data is None:
            return False
        if _lines(self.prepare_value(initial)) != _lines(self.prepare_value(data)):
            return True
        return not (initial is None or _is_one_of(initial, self.kinds))


class LongTextField(AttributeField):
    """A text with line breaks, which an input of one line would lose."""

    widget = forms.Textarea


class DateField(AttributeField):
    """A date, with the admin's calendar."""

    widget = AdminDateWidget


class NumberField(AttributeField):
    """A number, whole or not as it was written."""

    kinds = (int, float)
    widget = forms.NumberInput

    def to_python(self, value: Any) -> Any:
        """The number. Raises ValidationError when it is none."""
        text = super().to_python(value)
        if text is None:
            return None
        is_whole = INTEGER.fullmatch(text) and len(text) <= MAX_DIGITS and -MAX_INTEGER <= int(text) < MAX_INTEGER
        return int(text) if is_whole else forms.FloatField().clean(text)

    def can_show(self, value: Any) -> bool:
        """Whether it is a number, as text or not."""
        try:
            self.clean(self.prepare_value(value))
        except forms.ValidationError:
            return False
        return super().can_show(value)


class ChoiceField(AttributeField):
    """One of several values."""

    widget = forms.Select

    def __init__(self, *, choices: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.widget.choices = [NO_CHOICE, *choices]

    def can_show(self, value: Any) -> bool:
        """Whether it is among the choices."""
        return super().can_show(value) and self.prepare_value(value) in dict(self.widget.choices)


class BooleanField(ChoiceField):
    """Yes, no, or nothing said."""

    kinds = (bool,)

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("true", "Yes"), ("false", "No")], **options)

    def to_python(self, value: Any) -> Any:
        """The truth value; what is neither is left to the services to refuse."""
        return {"true": True, "false": False}.get(value, super().to_python(value))


class OptionsField(AttributeField):
    """Several options, in the order of the attribute's own."""

    widget = forms.SelectMultiple

    def __init__(self, *, choices: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.widget.choices = list(choices)

    def to_python(self, value: Any) -> Any:
        """The codes; no choice is no value."""
        chosen = list(dict.fromkeys(self.prepare_value(value)))
        place = {code: index for index, (code, _) in enumerate(self.widget.choices)}
        return sorted(chosen, key=lambda code: place.get(code, len(place))) or None

    def prepare_value(self, value: Any) -> list[Any]:
        """The codes, of a single one too."""
        return value if isinstance(value, list) else [value] if value else []

    def can_show(self, value: Any) -> bool:
        """Whether all of it is among the choices."""
        codes = dict(self.widget.choices)
        return all(isinstance(code, str) and code in codes for code in self.prepare_value(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether others are chosen; a browser sends them in the order of the choices."""
        same = sorted(self.prepare_value(initial)) == sorted(self.prepare_value(data))
        return not same or isinstance(initial, str)


def field_for(definition: Definition, *, is_active: bool) -> AttributeField:
    """The input for an attribute; of an active product it is marked as required when publishing asks for it."""
    options: dict[str, Any] = {
        "label": f"{definition.name} ({definition.unit})" if definition.unit else definition.name,
        "help_text": ". ".join(_hints(definition)),
        "required": definition.required == Required.ALWAYS
        or (is_active and definition.required == Required.TO_PUBLISH),
    }
    match definition.type:
        case Attribute.Type.NUMBER:
            return NumberField(widget=forms.NumberInput(_limits(definition)), **options)
        case Attribute.Type.BOOLEAN:
            return BooleanField(**options)
        case Attribute.Type.DATE:
            return DateField(**options)
        case Attribute.Type.OPTION:
            many = len(definition.options) > MANY_OPTIONS
            widget = Choice({"class": "catalog-choices"}) if many else forms.Select()
            return ChoiceField(choices=definition.options.items(), widget=widget, **options)
        case Attribute.Type.OPTIONS:
            chooser = Choices({"class": "catalog-choices"})
            return OptionsField(choices=definition.options.items(), widget=chooser, **options)
    return AttributeField(**options)


def is_active(product: Product | None) -> bool:
    """Whether what publishing asks for must be there."""
    return product is not None and product.status == Product.Status.ACTIVE


def _hints(definition: Definition) -> Iterable[str]:
    least, most = (None if bound is None else f"{bound:.15g}" for bound in (definition.min, definition.max))
    if least is not None and most is not None:
        yield f"{least} to {most}"
    elif least is not None:
        yield f"At least {least}"
    elif most is not None:
        yield f"At most {most}"
    if definition.required == Required.TO_PUBLISH:
        yield "Needed to publish"


def _limits(definition: Definition) -> dict[str, Any]:
    limits = {"min": definition.min, "max": definition.max}
    return {"step": "any"} | {name: f"{bound:.15g}" for name, bound in limits.items() if bound is not None}


def _is_one_of(value: Any, kinds: tuple[type, ...]) -> bool:
    return type(value) in kinds


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
