"""Whether bytes are plain marshalled data, before they are given to `marshal`.

That trusts its input: five bytes can have it fill the memory, and a table whose key is built of
shared parts keeps it busy for ever. What passes here takes as much as its bytes say.
"""

from __future__ import annotations

_REFERABLE = 0x80
#: how many bytes follow the code of a value
_FIXED = {ord("N"): 0, ord("F"): 0, ord("T"): 0, ord("i"): 4, ord("g"): 8}
#: how long the number is that says it
_SIZED = {**dict.fromkeys(b"sutaA", 4), **dict.fromkeys(b"zZ", 1)}
#: how long the number of the parts is that follow
_COUNTED = {ord(")"): 1, ord("("): 4, ord("["): 4, ord(">"): 4}
_SET, _TABLE, _END_OF_TABLE, _REFERENCE, _LONG = b">{0rl"
_MAX_DEPTH = 1_000
#: what is to come in a table
_KEY, _VALUE = 2, 1


def is_plain(data: bytes) -> bool:
    """Whether the bytes are scalars, or lists, tuples, tables and sets of them.

    What is looked up in a table or a set is a scalar.
    """
    try:
        return _is_plain(data)
    except IndexError:
        # It ends too early, or refers to what there is not.
        return False


def _is_plain(data: bytes) -> bool:
    position, length = 0, len(data)
    #: of each value that can be referred to, whether it is a scalar
    scalars: list[bool] = []
    #: of all that a value stands in: how many parts are to come, and what it is
    counts, kinds = [1], [0]
    while counts:
        count = counts[-1]
        if not count:
            counts.pop()
            kinds.pop()
            continue
        code = data[position]
        position += 1
        kind = code & ~_REFERABLE
        if kinds[-1] == _TABLE:
            is_looked_up = count == _KEY
            if kind == _END_OF_TABLE:
                if not is_looked_up:
                    return False
                counts[-1] = 0
                continue
            counts[-1] = _VALUE if is_looked_up else _KEY
        else:
            is_looked_up = kinds[-1] == _SET
            counts[-1] = count - 1
        is_scalar = True
        if kind in _SIZED:
            size = _SIZED[kind]
            position += size + int.from_bytes(data[position : position + size], "little")
        elif kind == _REFERENCE:
            is_scalar = scalars[int.from_bytes(data[position : position + 4], "little")]
            position += 4
        elif kind in _FIXED:
            position += _FIXED[kind]
        elif kind == _LONG:
            digits = int.from_bytes(data[position : position + 4], "little", signed=True)
            position += 4 + 2 * abs(digits)
        elif kind == _TABLE:
            is_scalar = False
            counts.append(_KEY)
            kinds.append(_TABLE)
        elif kind in _COUNTED:
            is_scalar = False
            size = _COUNTED[kind]
            parts = int.from_bytes(data[position : position + size], "little")
            position += size
            # Every part takes a byte at least.
            if parts > length - position:
                return False
            counts.append(parts)
            kinds.append(kind)
        else:
            return False
        if position > length or len(counts) > _MAX_DEPTH or (is_looked_up and not is_scalar):
            return False
        if code & _REFERABLE:
            scalars.append(is_scalar)
    return position == length
