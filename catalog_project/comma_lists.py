r"""Lists of texts in one text, separated by commas: `\,` is a comma within a text and `\\` a backslash.

Any other backslash is one, so that nearly every text is written as it is.
"""

import re

TEXT = re.compile(r"(?:^|,)((?:\\[\\,]|[^,])*)")
ESCAPED = re.compile(r"\\([\\,])")


def split(text: str) -> list[str]:
    """The texts of a list; an empty one holds an empty text."""
    if "\\" not in text:
        return text.split(",")
    return [ESCAPED.sub(r"\1", part) for part in TEXT.findall(text)]
