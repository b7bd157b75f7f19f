"""Draws the pictures of the README: the scan table as a terminal shows it, the page in a browser.

    python docs/pictures.py

The second one needs Chromium. A test fails where the table is another one by now.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
COMMAND = ("scan", "--flag", "enable_proxy=false", "voice_assistant")
_WIDTH = 110
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def table() -> str:
    """The scan table of the fixture as an SVG, in a terminal's colours."""
    ran = subprocess.run(
        [sys.executable, "-m", "taskleash", *COMMAND, "--isolated", "--color", "always"],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=ROOT / "fixtures",
        env={"COLUMNS": str(_WIDTH), "PATH": "", "PYTHONUTF8": "1"},
    )
    console = Console(record=True, width=_WIDTH, file=io.StringIO())
    console.print(f"$ taskleash {' '.join(COMMAND)}", highlight=False)
    console.print(Text.from_ansi(ran.stdout.rstrip("\n")))
    return console.export_svg(title="taskleash", unique_id="scan")


def page(image: Path) -> None:
    """Take a picture of the HTML page of the fixture."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        print(f"{image.name}: needs {' or '.join(_BROWSERS)}")
        return
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "audit.html"
        # A copy: the page would name the checkout that it was made in.
        project = shutil.copytree(ROOT / "fixtures/voice_assistant", Path(folder) / "app")
        subprocess.run(
            [
                *(sys.executable, "-m", "taskleash", *COMMAND[:-1], "."),
                *("--isolated", "--quiet", "--format", f"html={report}"),
            ],
            check=True,
            cwd=project,
            stdout=subprocess.DEVNULL,
        )
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1280,900"]
        subprocess.run(
            [browser, *options, f"--screenshot={image}", report.as_uri()],
            check=True,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def main() -> None:
    """Draw both."""
    (DOCS / "scan.svg").write_text(table(), encoding="utf-8", newline="\n")
    page(DOCS / "page.png")


if __name__ == "__main__":
    main()
