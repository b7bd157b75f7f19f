"""Control forms: the ways from the spawn to the ending, some of which pass it by."""

from __future__ import annotations

from oracle.model import Control

_SPAWN = "$SPAWN\n"

#: what can stand anywhere before an ending
TAILS = {
    "straight": "$END",
    "after an await": "await $peer.recv()\n$END",
    "if": "if $flag:\n    $END",
    "if not": "if not $flag:\n    $END",
    "both branches": "if $flag:\n    $END\nelse:\n    $END",
    "other branch cancels": "if $flag:\n    $END\nelse:\n    $OTHER",
    "elif without else": "if $mode == 0:\n    $END\nelif $mode == 1:\n    $END",
    "early return": "if $flag:\n    return\n$END",
    "return after the ending": "if $flag:\n    $END\n    return\n$OTHER",
    "flag set": "ready = True\nif ready:\n    $END",
    "flag cleared": "$flag = False\nif $flag:\n    $END",
    "flag copied": "wanted = $flag\nif not wanted:\n    return\n$END",
    "same flag twice": "if $flag:\n    $END\nif not $flag:\n    $OTHER",
    "same flag, changed between": "if $flag:\n    $END\n$flag = True\nif not $flag:\n    $OTHER",
    "while": "while $peer.ready():\n    $END\n    break",
    "while true, break": (
        "while True:\n    await $peer.recv()\n    if $flag:\n        break\n    $OTHER\n"
        "    break\n$END"
    ),
    "while true, return": (
        "while True:\n    await $peer.recv()\n    if $peer.ready():\n        return\n"
        "    break\n$END"
    ),
    "for": "for each_name in $names:\n    $END\n    break",
    "for over a literal": "for attempt in range(2):\n    $END\n    break",
    "for over nothing": "for attempt in range(0):\n    $END\n    break",
    "return in a loop": "for each_name in $names:\n    if $peer.ready():\n        return\n$END",
    "break in a loop": "for each_name in $names:\n    if $peer.ready():\n        break\n$END",
    "else of a loop": (
        "for each_name in $names:\n    if $peer.ready():\n        break\nelse:\n    $END"
    ),
    "continue before the ending": (
        "for attempt in range(1):\n    if $flag:\n        continue\n    $END"
    ),
    "except that returns": (
        "try:\n    await $peer.recv()\nexcept ConnectionError:\n    return\n$END"
    ),
    "except that passes": "try:\n    await $peer.recv()\nexcept ConnectionError:\n    pass\n$END",
    "except that raises": "try:\n    await $peer.recv()\nexcept ConnectionError:\n    raise\n$END",
    "except that raises another": (
        "try:\n    await $peer.recv()\nexcept ConnectionError as error:\n"
        "    raise RuntimeError from error\n$END"
    ),
    "except of another kind": "try:\n    await $peer.recv()\nexcept KeyError:\n    return\n$END",
    "except that breaks": (
        "while True:\n    try:\n        await $peer.recv()\n    except ConnectionError:\n"
        "        return\n    break\n$END"
    ),
    "except that ends": (
        "try:\n    await $peer.recv()\nexcept ConnectionError:\n    $OTHER\n    return\n$END"
    ),
    "nothing can raise": "try:\n    count = 1\nexcept ConnectionError:\n    return\n$END",
    "in try, handled": "try:\n    await $peer.recv()\n    $END\nexcept ConnectionError:\n    pass",
    "else of try": (
        "try:\n    await $peer.recv()\nexcept ConnectionError:\n    pass\nelse:\n    $END"
    ),
    "only in except": "try:\n    await $peer.recv()\nexcept ConnectionError:\n    $END",
    "finally": "try:\n    await $peer.recv()\n    if $flag:\n        return\nfinally:\n    $END",
    "finally after a handler": (
        "try:\n    await $peer.recv()\nexcept ConnectionError:\n    return\nfinally:\n    $END"
    ),
    "if in finally": "try:\n    await $peer.recv()\nfinally:\n    if $flag:\n        $END",
    "finally that returns": "try:\n    await $peer.recv()\nfinally:\n    return\n$END",
    "before suppress": "with contextlib.suppress(ConnectionError):\n    await $peer.recv()\n$END",
    "in suppress": "with contextlib.suppress(ConnectionError):\n    await $peer.recv()\n    $END",
    "in suppress of another kind": (
        "with contextlib.suppress(KeyError):\n    await $peer.recv()\n    $END"
    ),
    "match with a default": "match $mode:\n    case 0:\n        $END\n    case _:\n        $OTHER",
    "match without a default": "match $mode:\n    case 0:\n        $END\n    case 1:\n        $END",
    "match that returns": (
        "match $mode:\n    case 0:\n        return\n    case _:\n        pass\n$END"
    ),
    "assert": "assert $flag\n$END",
    "raise": "if $flag:\n    raise ValueError\n$END",
    "in a nested function": "async def finish():\n    $END\n\nawait finish()",
    "in a nested function, not called": (
        "async def finish():\n    $END\n\nif $flag:\n    await finish()"
    ),
    "in a function called never": "async def finish():\n    $END\n",
    "under a lock": "async with asyncio.Lock():\n    $END",
    "timeout elsewhere": (
        "try:\n    await asyncio.wait_for($peer.recv(), 5)\nexcept asyncio.TimeoutError:\n"
        "    return\n$END"
    ),
    "for and return inside": "for each_name in $names:\n    $END\n    return",
}

#: what holds spawn and ending together
WHOLE = {
    "spawn and ending under one flag": "if $flag:\n    $SPAWN\n    $END",
    "spawn under the flag of a return": "if $flag:\n    return\n$SPAWN\n$END",
    "each turn": "for each_name in $names:\n    $SPAWN\n    $END",
    "each turn, continue": (
        "for each_name in $names:\n    $SPAWN\n    if $flag:\n        continue\n    $END"
    ),
    "each turn, break": (
        "for each_name in $names:\n    $SPAWN\n    if $flag:\n        break\n    $END"
    ),
    "each turn, handler that continues": (
        "for each_name in $names:\n    $SPAWN\n    try:\n        await $peer.recv()\n"
        "    except ConnectionError:\n        continue\n    $END"
    ),
    "spawn in try": (
        "try:\n    $SPAWN\n    await $peer.recv()\nexcept ConnectionError:\n    return\n$END"
    ),
    "try, finally": "try:\n    $SPAWN\n    await $peer.recv()\nfinally:\n    $END",
    "spawn in a loop that ends": "while True:\n    $SPAWN\n    break\n$END",
}

GENERATORS = {
    "yield before": "$SPAWN\nyield 1\n$END",
    "yield in try": "$SPAWN\ntry:\n    yield 1\nfinally:\n    $END",
    "yield in a loop": "$SPAWN\nfor each_name in $names:\n    yield each_name\n$END",
    "yield after": "$SPAWN\n$END\nyield 1",
    "yield before the spawn": "yield 1\n$SPAWN\n$END",
}

CONTROLS = {
    **{name: Control(_SPAWN + text) for name, text in TAILS.items()},
    **{name: Control(text) for name, text in WHOLE.items()},
    **{name: Control(text, generator=True) for name, text in GENERATORS.items()},
}
