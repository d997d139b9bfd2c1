"""Forms with an input for each attribute of the product's type.

A form is sent with the inputs of the type that it was shown for. When another type has been chosen meanwhile, nothing
is saved: the form comes back with the inputs of that type, and with all that was typed. What the new type has no input
for stands as JSON in a box of its own, where it stays until somebody removes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from catalog_project.api.parsers import loads
from catalog_project.errors import Fault
from products.admin.attributes import can_patch, patch_between
from products.admin.fields import pretty
from products.admin.forms import CatalogForm
from products.admin.typed_fields import AttributeField, LongTextField, field_for
from products.admin.widgets import is_id
from products.models import Product, ProductType
from products.models.product_type import Definition, definitions

TYPED_CLASS = "catalog-typed"
MARKER = "attributes_type"
REDRAW = "_redraw"  # what the script sends to have it redrawn
PREFIX = "attr-"
BOX = "attributes"
NULL_NOT_SETTABLE = 'A null can stay but not be added: leave the key out, or write "" for an empty text.'
OTHER_LABEL = "Other attributes"
OTHER_HELP = "The product type has no input for these. Move what you need and empty this box."


@dataclass(frozen=True)
class Typing:
    """What forms are built from: the chosen type, and where the inputs that were sent are those of another, that."""

    type: ProductType | None = None
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    before: Mapping[str, Definition] | None = None
    is_redrawn: bool = False  # nothing is to be saved

    @property
    def is_other(self) -> bool:
        """Whether another type was chosen than the one that the inputs are for."""
        return self.before is not None

    def names(self, level: str) -> list[str]:
        """The names of the inputs of a level, in their order."""
        return [PREFIX + code for code, one in self.definitions.items() if one.level == level]

    def inputs(self, level: str, *, is_active: bool = False) -> dict[str, AttributeField]:
        """The inputs of a level by code, in their order."""
        return _inputs(self.definitions, level, is_active=is_active)

    def sent_inputs(self, level: str) -> dict[str, AttributeField]:
        """The same for those that were sent."""
        return _inputs(self.before or {}, level, is_active=False)


def typing_of(request: HttpRequest, product: Product | None) -> Typing:
    """The typing of the forms of a product and its variants; read once in a request."""
    known: Typing | None = getattr(request, "catalog_typing", None)
    if known is None:
        first = product.product_type_id if product else request.GET.get("product_type")
        known = read_typing(request, request.POST.get("product_type", first))
        request.catalog_typing = known  # type: ignore[attr-defined]
    return known


def typed_fieldset(typing: Typing, level: str) -> tuple[str | None, dict[str, Any]]:
    """The inputs of a level as the admin's fieldsets have them, with the hidden id of their type."""
    names = typing.names(level)
    title = f"{typing.type}: attributes" if names else None
    return title, {"fields": (MARKER, *names), "classes": (TYPED_CLASS,)}


def read_typing(request: HttpRequest, chosen: Any) -> Typing:
    """The typing of a request whose forms are for the product type with the chosen id."""
    sent = request.POST.get(MARKER)
    product_type = _find_type(chosen)
    if chosen and product_type is None:
        product_type = _find_type(sent)  # the choice is refused at its field, and the inputs stay
    own = product_type.pk if product_type else None
    other = None if sent is None or sent == str(own or "") else (int(sent) if is_id(sent) else 0)
    found = definitions({pk for pk in (own, other) if pk})
    before = None if other is None else found.get(other, {})
    own_definitions = found.get(own, {}) if own else {}
    return Typing(product_type, own_definitions, before, is_redrawn=before is not None or REDRAW in request.POST)


class MarkerWidget(forms.HiddenInput):
    """The hidden id, with the script that has the form redrawn as soon as another type is chosen."""

    class Media:
        js = ("products/admin/types.js",)


class MarkerField(forms.Field):
    """The hidden id of the type whose inputs the form has."""

    def __init__(self, typing: Typing) -> None:
        super().__init__(required=False, widget=MarkerWidget)
        self.typing = typing

    def bound_data(self, data: Any, initial: Any) -> Any:
        """The type that the form is shown for now, whatever was sent."""
        return initial

    def prepare_value(self, value: Any) -> Any:
        """Its id."""
        return self.typing.type.pk if self.typing.type else ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Never."""
        return False


class TypedForm(CatalogForm):
    """A form with attributes: those of its `typing` at its `level` in inputs, all others as JSON."""

    typing: ClassVar[Typing] = Typing()
    level: ClassVar[str]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.inputs = {name[len(PREFIX) :]: name for name in self.fields if name.startswith(PREFIX)}
        self._fill(self.instance.attributes)
        if self.is_bound and self.typing.is_other:
            self.data = self._carried_over()
        if self.typing.type:
            self._make_box_rare()

    @property
    def is_redrawn(self) -> bool:
        """Whether it is shown again for another type, and not taken."""
        return self.is_bound and self.typing.is_redrawn

    def is_valid(self) -> bool:
        """Whether it can be written."""
        return not self.is_redrawn and super().is_valid()

    def full_clean(self) -> None:
        """Look for errors, but not in what has only just got its inputs."""
        if self.is_redrawn:
            self._errors, self.cleaned_data = forms.utils.ErrorDict(), {}
        else:
            super().full_clean()

    def add_fault(self, fault: Fault) -> None:
        """Show a fault at the attribute's input, where there is one."""
        parts = (fault.pointer or "").strip("/").split("/")
        if parts[0] == BOX and len(parts) > 1 and parts[1] in self.inputs:
            self.add_error(self.inputs[parts[1]], forms.ValidationError(fault.detail, fault.code))
        else:
            super().add_fault(fault)

    def clean(self) -> dict[str, Any]:
        """The values, unless a null was added."""
        super().clean()
        wanted = self.wanted_attributes()
        if wanted is not None and self.instance.pk and not can_patch(self.instance.attributes, wanted):
            self.add_error(BOX, forms.ValidationError(NULL_NOT_SETTABLE, "null"))
        return self.cleaned_data

    def wanted_attributes(self) -> dict[str, Any] | None:
        """All attributes that there shall be, or None when an input or the box holds an error."""
        if any(name not in self.cleaned_data for name in (BOX, *self.inputs.values())):
            return None
        wanted = dict(self.cleaned_data[BOX])
        for code, name in self.inputs.items():
            value = self.cleaned_data[name] if name in self.changed_data else self.initial.get(name)
            if value is not None:
                wanted[code] = value
        return wanted

    def changed_values(self) -> dict[str, Any]:
        """What has been edited; what inputs and box hold together are the attributes, as a merge patch."""
        values = super().changed_values()
        own = {name: value for name, value in values.items() if name != BOX and name not in self.inputs.values()}
        wanted = self.wanted_attributes() or {}
        patch = patch_between(self.instance.attributes, wanted) if self.instance.pk else wanted
        return {**own, BOX: patch} if patch else own

    def _fill(self, attributes: Mapping[str, Any]) -> None:
        """Let the inputs show what they can, and the box the rest."""
        rest = dict(attributes)
        for code, name in self.inputs.items():
            if code in rest and self._input(name).can_show(rest[code]):
                self.initial[name] = rest.pop(code)
                self._keep_lines(name)
        self.initial[BOX] = rest

    def _keep_lines(self, name: str) -> None:
        shown = self._input(name)
        if type(shown) is AttributeField and "\n" in str(self.initial[name]):
            self.fields[name] = LongTextField(label=shown.label, help_text=shown.help_text, required=shown.required)

    def _input(self, name: str) -> AttributeField:
        found: Any = self.fields[name]
        return found  # type: ignore[no-any-return]

    def _make_box_rare(self) -> None:
        """Hide the box unless it holds something."""
        box = self.fields[BOX]
        box.label, box.help_text = OTHER_LABEL, OTHER_HELP
        sent = self.data.get(self.add_prefix(BOX), "") if self.is_bound else ""
        if not self.initial[BOX] and not sent.strip():
            box.widget = forms.HiddenInput()

    def _carried_over(self) -> MultiValueDict[str, Any]:
        """What was sent, moved to where the inputs of the chosen type have a place for it."""
        data = MultiValueDict(dict(self.data.lists()))  # type: ignore[attr-defined]
        before = self.typing.sent_inputs(self.level)
        values, broken = _read_box(data.get(self.add_prefix(BOX)) or "")
        values |= dict(self._sent(before))
        for code, name in self.inputs.items():
            if code in before:  # the same attribute, with what was typed into it
                values.pop(code, None)
            elif code in values and self._input(name).can_show(values[code]):
                shown = self._input(name).prepare_value(values.pop(code))
                data.setlist(self.add_prefix(name), shown if isinstance(shown, list) else [shown])
        data.setlist(self.add_prefix(BOX), ["\n".join(filter(None, (broken, pretty(values))))])
        return data

    def _sent(self, inputs: Mapping[str, AttributeField]) -> Iterator[tuple[str, Any]]:
        """The values that were sent by code: as stored where nothing was edited, as typed where a text is no value."""
        for code, shown in inputs.items():
            box: Any = shown.widget
            raw = box.value_from_datadict(self.data, self.files, self.add_prefix(PREFIX + code))
            stored = self.instance.attributes.get(code)
            stored = stored if shown.can_show(stored) else None  # else the box has it
            value = _value_or_text(shown, raw) if shown.has_changed(stored, raw) else stored
            if value is not None:
                yield code, value


def with_inputs(form: type[TypedForm], typing: Typing, *, is_active: bool = False) -> type[TypedForm]:
    """The form's class with the inputs of a typing."""
    inputs = {PREFIX + code: one for code, one in typing.inputs(form.level, is_active=is_active).items()}
    return type(form.__name__, (form,), {"typing": typing, MARKER: MarkerField(typing), **inputs})


def redrawn_message(typing: Typing) -> str:
    """What staff are told when the form has come back for another type."""
    pending = "Nothing has been saved yet: check the attributes, then save."
    if typing.type is None:
        return f"The form is for a product without a type now. {pending}"
    kept = f"What the type has no input for is kept under More, as {OTHER_LABEL.lower()}."
    return f"The form is for a product of the type “{typing.type}” now. {pending} {kept}"


def _find_type(pk: Any) -> ProductType | None:
    found: ProductType | None = ProductType.objects.filter(pk=pk).first() if is_id(str(pk or "")) else None
    return found


def _inputs(attributes: Mapping[str, Definition], level: str, *, is_active: bool) -> dict[str, AttributeField]:
    return {
        code: field_for(definition, is_active=is_active)
        for code, definition in attributes.items()
        if definition.level == level
    }


def _value_or_text(shown: AttributeField, raw: Any) -> Any:
    try:
        return shown.clean(raw)
    except forms.ValidationError:
        return raw


def _read_box(text: str) -> tuple[dict[str, Any], str]:
    """The attributes in a box, and its text if it holds none that can be read."""
    try:
        parsed = loads(text) if text.strip() else {}
    except ValueError:
        return {}, text
    return (parsed, "") if isinstance(parsed, dict) else ({}, text)
