"""The order in which Python looks up a method: a class, then its ancestors."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.ir.terms import Parameter, Term
from taskleash.semantics.entities import Class, Function


def direct_bases(cls: Class) -> tuple[Class, ...]:
    """The bases of a class that belong to the program, in order, each once."""
    program = cls.module.program
    refs = (program.resolve_ref(cls.module, ref, cls) for ref in cls.facts.bases)
    return tuple(dict.fromkeys(s for s in refs if isinstance(s, Class) and s is not cls))


def linearised(cls: Class) -> tuple[Class, ...]:
    """A class and its ancestors by C3, bases outside of the program left out.

    Where C3 has no answer (Python refuses to make such a class, or a name is bound to another class
    than is seen here), and where classes are their own ancestors: depth first, from left to right.
    """
    reached, is_circular = _depth_first(cls)
    if is_circular:
        return reached
    bases = cls.bases
    if len(bases) == 1:
        return (cls, *bases[0].mro)
    merged = _merged([*(base.mro for base in bases), bases])
    return reached if merged is None else (cls, *merged)


def _merged(sequences: list[Sequence[Class]]) -> list[Class] | None:
    """All classes, each after those that come before it in any of the sequences, as C3 does it.

    None where the sequences contradict each other.
    """
    found: list[Class] = []
    places = [0] * len(sequences)
    waiting: dict[Class, int] = {}
    for sequence in sequences:
        for cls in sequence[1:]:
            waiting[cls] = waiting.get(cls, 0) + 1
    while any(place < len(sequence) for place, sequence in zip(places, sequences, strict=True)):
        heads = [s[p] for p, s in zip(places, sequences, strict=True) if p < len(s)]
        chosen = next((head for head in heads if not waiting.get(head)), None)
        if chosen is None:
            return None
        found.append(chosen)
        for number, sequence in enumerate(sequences):
            if places[number] < len(sequence) and sequence[places[number]] is chosen:
                places[number] += 1
                if places[number] < len(sequence):
                    waiting[sequence[places[number]]] -= 1
    return found


def _depth_first(cls: Class) -> tuple[tuple[Class, ...], bool]:
    """A class and its ancestors, depth first, and whether any is its own ancestor."""
    found: dict[Class, None] = {cls: None}
    path = [(cls, iter(cls.bases))]
    on_path = {cls}
    is_circular = False
    while path:
        last, rest = path[-1]
        base = next(rest, None)
        if base is None:
            path.pop()
            on_path.discard(last)
        elif base in on_path:
            is_circular = True
        elif base not in found:
            found[base] = None
            on_path.add(base)
            path.append((base, iter(base.bases)))
    return tuple(found), is_circular


def replaces(cls: Class, method: Function, receiver: Term) -> bool:
    """Whether what a method calls of its own instance is none of a class: that has another method.

    Below it nothing calls the one above by way of ``super()`` or of its class.
    """
    owner, name = method.owner, method.name
    if owner is None or receiver != Parameter(method.self_name) or owner not in cls.mro:
        return False
    found = cls.find(name)
    if not found or method in found:
        return False
    below = cls.mro[: cls.mro.index(owner)]
    return not any(
        call.text.rpartition(".")[2] == name and not call.text.startswith(f"{each.self_name}.")
        for between in below
        for each in between.methods()
        for _, call in each.calls()
    )
