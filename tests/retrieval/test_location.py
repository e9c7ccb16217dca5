"""Holding a data folder: alone, or together where the vector store lies elsewhere; never both."""

import os
from pathlib import Path

import pytest

from retrieval.location import hold
from retrieval.types import StoreHeld


def test_several_use_a_folder_together_and_nobody_has_it_alone_meanwhile(tmp_path: Path) -> None:
    with hold(tmp_path, together=True):
        with hold(tmp_path, together=True), pytest.raises(StoreHeld, match=rf"process {os.getpid()}, since .* UTC"):
            hold(tmp_path)
        with pytest.raises(StoreHeld):
            hold(tmp_path)
    hold(tmp_path).close()


def test_nobody_uses_a_folder_together_with_one_who_has_it_alone(tmp_path: Path) -> None:
    with (
        hold(tmp_path),
        pytest.raises(StoreHeld, match="Stop that one, or give another"),
        hold(tmp_path, together=True),
    ):
        pass
    with hold(tmp_path, together=True):
        pass
