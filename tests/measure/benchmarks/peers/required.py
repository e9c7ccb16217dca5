"""The peers' packages, which nothing but this benchmark needs: loaded by name, as they may not be there."""

from __future__ import annotations

import importlib
from typing import Any

from corpus.errors import DogearError


class PeersMissing(DogearError):
    """The peers are not installed."""


def package(name: str) -> Any:  # noqa: ANN401 (what is typed where it is installed is unknown elsewhere)
    """Return a module of a peer. Raises PeersMissing."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise PeersMissing(f"The benchmark needs {error.name}, which is not installed. Run: make bench") from error
