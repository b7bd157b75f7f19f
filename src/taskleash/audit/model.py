"""What an audit is made from: sites as they are reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from taskleash.fixes.choice import FixOffer
from taskleash.verdict.model import Risk, Site

if TYPE_CHECKING:
    from taskleash.fixes.text.patch import Patch

_RANK = {Risk.HIGH: 0, Risk.LOW: 1, Risk.NONE: 3}
_DORMANT_RANK = 2


class Audited(Protocol):
    """A site with what a rule says of it; ``rule`` is empty where none reports it.

    ``suppressed`` is true where a comment silences the finding, ``known`` where a baseline does.
    ``patch`` is what its recommended fix would change, where the run was asked for that.
    """

    @property
    def site(self) -> Site: ...

    @property
    def rule(self) -> str: ...

    @property
    def fixes(self) -> Sequence[FixOffer]: ...

    @property
    def suppressed(self) -> bool: ...

    @property
    def known(self) -> bool: ...

    @property
    def patch(self) -> Patch | None: ...


def risk_rank(risk: Risk, dormant: bool) -> int:
    """Where a risk stands when the worst comes first; a dormant one comes after the low ones."""
    return _DORMANT_RANK if dormant and risk is Risk.LOW else _RANK[risk]
