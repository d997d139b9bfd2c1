"""Mappings by name."""

import pytest

from products.exchange.mappings import load_named_mapping, mapping_names
from products.exchange.reading import SourceError


def test_the_names_are_those_of_the_files(settings, tmp_path) -> None:
    settings.MAPPING_DIR = tmp_path
    for name in ("shop.toml", "b.toml", "readme.md"):
        (tmp_path / name).write_text('[product]\nexternal_id = "id"')
    assert mapping_names() == ["b", "shop"]
    assert load_named_mapping("shop").document({"id": 5}) == {"external_id": "5"}


def test_without_a_folder_there_are_none(settings, tmp_path) -> None:
    settings.MAPPING_DIR = tmp_path / "none"
    assert mapping_names() == []
    with pytest.raises(SourceError):
        load_named_mapping("shop")
