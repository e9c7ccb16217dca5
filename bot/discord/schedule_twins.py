"""Leaving one of what Discord made twice: where it fails behind what it did, discord.py asks once more by itself.

A message carries a nonce and is shown once; a thread and an event do not.
"""

from __future__ import annotations

import contextlib
import datetime as dt

import discord

from bot.discord.already_posted import SLACK


async def first_thread(made: discord.Thread, begun: dt.datetime) -> int:
    """Return the first thread of that name that we opened since a moment; the others, which are empty, are taken away.

    Without the right to delete threads they are archived, which who opened one may always do.
    """
    twins = [
        thread
        for thread in await made.guild.active_threads()
        if (thread.parent_id, thread.owner_id, thread.name) == (made.parent_id, made.owner_id, made.name)
        and discord.utils.snowflake_time(thread.id) >= begun - SLACK
        and not thread.message_count
    ]
    first = min((thread.id for thread in twins), default=made.id)
    for thread in twins:
        if thread.id == first:
            continue
        try:
            await thread.delete()
        except discord.Forbidden:
            with contextlib.suppress(discord.HTTPException):
                await thread.edit(archived=True)
    return first


async def first_event(made: discord.ScheduledEvent, guild: discord.Guild) -> int:
    """Return the first event that we made with the same description; the others are taken away."""
    twins = [
        event
        for event in await guild.fetch_scheduled_events(with_counts=False)
        if (event.creator_id, event.description) == (made.creator_id, made.description)
    ]
    first = min((event.id for event in twins), default=made.id)
    for event in twins:
        if event.id != first:
            await event.delete()
    return first
