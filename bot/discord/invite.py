"""The link by which an organiser brings the bot into a server, with exactly what it has to be allowed."""

from __future__ import annotations

import asyncio

import discord

from bot.discord.permissions import permissions
from bot.discord.sign_in import TokenRefused, application_of, speak_to
from bot.settings import Settings

SCOPES = ("bot", "applications.commands")


def invite_link(settings: Settings) -> str:
    """Return the link of the bot whose token is set. Raises TokenRefused or DiscordUnreachable."""
    if settings.discord_token is None:
        raise TokenRefused("DISCORD_TOKEN is not set. The README says where to get one.")
    speak_to(settings.discord_api)
    application = asyncio.run(application_of(settings.discord_token))
    return link(application)


def link(application: int) -> str:
    """Return the link of an application, by its id."""
    return discord.utils.oauth_url(application, permissions=permissions(), scopes=SCOPES)
