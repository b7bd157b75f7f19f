"""Prints the paths of the files below the current folder that a scan of it parses, one a line."""

from __future__ import annotations

from taskleash.driver.analysis import analyse
from taskleash.driver.settings import Settings

if __name__ == "__main__":
    print("\n".join(sorted(analyse(Settings(), with_facts=True).facts)))
