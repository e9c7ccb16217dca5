"""Where a club is in a book, as a picture, and as a text that says the same to those who do not see it.

Only figures are drawn, whose groups have five members at least: nobody's position can be seen in it.
"""

from bot.features.stats.rules import Figure, Group
from bot.pictures.canvas import GAP, HUGE, LARGE, QUIET, Page, writable
from bot.reading_order.advice import title_of
from corpus.books import Book
from corpus.text import capitalised, plural

COLOURS = ("#f5d76a", "#f2b84b", "#e8953f", "#d9734a", "#7cc4f0")
"""A group's colour, by the part of the book at which it begins: warmer from quarter to quarter, and blue at the end, as
books are that somebody has read."""


def alt_text(figure: Figure, book: Book) -> str:
    """Return what the picture shows, in words."""
    bars = "; ".join(
        f"{group.where}: {plural(group.members, 'member')}, {share(group, figure)}" for group in figure.groups
    )
    return f"Bars of where {plural(figure.members, 'member')} are in {book.title}: {bars}."


def share(group: Group, figure: Figure) -> str:
    """Return which share of all members is in a group."""
    return f"{round(100 * group.members / figure.members)}%"


def stats_page(figure: Figure, book: Book) -> Page:
    """Return the page of a figure: a bar for each group, from the beginning of the book on."""
    page = Page()
    page.write("Where the club is", size=HUGE, bold=True)
    page.write(book.title if writable(book.title) else title_of(book.slug, {}), size=LARGE)
    page.write(f"{plural(figure.members, 'member')} who said where they are", colour=QUIET)
    page.y += GAP
    for group in figure.groups:
        told = f"{group.members:,} · {share(group, figure)}"
        page.bar(capitalised(group.where), told, [(group.members / figure.members, COLOURS[group.first])])
    return page
