"""The link by which an organiser brings the bot into a server, with exactly what it has to be allowed."""

from __future__ import annotations

import discord

from bot.discord.client import permissions

SCOPES = ("bot", "applications.commands")


def invite_link(application_id: int) -> str:
    """Return the link for an application."""
    return discord.utils.oauth_url(application_id, permissions=permissions(), scopes=SCOPES)
