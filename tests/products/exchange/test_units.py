"""Units in values, names and descriptions."""

import pytest

from products.exchange.units import described_unit, measured, named_unit


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("16 GB", (16, "GB")),
        ("1.75mm", (1.75, "mm")),
        (" -5 °C ", (-5, "°C")),
        ("16", None),
        ("16 GB DDR4", None),
        ("4K", None),
        ("24-pin", None),
        ("1,5 kg", None),
        (16, None),
        (None, None),
    ],
)
def test_a_measure_is_one_number_and_one_known_unit(value: object, expected: object) -> None:
    assert measured(value) == expected


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("capacity_gb", "GB"),
        ("depth_mm", "mm"),
        ("weight_g", "g"),
        ("sata_6_gb_s", ""),
        ("mm", ""),
        ("plug_in", ""),
        ("size_m", ""),
    ],
)
def test_a_name_may_end_in_its_unit(code: str, unit: str) -> None:
    assert named_unit(code) == unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("The length of the card in mm (e.g., 240)", "mm"),
        ("Weight in pounds", "lb"),
        ("The speed in MHz. Looks for hints in the name", "MHz"),
        ("Range in feet or in metres", ""),
        ("Number of ports", ""),
    ],
)
def test_a_description_may_name_the_unit(text: str, unit: str) -> None:
    assert described_unit(text) == unit
