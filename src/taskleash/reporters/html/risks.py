"""The risks that a page tells apart: dormant code has one of its own."""

from __future__ import annotations

from taskleash.verdict.model import Risk, Site

DORMANT = "dormant"
#: the worst first
RISKS = (str(Risk.HIGH), str(Risk.LOW), DORMANT, str(Risk.NONE))


def risk_key(risk: Risk, dormant: bool) -> str:
    """The risk as one of `RISKS`."""
    return DORMANT if dormant and risk is not Risk.NONE else str(risk)


def risk_of(site: Site) -> str:
    """The risk of a site, as one of `RISKS`."""
    return risk_key(site.risk, site.dormant)
