"""`/vote`, as organisers hold it and members take part; and its close, whatever happens to the bot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import simcord
from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.club.people import Member
from bot.club.votes.records import State, Vote
from bot.storage.address import NAME
from tests.fakes.club import Club, buttons, message, shown, texts
from tests.fakes.discord_api import DiscordApi

THREE = "The Lantern; The Kite; Emma"
HOUR = 3600


@pytest.fixture
def jo(club: Club) -> MemberActor:
    """An organiser."""
    return club.member("Jo", manage_events=True)


async def started(
    club: Club, jo: MemberActor, kind: str = "ranked", books: str = THREE, closes: str = "24 hours", hidden: str = "no"
) -> simcord.Message:
    """Start a vote; return its post."""
    options = {"kind": kind, "books": books, "closes": closes, "hidden": hidden}
    preview = await jo.slash(club.general, "vote start", **options)
    done = await jo.click(message(preview), label="Confirm")
    assert "The vote is open" in shown(done), shown(done)
    return posts(club)[-1]


def posts(club: Club, channel: ChannelHandle | None = None) -> list[simcord.Message]:
    """Return what stands in a channel for everybody."""
    return [post for post in (channel or club.general).messages if not post.is_ephemeral]
