from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskleash.source.loading import InvalidSource, decode, read_bytes


def failure(data: bytes) -> tuple[int, int, str]:
    with pytest.raises(InvalidSource) as raised:
        decode(data)
    assert "\n" not in raised.value.message
    return raised.value.line, raised.value.column, raised.value.message


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1", "x = 1"),
        (b"a\r\nb\rc\n", "a\r\nb\rc\n"),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (
            b"#!/bin/sh\n# vim: fileencoding=cp1252\n\x80",
            "#!/bin/sh\n# vim: fileencoding=cp1252\n€",
        ),
        (b"\r\n# coding: latin-1\r\n\xe9", "\r\n# coding: latin-1\r\né"),
        (b"# coding: utf-8-unix\n\xc3\xa9", "# coding: utf-8-unix\né"),
        (b"# coding: latin_1-dos\n\xe9", "# coding: latin_1-dos\né"),
        (b"x = 1\n# coding: no-such\n", "x = 1\n# coding: no-such\n"),
        (b"#\n#\n# coding: no-such\n", "#\n#\n# coding: no-such\n"),
        (b"x = 'coding: no-such'\n", "x = 'coding: no-such'\n"),
    ],
)
def test_a_file_is_decoded_as_python_does_it(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_undecodable_bytes_have_a_place_in_code_points(newline: bytes) -> None:
    data = newline.join([b"a = 1", "é = '".encode() + b"\xff'", b""])
    assert failure(data) == (
        2,
        6,
        "byte 0xff is not valid utf-8: save the file as utf-8 or declare its encoding in line 1",
    )


def test_the_mark_at_the_start_has_no_column() -> None:
    assert failure(b"\xef\xbb\xbf\xff")[:2] == (1, 1)


def test_bytes_that_the_declared_encoding_lacks() -> None:
    assert failure(b"#\n# coding: ascii\nx = '\xe9'") == (
        3,
        6,
        "byte 0xe9 is not valid ascii: correct the encoding declared in line 2",
    )


@pytest.mark.parametrize("name", [b"no-such", b"hex", b"undefined"])
def test_an_unknown_encoding(name: bytes) -> None:
    assert failure(b"#\n# coding: " + name + b"\n") == (
        2,
        11,
        f"unknown encoding `{name.decode()}`: declare one that Python knows, as utf-8",
    )


def test_an_encoding_that_contradicts_the_mark() -> None:
    assert failure(b"\xef\xbb\xbf# coding: latin-1\n") == (
        1,
        11,
        "`latin-1` declared in a file that starts with a utf-8 mark: remove one",
    )


def test_nul_bytes() -> None:
    assert failure(b"a\nb\0c") == (
        2,
        2,
        "a NUL byte, not Python source: remove it or exclude the file",
    )


def test_utf_16() -> None:
    assert failure("x = 1\n".encode("utf-16"))[2] == (
        "encoded as utf-16, which Python does not read: save it as utf-8"
    )


class TestReading:
    @staticmethod
    def failure(path: Path) -> str:
        with pytest.raises(InvalidSource) as raised:
            read_bytes(str(path))
        return raised.value.message

    def test_a_file_that_vanished(self, tmp_path: Path) -> None:
        assert self.failure(tmp_path / "m.py") == "the file vanished before it was read"

    @pytest.mark.skipif(os.name == "nt", reason="Windows reports no permission")
    def test_a_folder(self, tmp_path: Path) -> None:
        assert self.failure(tmp_path) == "a folder, not a file"

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root can read every file")
    def test_a_file_without_permission(self, tmp_path: Path) -> None:
        path = tmp_path / "m.py"
        path.touch(mode=0)
        assert self.failure(path) == "no permission to read the file"

    def test_any_other_failure_gives_its_reason(self, tmp_path: Path) -> None:
        path = tmp_path / "m.py"
        path.symlink_to(path)
        assert self.failure(path).startswith("the file cannot be read: ")


def test_what_is_wrong_is_what_the_error_says() -> None:
    assert str(InvalidSource("no such encoding", 2, 5)) == "no such encoding"
