import pytest
from django.http import Http404

from catalog_project.api.viewsets import CreatableViewSet, ResourceViewSet, find
from products.models import Brand
from tests.factories.products import BrandFactory


@pytest.mark.django_db
def test_digits_are_an_id_and_all_else_is_a_slug() -> None:
    made = BrandFactory(slug="a1")
    for ref in (str(made.pk), f"000{made.pk}", "a1"):
        assert find(Brand.objects.all(), ref) == made


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ref", ["", "0", "A1", "a1\x00", "\x00", "1\x00", "-1", "1.0", "١", "²", "9" * 18, "9" * 19, "9" * 5_000]
)
def test_what_names_nothing_is_missing(ref) -> None:
    BrandFactory(slug="a1")
    with pytest.raises(Http404):
        find(Brand.objects.all(), ref)


@pytest.mark.django_db
def test_only_the_rows_given_are_looked_at() -> None:
    made = BrandFactory()
    with pytest.raises(Http404):
        find(Brand.objects.none(), str(made.pk))


@pytest.mark.parametrize(
    ("view", "act", "arguments", "options"),
    [
        (ResourceViewSet, "perform_update", (None, {}), {"if_version": None}),
        (ResourceViewSet, "perform_destroy", (None,), {"if_version": None}),
        (CreatableViewSet, "perform_create", ({},), {}),
    ],
)
def test_a_resource_says_itself_what_a_write_does(view, act, arguments, options) -> None:
    with pytest.raises(NotImplementedError):
        getattr(view(), act)(*arguments, **options)


def test_unless_it_says_otherwise_everybody_reads_the_same_rows() -> None:
    rows = Brand.objects.all()
    assert ResourceViewSet().narrow(rows) is rows
    assert ResourceViewSet().scope == "all"
