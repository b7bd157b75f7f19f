"""Files that were damaged: byte by byte, or token by token and line by line."""

from __future__ import annotations

import re
from random import Random

from fuzz.seeds import SPAWNING, excerpt, words

_ODD_BYTES = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\n", b"\x0c", b"\t", b"\x1a", b"\\\n", b"'",
    b'"""', b"#", b"# coding: latin-1\n", b"# coding: utf-7\n", b"#coding:idna\n", b"\xc3\xa9",
    b"\xe2\x80\xa8", b"\xf0\x9f\x91\x8d", b"\xed\xa0\x80", b"(", b")", b"[", b"{", b"}", b":", b";",
    b"\x1b[31m", b"::error::", b"f'{", b"t'{", b"lambda:", b"*", b"**", b":=", b"->", b"@", b"!",
    b"...", b"0x", b"1_0", b"1e9999", b"await ", b"async ", b"match ", b"case ", b"type ",
    b"yield ",
)  # fmt: skip
_TOKEN = re.compile(r"\w+|[^\w\s]+|[^\S\n]+|\n")


def damaged_bytes(rng: Random) -> bytes:
    """A file with a few bytes put in, taken out or changed; or of random bytes."""
    if rng.random() < 0.1:
        data = rng.randbytes(rng.randrange(200))
    else:
        data = _excerpt(rng).encode("utf-8", "surrogateescape")
    for _ in range(rng.choice((1, 1, 2, 5))):
        start = rng.randint(0, len(data))
        end = start + rng.choice((0, 0, 1, 1, 2, 8, 40))
        new = rng.choice((rng.choice(_ODD_BYTES), rng.randbytes(1), b"", data[end : end + 20]))
        data = data[:start] + new + data[end:]
    return data


def damaged_tokens(rng: Random) -> bytes:
    """A file with some tokens swapped, doubled, lost or replaced, and lines moved."""
    tokens = _TOKEN.findall(_excerpt(rng)) or ["pass"]
    for _ in range(rng.choice((1, 1, 2, 5))):
        one, two = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        kind = rng.randrange(6)
        if kind == 0:
            tokens[one] = rng.choice(words())
        elif kind == 1:
            tokens[one], tokens[two] = tokens[two], tokens[one]
        elif kind == 2:
            tokens.insert(one, tokens[two])
        elif kind == 3 and len(tokens) > 1:
            del tokens[one]
        elif kind == 4:
            tokens[one:one] = [" ", rng.choice(words()), " "]
        else:
            first, last = sorted((one, two))
            tokens[first:first] = tokens[first : min(last, first + 30)]
    return "".join(tokens).encode("utf-8", "surrogateescape")


def _excerpt(rng: Random) -> str:
    """A part of a seed that starts a task."""
    text = excerpt(rng, (10, 40, 120))
    return text if "create_task" in text else f"{text}\n{SPAWNING}\n"
