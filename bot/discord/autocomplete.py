"""What is offered while somebody types: never more than they have read, and nothing at all where something fails."""

import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from discord import app_commands

from bot.answering.texts import in_order
from bot.app import App
from bot.discord.cards import CHOICE, CHOICES, Interaction, one_line
from bot.discord.context import app_of
from bot.discord.visitor import ClubUnclear, visitor
from bot.features.ask.rules import Questions
from bot.features.ceilings.store import Ceilings
from bot.features.progress.store import Progress
from bot.features.schedules.store import LAST_MEETING, Schedules
from bot.features.shelf.store import Shelves
from bot.features.votes.store import Nominations
from bot.people import NO_CLUB, Member, Place
from bot.times import search_zones
from corpus.books import Book, Slug, Unit
from corpus.positions import describe_position

log = logging.getLogger(__name__)

Names = Iterable[str | tuple[str, str]]
"""What can be picked: what is shown, with what is typed into the field where that is something else."""

Offer = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def offers(find: Callable[[Interaction], Coroutine[Any, Any, Names]]) -> Offer:
    """Offer those names that hold what was typed, the ones that begin with it first; nothing where finding fails."""

    async def offer(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        sought = " ".join(typed.casefold().split())
        try:
            names = [(name, name) if isinstance(name, str) else name for name in await find(interaction)]
        except Exception as error:  # noqa: BLE001 (Discord shows nothing for an error, and who types can go on)
            log.info("nothing to offer (%s)", type(error).__name__)
            return []
        fitting = [(shown, value) for shown, value in names if sought in f"{shown}\n{value}".casefold()]
        fitting.sort(key=lambda choice: not choice[0].casefold().startswith(sought))
        shortened = ((one_line(shown, CHOICE), value[:CHOICE]) for shown, value in fitting[:CHOICES])
        return [app_commands.Choice(name=shown, value=value) for shown, value in shortened]

    return offer


async def _books_here(interaction: Interaction) -> list[Book]:
    """Return the books of the club; of a direct message that could be about several, the library's."""
    try:
        club = (await visitor(interaction))[0].club
    except ClubUnclear:
        club = NO_CLUB
    return in_order(app_of(interaction).books_of(club).values())


async def _book_at_hand(interaction: Interaction) -> tuple[App, Member, Place, Book | None]:
    """Return the book that another field names, or the one that is meant without it."""
    (member, place), app = await visitor(interaction), app_of(interaction)
    return app, member, place, await app.get(Questions).meant(member, place, _filled(interaction, "book"))


@offers
async def books(interaction: Interaction) -> Names:
    """Offer the books of the library and of the club: their titles are on their covers."""
    return [(f"{b.title} ({b.year})" if b.year else b.title, b.slug) for b in await _books_here(interaction)]


@offers
async def own_books(interaction: Interaction) -> Names:
    """Offer the books that the club has added."""
    return [book.title for book in await _books_here(interaction) if book.club]


@offers
async def series(interaction: Interaction) -> Names:
    """Offer the series of the library."""
    return dict.fromkeys(book.series for book in await _books_here(interaction) if book.series)


@offers
async def people(interaction: Interaction) -> Names:
    """Offer the people whom the one who types has met in the book."""
    member, place = await visitor(interaction)
    return await app_of(interaction).get(Questions).people(member, place, _filled(interaction, "book"))


@offers
async def sections(interaction: Interaction) -> Names:
    """Offer the sections up to where the one who types is: by number, the latest first."""
    app, member, _, book = await _book_at_hand(interaction)
    if book is None:
        return []
    at = (await app.get(Progress).positions(member)).get(book.slug, 0)
    step = 10 if book.unit is Unit.PERCENT else 1
    marks = range(at - at % step, 0, -step)
    names = [f"{mark}%" if book.unit is Unit.PERCENT else f"{book.unit.value} {mark}" for mark in marks]
    met = any(slug == book.slug for _, slug in await app.get(Schedules).books_of(member.club))
    return [LAST_MEETING[0], *names] if met else names


@offers
async def whereabouts(interaction: Interaction) -> Names:
    """Offer the next marks from where the one who types is, by number alone."""
    app, member, _, book = await _book_at_hand(interaction)
    return _ahead(book, await app.get(Progress).positions(member))


@offers
async def ceilings(interaction: Interaction) -> Names:
    """Offer the next marks from where the place may go now, by number alone."""
    app, _, place, book = await _book_at_hand(interaction)
    return _ahead(book, await app.get(Ceilings).show(place))


def _ahead(book: Book | None, positions: Mapping[Slug, int]) -> Names:
    if book is None:
        return []
    at, step = positions.get(book.slug, 0), max(1, book.marks // 20) if book.unit in (Unit.PERCENT, Unit.PAGE) else 1
    marks = [*range(at + step - at % step, book.marks, step), *range(step, min(at + 1, book.marks), step)]
    return [*(describe_position(mark, book) for mark in marks), "finished"]


@offers
async def shelved(interaction: Interaction) -> Names:
    """Offer the books on one's own shelf."""
    member, _ = await visitor(interaction)
    return [book.title for book in await app_of(interaction).get(Shelves).show(member)]


@offers
async def nominated(interaction: Interaction) -> Names:
    """Offer the books that are nominated."""
    member, _ = await visitor(interaction)
    return [each.candidate.title for each in await app_of(interaction).get(Nominations).listed(member.club)]


async def zones(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer time zones by their names and cities; there are hundreds, and those that begin with what is typed come."""
    return [app_commands.Choice(name=zone.replace("_", " "), value=zone) for zone in search_zones(typed, CHOICES)]


def _filled(interaction: Interaction, option: str) -> str | None:
    """Return what is in another field already."""
    value = getattr(interaction.namespace, option, None)
    return value if isinstance(value, str) and value else None
