"""What the forms of every resource share."""

from typing import Any, ClassVar

import pytest
from django import forms

from catalog_project.errors import Fault
from products.admin.forms import CatalogForm
from products.models import Brand


class BrandForm(CatalogForm):
    """A form with one field that is called otherwise than in the API."""

    field_of_name: ClassVar = {"categories": "name"}
    field_of_code: ClassVar = {"window_order": "slug"}

    name = forms.CharField()
    slug = forms.CharField()

    class Meta:
        model = Brand
        fields = ("name", "slug")


def errors(fault: Fault) -> dict[str, Any]:
    form_class = type("Refused", (BrandForm,), {"faults": [fault]})
    return dict(form_class({"name": "Acme"}).errors)


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        (Fault("duplicate", "Taken.", "/slug"), "slug"),
        (Fault("duplicate", "Taken.", "/categories/0"), "name"),
        (Fault("window_order", "Taken."), "slug"),
        (Fault("gone", "Taken."), "__all__"),
        (Fault("odd", "Taken.", "/not/here"), "__all__"),
    ],
)
def test_a_fault_is_shown_at_the_field_it_is_about(fault: Fault, field: str) -> None:
    assert errors(fault) == {field: ["Taken."]}


def test_a_form_leaves_its_instance_alone(db: None) -> None:
    brand = Brand(name="Old", slug="old")
    form = BrandForm({"name": "New", "slug": "new"}, instance=brand)
    assert form.is_valid()
    assert (brand.name, form.changed_values()) == ("Old", {"name": "New", "slug": "new"})
