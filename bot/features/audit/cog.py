"""`/audit`: what was posted by whom, and which sources an answer used; never anyone's position."""

from functools import partial
from typing import Literal

from discord import app_commands

from bot.app import App
from bot.audit import KEPT, NOBODY, Audit, AuditRow, Did
from bot.discord.buttons import PAGE, Page, button
from bot.discord.cards import Card, Interaction, paged_card, safe
from bot.discord.context import AUDIT, app_of, deliver, needs
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs
from bot.people import Place

EVERYTHING = "everything"
WHAT: dict[str, tuple[Did, ...]] = {
    EVERYTHING: tuple(Did),
    "posts": (Did.SCHEDULE, Did.PROMPT, Did.VOTE),
    "answers": (Did.ANSWER, Did.SHARE),
    "overrides": (Did.OVERRIDE,),
    "watching": (Did.WATCH,),
    "notes": (Did.HIDE, Did.UNHIDE),
}
"""What the audit can be asked for."""

DONE: dict[str, tuple[str, str]] = {
    Did.ANSWER: ("answered a message", "of"),
    Did.SHARE: ("shared an answer", "for"),
    Did.PROMPT: ("posted a discussion prompt", "for"),
    Did.OVERRIDE: ("posted despite a spoiler warning", "for"),
    Did.SCHEDULE: ("posted for the schedule", "for"),
    Did.VOTE: ("posted a vote", "for"),
    Did.WATCH: ("watching", "by"),
    Did.HIDE: ("hid a note", "by"),
    Did.UNHIDE: ("showed a hidden note again", "by"),
}
"""What an entry says was done, and how its person stands behind it; there is none where their data was deleted."""


@button(Page, rf"audit:(?P<days>\d{{1,3}}):(?P<what>[a-z]{{1,12}}):{PAGE}")
async def audit_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of the audit."""
    member, _ = await needs(interaction, AUDIT)
    days, what = button.number("days"), button.given["what"]
    return await audit_card(app_of(interaction), member.club, days, what, button.page)


async def audit_card(app: App, club: int, days: int, what: str, page: int) -> Card:
    """Return a page of a club's audit of the last days."""
    entries = await app.get(Audit).since(club, days, WHAT.get(what, ()))
    lines = [_line(entry) for entry in entries] or ["There is nothing to show."]
    title = f"Audit: {what}, {'the last day' if days == 1 else f'the last {days} days'}"
    return paged_card(title, lines, page, partial(audit_page_button, days, what))


def _line(entry: AuditRow) -> str:
    """Return an entry as Discord shows it: times in the reader's zone, and names that ping nobody."""
    done, how = DONE[entry.did]
    who = f" {how} <@{entry.by}>" if entry.by != NOBODY else ""
    about = f": {safe(entry.about)}" if entry.about else ""
    place = Place(entry.club, entry.place)
    there = place.link(entry.message) if entry.message else f"<#{place.id}>"
    sources = f"\n-# {' · '.join(map(safe, entry.sources))}" if entry.sources else ""
    return f"<t:{int(entry.at.timestamp())}:f> {done}{who}{about} {there}{sources}"


Days = app_commands.Range[int, 1, KEPT.days]
What = Literal["everything", "posts", "answers", "overrides", "watching", "notes"]


class AuditCog(AppCog):
    """The audit of a club."""

    @app_commands.command()
    @app_commands.describe(days="How many days back; 7 if left out", what="What to show; everything if left out")
    @app_commands.default_permissions(manage_messages=True)
    @in_clubs
    async def audit(self, interaction: Interaction, days: Days = 7, what: What = "everything") -> None:
        """Show who posted what, and the sources of each answer; never how far anybody has read."""
        member, _ = await acknowledge(interaction, AUDIT)
        await deliver(interaction, await audit_card(self._app, member.club, days, what, 1))


FEATURE = Feature("audit", cogs=(AuditCog,), buttons=(audit_page_button,))
