"""Mappings that an upload may name: the files NAME.toml in MAPPING_DIR, which operators put there."""

from pathlib import Path

from django.conf import settings

from products.exchange.mapping import SourceMapping, load_mapping

SUFFIX = ".toml"


def mapping_names() -> list[str]:
    """The names that there are."""
    return sorted(path.stem for path in Path(settings.MAPPING_DIR).glob(f"*{SUFFIX}"))


def load_named_mapping(name: str) -> SourceMapping:
    """The mapping of one of these names. Raises SourceError for one with a fault, and for one that is gone."""
    return load_mapping(str(Path(settings.MAPPING_DIR) / f"{name}{SUFFIX}"))
