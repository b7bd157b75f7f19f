"""What hypothesis draws: the same examples in every run of the suite, others in a soak.

An example that is drawn by chance and fails would fail a change that has nothing to do with it. So
the suite draws what follows from the test and the release of hypothesis, which `pyproject.toml`
pins; `--hypothesis-profile=soak` draws at random, and more.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

#: how many times as many examples a soak tries
_SOAK = 20
#: how many the suite tries where a test says nothing else
_EXAMPLES = 50


def register_profiles() -> None:
    """Make both profiles known; that of the suite is in force until another one is asked for."""
    # How long an example takes says something about the machine, not about the example.
    slow = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("suite", slow, derandomize=True, max_examples=_EXAMPLES)
    settings.register_profile(
        "soak", slow, derandomize=False, max_examples=_EXAMPLES * _SOAK, print_blob=True
    )
    settings.load_profile("suite")
    # Hypothesis also draws numbers and texts that it reads in modules that are imported and are not
    # in `site-packages`: examples would hang on how taskleash is installed and on which tests came
    # before in the same process. There is no setting for that.
    providers._get_local_constants = providers.Constants


def steady(examples: int) -> settings:
    """So many examples, the same ones in every run; in a soak more, at random."""
    return settings(max_examples=examples if settings().derandomize else examples * _SOAK)
