"""What docs/adversaries.md says was tried is what is tried, and nothing that members can use is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from discord import app_commands

from retrieval.retriever import Retriever
from tests.fakes.club import opened_club
from tests.fakes.marked import Signs
from tests.measure.adversaries.__main__ import commands, everything, table

PAGE = Path(__file__).parents[3] / "docs" / "adversaries.md"


def test_the_table_of_attempts_is_that_of_the_page() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), "python -m tests.measure.adversaries prints it"


def test_there_are_enough_attempts_of_many_kinds_and_none_is_there_twice() -> None:
    made = everything()
    assert len(made) >= 330
    assert len({attempt.kind for attempt in made}) >= 30
    assert len({repr(replace(attempt, id="")) for attempt in made}) == len(made)


async def test_every_command_every_menu_and_every_field_that_offers_something_is_tried(
    marked: tuple[Retriever, Signs], tmp_path: Path
) -> None:
    made = everything()
    typed = {attempt.more["into"] for attempt in made if attempt.do == "types"}
    async with opened_club(marked[0], tmp_path) as club:
        known = [each for each in club.bots[-1].tree.walk_commands() if isinstance(each, app_commands.Command)]
        menus: list[Any] = [
            each for each in club.bots[-1].tree.get_commands() if isinstance(each, app_commands.ContextMenu)
        ]
        offering = {f"{each.qualified_name} {p.name}" for each in known for p in each.parameters if p.autocomplete}
        assert {each.qualified_name for each in [*menus, *known]} - commands(made) == set()
        assert offering - typed == set()
