"""Units of measurement: which there are, and where names and descriptions tell of them."""

import re

UNITS = (
    "KB", "MB", "GB", "TB", "PB", "bit", "bits", "kbps", "Mbps", "Gbps", "Mb/s", "Gb/s", "MB/s", "GB/s",
    "µm", "mm", "cm", "m", "km", "in", "ft", "g", "kg", "mg", "lb", "lbs", "oz", "t", "ml", "cl", "l", "L", "mm²", "m²",
    "W", "kW", "Wh", "kWh", "V", "mV", "A", "mA", "Ah", "mAh", "Hz", "kHz", "MHz", "GHz", "Ω", "ohm", "dB", "dBA",
    "%", "°", "°C", "°F", "rpm", "RPM", "CFM", "mmH₂O", "bar", "Pa", "kPa", "N", "Nm", "ms", "s", "min", "h", "px",
    "MP", "dpi", "DPI", "ppm", "fps", "lm", "lx", "cd", "nits", "den", "pt",
)  # fmt: skip
# How descriptions and names write them, in lower case.
WORDS = {
    **{unit.lower(): unit for unit in reversed(UNITS)},
    "millimeters": "mm", "millimetres": "mm", "centimeters": "cm", "centimetres": "cm", "meters": "m", "metres": "m",
    "inches": "in", "feet": "ft", "grams": "g", "kilograms": "kg", "pounds": "lb", "ounces": "oz", "liters": "l",
    "litres": "l", "watts": "W", "volts": "V", "amperes": "A", "hertz": "Hz", "hours": "h", "minutes": "min",
    "seconds": "s", "milliseconds": "ms", "pixels": "px", "percent": "%", "degrees": "°",
}  # fmt: skip
# At the end of a name; single letters are mostly something else there.
SUFFIXES = {word: unit for word, unit in WORDS.items() if len(word) > 1 and word not in {"in", "min", "den", "pt"}}
MEASURE = re.compile(rf"(-?\d{{1,15}}(?:\.\d{{1,15}})?)\s*({'|'.join(map(re.escape, UNITS))})", re.ASCII)
DESCRIBED = re.compile(r"\bin ([^\s,.;()]+)")


def measured(value: object) -> tuple[int | float, str] | None:
    """The number and the unit of a text such as `16 GB`."""
    found = MEASURE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        return None
    return (float(found[1]) if "." in found[1] else int(found[1])), found[2]


def named_unit(code: str) -> str:
    """The unit at the end of a code such as `capacity_gb` or `weight_g`; empty where there is none."""
    stem, _, word = code.lower().rpartition("_")
    return SUFFIXES.get(word, "g" if word == "g" else "") if stem else ""


def described_unit(description: str) -> str:
    """The unit that a description names, as in "the length in mm"; empty where it names none, or several."""
    units = {WORDS[word.lower()] for word in DESCRIBED.findall(description) if word.lower() in WORDS}
    return units.pop() if len(units) == 1 else ""
