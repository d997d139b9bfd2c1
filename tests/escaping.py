"""How a caller writes a text into a list of values."""

import re

TO_ESCAPE = re.compile(r",|\\{2,}|\\(?=,|\Z)")


def escaped(text: str) -> str:
    """A text as it is written in a list."""
    return TO_ESCAPE.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)
