from products.models import Brand


def test_a_brand_is_called_by_its_name() -> None:
    assert str(Brand(name="Acme", slug="acme")) == "Acme"
