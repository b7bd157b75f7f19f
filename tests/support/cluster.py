"""A scheduler and two workers: a program, for in one's own process a cluster leaves threads behind.

It prints the scheduler's address, and ends with the next line of its standard input, or with that.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a scheduler that runs for as long as the block."""
    command = [sys.executable, __file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            # Workers that were forked meanwhile, and are kept, hold its standard input open.
            running.stdin.write("\n")


def main() -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as made:
        print(made.scheduler_address, flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
