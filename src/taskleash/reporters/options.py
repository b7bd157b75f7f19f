"""How a report is to be written, whatever it says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RenderOptions:
    """What the user asked of the output, and what the place that it goes to can show.

    ``by`` is what a row of the scan table stands for: ``file`` or ``site``. ``width`` is in
    terminal cells. ``unicode`` is false where the output's encoding lacks the symbols.
    ``command`` is ``scan`` or ``check``. ``quiet`` leaves out the summary.
    """

    by: str = "file"
    width: int = 100
    color: bool = False
    unicode: bool = True
    command: str = "scan"
    statistics: bool = False
    quiet: bool = False
