"""The JSON inside a response."""

import pytest

from core.errors import PermanentError
from crawlers.decoding.json_document import load_json

ROWS = '[{"id": 1, "text": "see [2] and {\\"a\\": 1} in <html>"}]'
VALUE = [{"id": 1, "text": 'see [2] and {"a": 1} in <html>'}]
NOTICE = (
    "<br />\n<b>Warning</b>:  Undefined array key [3] in <b>/srv/x.php</b> on line <b>9</b><br />"
)
SCRIPT = '<script>var a = [{"id": 9}];</script>'


@pytest.mark.parametrize(
    "before",
    ["", NOTICE, SCRIPT, "[22-Nov-2026 06:00:00 UTC] PHP Notice:  x in y\n", ")]}',\n", "1f4\r\n"],
)
@pytest.mark.parametrize("after", ["", "\r\n0\r\n", SCRIPT, NOTICE, "<!-- cached -->", ");"])
def test_rows_are_loaded_from_their_surroundings(before, after):
    assert load_json(before + ROWS + after, "rows") == VALUE


def test_value_is_loaded_as_it_is():
    assert load_json("[]", "rows") == []
    assert load_json(f"{NOTICE}\n[]\n", "rows") == []
    assert load_json(f'{NOTICE}{{"code": "closed"}}', "rows") == {"code": "closed"}
    assert load_json('["line\nbreak"]', "rows") == ["line\nbreak"]


@pytest.mark.parametrize(
    "text",
    [
        "Fatal error: cannot use [] for reading",
        "<!doctype html><html><body>\n[]\n</body></html>",
        f"<html>{SCRIPT}</html>",
        "<html><div data-rows='[{\"id\": 1}]'></div></html>",
        NOTICE,
    ],
)
def test_brackets_of_other_text_are_no_rows(text):
    with pytest.raises(PermanentError, match=r"^not rows: invalid JSON \(JSONDecodeError\)$"):
        load_json(text, "rows")


@pytest.mark.parametrize("before", ["", f"{NOTICE}\n"])
@pytest.mark.parametrize("end", range(1, len(ROWS) - 4, 4))
def test_rows_that_are_cut_off_are_rejected(before, end):
    """Also where an inner array, as that of tags, is complete."""
    with pytest.raises(PermanentError, match=r"^not rows: "):
        load_json(before + '[{"tags": [], "of": [{"a": 1}], ' + ROWS[2:][:end], "rows")


def test_empty_response_is_reported():
    with pytest.raises(PermanentError, match=r"^not rows: the response is empty$"):
        load_json(" \n", "rows")


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["[ ", "[\n", "[]", "{", "<!--", "<script", "> [", "]\n"])
def test_megabyte_of_hostile_text_is_searched(piece):
    """Work that grows faster than the text would not end in time."""
    with pytest.raises(PermanentError, match=r"^not rows: "):
        load_json("x " + piece * (1_000_000 // len(piece)), "rows")
