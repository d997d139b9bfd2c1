import math

import orjson
import pytest

from catalog_project.api.renderers import ORJSONRenderer


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"a": [1, 1.5, True, None, "ä"]}, '{"a":[1,1.5,true,null,"ä"]}'),
        ([], "[]"),
        ({"stored": orjson.Fragment('{"as": "it is"}')}, '{"stored":{"as": "it is"}}'),
        (None, ""),
        (math.nan, "null"),
    ],
)
def test_plain_data_is_written_as_utf_8_json(data, text) -> None:
    assert ORJSONRenderer().render(data) == text.encode()


def test_it_says_json_and_no_charset() -> None:
    assert (ORJSONRenderer.media_type, ORJSONRenderer.charset) == ("application/json", None)
