"""How far two readers agree who label the same sites, none of them knowing what the other says.

    python tests/accuracy/agreement.py

The second reader had 72 sites of the eleventh reading: all lows of the first, all that taskleash
had called low against him, 26 of the others that were sound to both and 8 highs, in no order.
Prints how often each pair of verdicts was given, and precision and recall of `low` as though the
second reader were a tool: what a tool can reach by these labels.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from accuracy.labels import Place, all_labels, confusion, labels, rates


def main() -> None:
    """Print the table."""
    second = {each.place: each for each in all_labels("second_eleventh")}
    both = [label for label in labels("blind_eleventh") if label.place in second]
    said: Mapping[Place, str] = {place: each.verdict for place, each in second.items()}
    counts = confusion(both, said)
    print(
        f"{len(both)} sites, the same verdict on {sum(n for (a, b), n in counts.items() if a == b)}"
    )
    for (first, other), count in sorted(counts.items()):
        print(f"  first {first:5} second {other:5} {count:3}")
    low = rates(counts, "low")
    print(f"low: precision {low.right}/{low.given}, recall {low.right}/{low.there}")


if __name__ == "__main__":
    main()
