"""Telling Discord the commands, when they are not those that it was told last: it allows few such calls a day."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

from discord import app_commands

from bot.club.records import Notes

log = logging.getLogger(__name__)


async def sync_if_changed(tree: app_commands.CommandTree[Any], notes: Notes) -> bool:
    """Send the commands to Discord if they changed since they were sent last; return whether they were."""
    name = f"commands of {tree.client.application_id}"
    told = _digest(tree)
    if await notes.note(name) == told:
        return False
    sent = await tree.sync()
    await notes.write_note(name, told)
    log.info("sent %d commands to Discord", len(sent))
    return True


def _digest(tree: app_commands.CommandTree[Any]) -> str:
    """Return a digest of all that Discord is told of the commands."""
    told = sorted((command.to_dict(tree) for command in tree.get_commands()), key=lambda c: (c["type"], c["name"]))
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
