"""Ending forms: what is done to one handle, or to all of a container."""

from __future__ import annotations

from oracle.model import Ending

ENDINGS = {
    # one handle; over a container these are done to each
    "await": Ending("await $t"),
    "gather": Ending("await asyncio.gather($t)"),
    "gather kept": Ending("both = asyncio.gather($t)\nawait both"),
    "gather exceptions": Ending("await asyncio.gather($t, return_exceptions=True)"),
    "wait": Ending("await asyncio.wait([$t])"),
    "wait with a timeout": Ending("await asyncio.wait([$t], timeout=5)"),
    "wait with a timeout, cancel": Ending(
        "done, pending = await asyncio.wait([$t], timeout=5)\n"
        "for left in pending:\n    left.cancel()"
    ),
    "wait with a timeout, await if done": Ending(
        "done, _ = await asyncio.wait([$t], timeout=5)\nif done:\n    await $t"
    ),
    "wait_for": Ending("await asyncio.wait_for($t, 5)"),
    "wait_for, handled": Ending(
        "try:\n    await asyncio.wait_for($t, 5)\nexcept asyncio.TimeoutError:\n    pass"
    ),
    "wait_for shield": Ending("await asyncio.wait_for(asyncio.shield($t), 5)"),
    "wait_for shield, handled": Ending(
        "try:\n    await asyncio.wait_for(asyncio.shield($t), 5)\n"
        "except asyncio.TimeoutError:\n    pass"
    ),
    "wait_for shield, cancelled": Ending(
        "try:\n    await asyncio.wait_for(asyncio.shield($t), 5)\n"
        "except asyncio.TimeoutError:\n    $t.cancel()"
    ),
    "shield": Ending("await asyncio.shield($t)"),
    "cancel": Ending("$t.cancel()"),
    "cancel and await": Ending(
        "$t.cancel()\nwith contextlib.suppress(asyncio.CancelledError):\n    await $t"
    ),
    "cancel unless done": Ending("if not $t.done():\n    $t.cancel()"),
    "cancel if done": Ending("if $t.done():\n    $t.cancel()"),
    "cancel by walrus": Ending("if found := $t:\n    found.cancel()"),
    "cancel in a loop": Ending("for found in ($t,):\n    found.cancel()"),
    "cancel by a bound method": Ending("stop = $t.cancel\nstop()"),
    "cancel by getattr": Ending("getattr($t, 'cancel')()"),
    "cancel by partial": Ending("functools.partial($t.cancel, 'over')()"),
    "cancel by a lambda": Ending("(lambda: $t.cancel())()"),
    "cancel soon": Ending("asyncio.get_running_loop().call_soon($t.cancel)"),
    "cancel by an exit stack": Ending(
        "with contextlib.ExitStack() as stack:\n    stack.callback($t.cancel)"
    ),
    "cancel if known": Ending("if $flag:\n    $t.cancel()"),
    "cancel by and": Ending("$flag and $t.cancel()"),
    "cancel or await": Ending("if $flag:\n    $t.cancel()\nelse:\n    await $t"),
    "as_completed": Ending("for found in asyncio.as_completed([$t]):\n    await found"),
    "suppress": Ending("with contextlib.suppress(Exception):\n    await $t"),
    "poll": Ending("while not $t.done():\n    await asyncio.sleep(1)"),
    "await in a handler": Ending(
        "try:\n    await $peer.recv()\nexcept ConnectionError:\n    await $t"
    ),
    "await in try": Ending(
        "try:\n    await $peer.recv()\n    await $t\nexcept ConnectionError:\n    pass"
    ),
    "result": Ending("await asyncio.sleep(0)\nif $t.done():\n    $t.result()"),
    "callback": Ending("$t.add_done_callback(seen)", idle=True),
    "set_name": Ending("$t.set_name('work')", idle=True),
    "asked": Ending("if $t.done():\n    count = 1"),
    "nothing": Ending("pass", idle=True),
    # all of them
    "gather all": Ending("await asyncio.gather(*$c)"),
    "gather a list": Ending("await asyncio.gather(*[each for each in $c if not each.done()])"),
    "gather some": Ending("await asyncio.gather(*[each for each in $c if $peer.ready()])"),
    "wait for all": Ending("await asyncio.wait($c)"),
    "wait for all, guarded": Ending("if $c:\n    await asyncio.wait($c)"),
    "wait for the first": Ending("await asyncio.wait($c, return_when=asyncio.FIRST_COMPLETED)"),
    "wait for the first, cancel": Ending(
        "done, pending = await asyncio.wait($c, return_when=asyncio.FIRST_COMPLETED)\n"
        "for left in pending:\n    left.cancel()"
    ),
    "wait for the first, then the rest": Ending(
        "done, pending = await asyncio.wait($c, return_when=asyncio.FIRST_COMPLETED)\n"
        "if pending:\n    await asyncio.wait(pending)"
    ),
    "wait while pending": Ending(
        "pending = set($c)\nwhile pending:\n"
        "    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)"
    ),
    "wait for all with a timeout": Ending("await asyncio.wait($c, timeout=5)"),
    "wait for all with a timeout, cancel": Ending(
        "done, pending = await asyncio.wait($c, timeout=5)\nfor left in pending:\n    left.cancel()"
    ),
    "all as_completed": Ending("for found in asyncio.as_completed($c):\n    await found"),
    "first of as_completed": Ending(
        "for found in asyncio.as_completed($c):\n    await found\n    break"
    ),
    "cancel some": Ending("for each in $c:\n    if $peer.ready():\n        each.cancel()"),
    "cancel but some": Ending(
        "for each in $c:\n    if $peer.ready():\n        continue\n    each.cancel()"
    ),
    "cancel until": Ending(
        "for each in $c:\n    if $peer.ready():\n        break\n    each.cancel()"
    ),
    "await the first and leave": Ending("for each in $c:\n    await each\n    break"),
    "await next": Ending("await next(iter($c))"),
    "cancel by index": Ending("for index in range(len($c)):\n    list($c)[index].cancel()"),
    "await the first": Ending("await list($c)[0]"),
    "cancel the first": Ending("list($c)[0].cancel()"),
    "cancel from the second": Ending("for each in list($c)[1:]:\n    each.cancel()"),
    "starred, the first": Ending("first, *rest = $c\nawait first"),
    "starred, the rest": Ending("first, *rest = $c\nfor each in rest:\n    each.cancel()"),
    "starred, both": Ending("first, *rest = $c\nawait asyncio.gather(first, *rest)"),
    "cancel in a comprehension": Ending("[each.cancel() for each in $c]"),
    "cancel enumerated": Ending("for index, each in enumerate($c):\n    each.cancel()"),
    "cancel reversed": Ending("for each in reversed(list($c)):\n    each.cancel()"),
    "cancel zipped": Ending("for each, _ in zip($c, itertools.count()):\n    each.cancel()"),
    "cancel the last": Ending(
        "last = None\nfor each in $c:\n    last = each\nif last:\n    last.cancel()"
    ),
    "pop each": Ending("while $box:\n    $box.pop().cancel()"),
    "pop one": Ending("if $box:\n    $box.pop().cancel()"),
    "clear": Ending("$box.clear()", idle=True),
    "cancel and clear": Ending("for each in $box:\n    each.cancel()\n$box.clear()"),
    "clear, then cancel": Ending("$box.clear()\nfor each in $box:\n    each.cancel()"),
    "copy, clear, cancel": Ending(
        "found = list($box)\n$box.clear()\nfor each in found:\n    each.cancel()"
    ),
}
