"""`taskleash server` where its packages are missing, or something else is."""

from __future__ import annotations

import sys

import click
import pytest

from taskleash.serving import serve


class Missing:
    """Finds one module to be missing by way of the server's own."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "taskleash.server.features":
            raise ModuleNotFoundError(f"No module named {self.name!r}", name=self.name)


@pytest.mark.parametrize("name", ["pygls", "lsprotocol.types", "attrs"])
def test_the_extra_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "taskleash.server.features", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(name), *sys.meta_path])
    with pytest.raises(click.ClickException, match=r"pip install 'taskleash\[lsp\]'"):
        serve()


def test_another_module_that_is_missing_is_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "taskleash.server.features", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing("taskleash.none"), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError):
        serve()


def test_a_session_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[bool] = []
    monkeypatch.setattr("taskleash.server.features.main", lambda: ran.append(True))
    assert serve() == 0
    assert ran == [True]
