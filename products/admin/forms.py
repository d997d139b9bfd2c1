"""What the forms of every resource share."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from catalog_project.errors import Fault


class CatalogForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A form whose values go to a write function: it neither touches its instance nor asks what constraints guard.

    `faults`: what the services refused of the last attempt; pointers are those of the API's documents.
    """

    faults: ClassVar[Sequence[Fault]] = ()
    # what the form calls the API's names, and where it shows a fault that stands at no single one
    field_of_name: ClassVar[dict[str, str]] = {}
    field_of_code: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "slug" in self.fields:
            self.fields["slug"].required = bool(self.instance.pk)
            self.fields["slug"].help_text = "" if self.instance.pk else "Derived from the name when left empty."

    def _post_clean(self) -> None:
        """Do nothing, where Django would change the instance and look for duplicates ahead of the database."""

    def clean(self) -> dict[str, Any]:
        """The values, with what the services refused shown at its fields."""
        super().clean()
        for fault in self.faults:
            self.add_fault(fault)
        return self.cleaned_data

    def add_fault(self, fault: Fault) -> None:
        """Show a fault at the field that its pointer names, else above the form."""
        name = (fault.pointer or "").strip("/").split("/")[0]
        field = self.field_of_code.get(fault.code) or self.field_of_name.get(name, name)
        self.add_error(field if field in self.fields else None, forms.ValidationError(fault.detail, fault.code))

    def changed_values(self) -> dict[str, Any]:
        """What has been edited, under the names of the write functions."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
