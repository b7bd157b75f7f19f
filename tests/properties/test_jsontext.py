"""The program's own JSON text is what ``json`` makes of the same document."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from taskleash.reporters.jsontext import dumps

_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
DOCUMENTS = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
_SEEN = re.compile(r"[^\n -~]|#")


@given(DOCUMENTS)
def test_the_data_and_the_layout_are_those_of_the_library(document: object) -> None:
    text = dumps(document)
    assert json.loads(text) == json.loads(json.dumps(document))
    expected = json.dumps(document, indent=2, ensure_ascii=False)
    if not _SEEN.search(expected):
        assert text == expected + "\n"
