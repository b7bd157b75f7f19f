"""Releases of other linters, downloaded once for all tests that read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.packages import unpacked


@pytest.fixture(scope="session")
def flake8_async(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of flake8-async's own test data."""
    folder = tmp_path_factory.mktemp("flake8-async")
    unpacked("flake8-async==26.8.1", folder, sdist=True)
    return folder / "unpacked/flake8_async-26.8.1/tests/eval_files"
