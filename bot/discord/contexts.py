"""Where commands can be used: in a club's server, and where it makes sense, in a direct message with the bot."""

from __future__ import annotations

from discord import app_commands

in_clubs_and_direct_messages = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
"""For what a person does alone."""

in_clubs = app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
"""For what needs a place with others in it."""
