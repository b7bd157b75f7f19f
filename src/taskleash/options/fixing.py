"""Which findings are mended, and how that is told."""

from __future__ import annotations

import click

from taskleash.driver.config.keys import PYTHONS
from taskleash.fixes.choice import STYLES
from taskleash.options.help import section
from taskleash.options.making import comma_list

FIXING = section(
    "Fixes",
    click.option("--fix/--no-fix", default=None, help="Mend what can be mended safely."),
    click.option(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=None,
        help="Also what changes how the code runs.",
    ),
    click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing."),
    click.option("--fix-only/--no-fix-only", help="Mend, and do not report the rest."),
    click.option("--show-fixes/--no-show-fixes", help="Name each fix, and why others were not."),
    click.option(
        "--fix-style",
        type=click.Choice(STYLES),
        help="The fix to prefer where several are possible.",
    ),
    click.option(
        "--fix-report", type=click.Path(), help="Write what was fixed there, as Markdown."
    ),
    click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if any was fixed."),
    comma_list("--extend-safe-fixes", "Rules whose unsafe fixes count as safe."),
    comma_list("--extend-unsafe-fixes", "Rules whose safe fixes count as unsafe."),
    comma_list("--fixable", "The only rules whose findings are mended."),
    comma_list("--unfixable", "Rules whose findings are not mended."),
    click.option(
        "--target-version",
        type=click.Choice(PYTHONS),
        metavar="pyXY",
        help="The oldest Python that the mended code has to run on.",
    ),
)
