"""What moderators' commands send is what Discord describes."""

from pathlib import Path

import pytest

from retrieval.retriever import Retriever
from tests.fakes.club import message, opened_club
from tests.fakes.discord_api import DiscordApi

SPOILER = "Silas drowned his brother for the sake of the lamp. Was he right?"


async def test_every_request_is_one_that_discord_takes(island: Retriever, tmp_path: Path) -> None:
    api = DiscordApi.load()
    if api is None:
        pytest.skip("Discord's API description is not beside the checkout")
    async with opened_club(island, tmp_path, message_content=True) as club:
        await club.ceiling(club.general, the_lantern="ch 5")
        liz, elinor = club.member("Liz"), club.member("Elinor", manage_messages=True)
        await elinor.slash(club.general, "watch on")
        await liz.send(club.general, SPOILER)
        (note,) = [note for note in liz.user.dm_channel.history() if note.author.bot]
        await elinor.click(message(await elinor.slash(club.general, "watch status")), label="Queue")
        await liz.user.click(note, label="Hide it")
        await liz.slash(club.general, "prompt suggest", text=SPOILER)
        queue = await elinor.slash(club.general, "prompt queue")
        await elinor.click(message(queue), label="Edit")
        await elinor.click(message(queue), label="Place in section")
        stopped = await elinor.click(message(queue), label="Post here now")
        await elinor.click(message(stopped), label="Post anyway")
        drafts = await elinor.slash(club.general, "prompt draft", kind="theme")
        await elinor.click(message(drafts), label="Others")
        await elinor.click(message(drafts), label="Keep 1")
        await elinor.slash(club.general, "audit")
        problems = [
            (r.method, r.path, problem)
            for r in club.env.http_requests
            for problem in api.problems(r.method, r.path, r.json)
        ]
    assert problems == []
