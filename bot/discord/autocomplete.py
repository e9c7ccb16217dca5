"""What is offered while somebody types: never more than they have read, and nothing at all where something fails."""

import functools
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from discord import app_commands

from bot.answering.texts import in_order
from bot.discord.cards import CHOICE, CHOICES, Interaction, one_line
from bot.discord.context import app_of
from bot.discord.visitor import ClubUnclear, visitor
from bot.features.ask.rules import Questions
from bot.features.ceilings.store import Ceilings
from bot.features.progress.store import Progress
from bot.features.schedules.store import LAST_MEETING, Schedules
from bot.features.shelf.store import Shelves
from bot.features.votes.store import Nominations
from bot.people import NO_CLUB
from bot.times import search_zones
from corpus.books import Book, Slug, Unit
from corpus.positions import describe_position

log = logging.getLogger(__name__)

Offer = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def offered(names: Iterable[tuple[str, str]], typed: str) -> list[app_commands.Choice[str]]:
    """Return choices of (shown, value) that hold what was typed; those that begin with it first."""
    sought = " ".join(typed.casefold().split())
    fitting = [(shown, value) for shown, value in names if sought in shown.casefold() or sought in value.casefold()]
    fitting.sort(key=lambda choice: not choice[0].casefold().startswith(sought))
    shortened = ((one_line(shown, CHOICE), value[:CHOICE]) for shown, value in fitting[:CHOICES])
    return [app_commands.Choice(name=shown, value=value) for shown, value in shortened]


def _quiet(offer: Offer) -> Offer:
    """Return an offer that is empty where it fails: whoever types can always go on typing."""

    @functools.wraps(offer)
    async def careful(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            return await offer(interaction, typed)
        except Exception as error:  # noqa: BLE001 (Discord shows nothing for an error)
            log.info("nothing to offer (%s)", type(error).__name__)
            return []

    return careful


async def _books_here(interaction: Interaction) -> Mapping[Slug, Book]:
    """Return the books of the club; of a direct message that could be about several, the library's."""
    try:
        member, _ = await visitor(interaction)
    except ClubUnclear:
        return app_of(interaction).books_of(NO_CLUB)
    return app_of(interaction).books_of(member.club)


@_quiet
async def books(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the books of the library and of the club: their titles are on their covers."""
    known = in_order((await _books_here(interaction)).values())
    return offered(((f"{b.title} ({b.year})" if b.year else b.title, b.slug) for b in known), typed)


@_quiet
async def own_books(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the books that the club has added."""
    known = in_order(book for book in (await _books_here(interaction)).values() if book.club)
    return offered(((book.title, book.title) for book in known), typed)


@_quiet
async def series(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the series of the library."""
    known = dict.fromkeys(b.series for b in in_order((await _books_here(interaction)).values()) if b.series)
    return offered(((name, name) for name in known), typed)


@_quiet
async def people(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the people whom the one who types has met in the book."""
    member, place = await visitor(interaction)
    met = await app_of(interaction).get(Questions).people(member, place, _filled(interaction, "book"))
    return offered(((name, name) for name in met), typed)


@_quiet
async def sections(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the sections up to where the one who types is: by number, the latest first."""
    member, place = await visitor(interaction)
    app = app_of(interaction)
    book = await app.get(Questions).meant(member, place, _filled(interaction, "book"))
    if book is None:
        return []
    at = (await app.get(Progress).positions(member)).get(book.slug, 0)
    step = 10 if book.unit is Unit.PERCENT else 1
    marks = range(at - at % step, 0, -step)
    names = [f"{mark}%" if book.unit is Unit.PERCENT else f"{book.unit.value} {mark}" for mark in marks]
    if any(slug == book.slug for _, slug in await app.get(Schedules).books_of(member.club)):
        names.insert(0, LAST_MEETING[0])
    return offered(((name, name) for name in names), typed)


@_quiet
async def whereabouts(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the next marks from where the one who types is, by number alone."""
    member, place = await visitor(interaction)
    app = app_of(interaction)
    book = await app.get(Questions).meant(member, place, _filled(interaction, "book"))
    at = (await app.get(Progress).positions(member)).get(book.slug, 0) if book else 0
    return _ahead(book, at, typed)


@_quiet
async def ceilings(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the next marks from where the place may go now, by number alone."""
    member, place = await visitor(interaction)
    app = app_of(interaction)
    book = await app.get(Questions).meant(member, place, _filled(interaction, "book"))
    at = (await app.get(Ceilings).show(place)).get(book.slug, 0) if book else 0
    return _ahead(book, at, typed)


@_quiet
async def shelved(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the books on one's own shelf."""
    member, _ = await visitor(interaction)
    there = await app_of(interaction).get(Shelves).show(member)
    return offered(((book.title, book.title) for book in there), typed)


def _ahead(book: Book | None, at: int, typed: str) -> list[app_commands.Choice[str]]:
    if book is None:
        return []
    step = max(1, book.marks // 20) if book.unit in (Unit.PERCENT, Unit.PAGE) else 1
    marks = [*range(at + step - at % step, book.marks, step), *range(step, min(at + 1, book.marks), step)]
    return offered(((name, name) for name in (*(describe_position(mark, book) for mark in marks), "finished")), typed)


@_quiet
async def nominated(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the books that are nominated."""
    member, _ = await visitor(interaction)
    listed = await app_of(interaction).get(Nominations).listed(member.club)
    return offered(((each.candidate.title, each.candidate.title) for each in listed), typed)


@_quiet
async def zones(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer time zones by their names and cities; there are hundreds, and those that begin with what is typed come."""
    return [app_commands.Choice(name=zone.replace("_", " "), value=zone) for zone in search_zones(typed, CHOICES)]


def _filled(interaction: Interaction, option: str) -> str | None:
    """Return what is in another field already."""
    value = getattr(interaction.namespace, option, None)
    return value if isinstance(value, str) and value else None
