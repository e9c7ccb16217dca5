"""Pictures: nothing overlaps, nothing is cut off, colours are told apart, and the text beside them says the same."""

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from matplotlib.patches import FancyBboxPatch

from bot.features.order.picture import COLOURS, DONE_CARD, MOST_BOOKS, series_page
from bot.features.shelf.picture import ACROSS, COVERS, MARKS, ROWS, shelf_page
from bot.features.shelf.rules import ShelfName, Shelved
from bot.features.stats.cog import COLOURS as BARS
from bot.features.stats.cog import alt_text, stats_page
from bot.features.stats.store import END, Figure, Group
from bot.features.votes.counting import run_off
from bot.features.votes.rules import VoteKind
from bot.features.votes.store import Vote
from bot.features.votes.views import OUT, STAYED, WINNER, Bar, bars, rounds_page
from bot.features.votes.views import alt_text as told_rounds
from bot.pictures.canvas import BACKGROUND, CARD, QUIET, ROOM, SMALL, TEXT, WIDTH, Page, measured, wrapped, writable
from bot.reading_order.advice import reading_orders
from corpus.book_file import read_book
from corpus.books import Book, Requirement, Unit
from corpus.library import SHIPPED

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
LONG = "The Very Long and Winding Story of the River, of the Mill, and of All the People Who Ever Crossed It"
SMILEY = {home.name: read_book(home, []) for home in sorted(SHIPPED.iterdir()) if (home / "book.toml").exists()}
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
RIVER = Book("river", LONG, "Wilhelmina Featherstonehaugh-Cholmondeley de la Rivière", Unit.CHAPTER, 9)
WAR = Book("war-and-peace", "戦争と平和", "トルストイ", Unit.CHAPTER, 361)
BOOKS = {book.slug: book for book in (EMMA, RIVER, WAR)}


def tales(count: int) -> dict[str, Book]:
    books = {}
    for n in range(count):
        needs = [Requirement(f"b{n // 2}", "first", ""), Requirement(f"b{n * 2 // 3}", "helps", "")] if n > 1 else []
        title = f"{('Doors', LONG, 'Ünïcödé $x_1$')[n % 3]} {n}"
        books[f"b{n}"] = Book(f"b{n}", title, "An Author", Unit.CHAPTER, 10, year=1900 + n, series="Tales",
                              story_time=1800, requires=tuple(needs))  # fmt: skip
    return books


def order(books: dict[str, Book], series: str | None = None, **read: int) -> Page:
    at = {slug.replace("_", "-"): marks for slug, marks in read.items()}
    return series_page(reading_orders(books, at, series=series), books)


def on_shelf(title: str, part: ShelfName, book: str | None = None) -> Shelved:
    return Shelved(book or title.casefold(), title, part, NOON, book)


def voted(titles: list[str], *cast: tuple[str, ...]) -> Page:
    vote = held(*titles)
    return rounds_page(vote, run_off(cast, list(vote.titles), "seed"))


def held(*titles: str) -> Vote:
    books = [{"key": f"b{n}", "title": title, "book": None} for n, title in enumerate(titles)]
    return Vote(kind=VoteKind.RANKED, books=books, seed="seed")


def stats(*groups: tuple[int, int, int]) -> Page:
    return stats_page((Figure(NOON, ()), Figure(NOON, tuple(Group(*group) for group in groups))), RIVER)


PAGES: dict[str, Callable[[], Page]] = {
    "nine novels, some read": lambda: order(SMILEY, "George Smiley", call_for_the_dead=18, smileys_people=3),
    "one book": lambda: order(tales(1)),
    "a hundred books": lambda: order(tales(100), "Tales", **{f"b{n}": 10 for n in range(50)}),
    "a library": lambda: order(SMILEY | tales(4)),
    "no book": lambda: order({}),
    "a shelf": lambda: shelf_page(
        [on_shelf(b.title, part, b.slug) for b, part in zip(BOOKS.values(), ShelfName, strict=False)]
        + [on_shelf("Donaudampfschifffahrtsgesellschaftskapitän" * 2, ShelfName.ASIDE)],
        BOOKS,
    ),
    "a full shelf": lambda: shelf_page([on_shelf(f"{LONG} {n}", p) for p in ShelfName for n in range(50)], {}),
    "two books in a vote": lambda: voted(["Emma", "Kim"], ("b0",), ("b1",)),
    "ten books in a vote": lambda: voted(
        [f"{LONG}, {n}" for n in range(10)], *[(f"b{n}", f"b{n // 2}") for n in range(10)]
    ),
    "every part of a book": lambda: stats(*((part, part, 5 + part) for part in range(END + 1))),
    "thousands": lambda: stats((0, 2, 1_234), (3, 3, 123_456), (4, 4, 99_999)),
}


@pytest.mark.parametrize("name", PAGES)
def test_no_text_is_cut_or_lies_over_another(name: str) -> None:
    drawn = PAGES[name]().close()
    boxes = [text.get_window_extent() for text in drawn.axes[0].texts]
    height = drawn.get_figheight() * drawn.dpi
    assert all(box.x0 > 20 and box.x1 < WIDTH - 20 and box.y0 > 0 and box.y1 < height for box in boxes)
    assert not [1 for one, other in combinations(boxes, 2) if one.shrunk(0.98, 0.9).overlaps(other.shrunk(0.98, 0.9))]


def written(page: Page) -> list[str]:
    return [text.get_text() for text in page.close().axes[0].texts]


def test_a_long_series_shows_what_comes_next_and_counts_the_rest() -> None:
    lines = written(PAGES["a hundred books"]())
    assert "… 49 before these" in lines
    assert f"… and {51 - MOST_BOOKS} more" in lines
    assert [line for line in lines if line in ("✓", "51")] == ["✓", "51"]


def test_a_part_of_a_shelf_shows_its_latest_books_and_counts_the_rest() -> None:
    assert written(PAGES["a full shelf"]()).count(f"and {50 - ACROSS * ROWS} more") == len(ShelfName)


def test_the_bars_of_a_vote_stand_from_the_winner_to_who_went_out_first() -> None:
    vote = held("Kim", "Emma", "Dracula")
    count = run_off([*[("b0",)] * 4, *[("b1",)] * 3, *[("b2", "b1")] * 2], ["b0", "b1", "b2"], "seed")
    assert bars(vote, count) == [Bar("Emma", (3, 2), wins=True), Bar("Kim", (4, 0)), Bar("Dracula", (2,), out=1)]
    assert "3 + 2 = 5 · wins" in written(rounds_page(vote, count))
    assert "Emma wins with 5 of 9 votes in round 2. Round 1: Kim 4, Emma 3, Dracula 2." in told_rounds(vote, count)


def test_the_bar_of_a_group_is_as_long_as_its_share_and_is_told_in_words() -> None:
    page = stats((0, 0, 5), (1, END, 15))
    found = [patch for patch in page.close().axes[0].patches if isinstance(patch, FancyBboxPatch)]
    assert [patch.get_width() for patch in found[1::2]] == pytest.approx([ROOM / 4 - 4, ROOM * 3 / 4 - 4])
    assert "15 · 75%" in written(page)
    two, ten = Figure(NOON, (Group(0, 0, 1), Group(END, END, 1))), Figure(NOON, (Group(0, 0, 5), Group(1, END, 5)))
    assert alt_text((two, ten), EMMA) == (
        "Bars of where members are in Emma. 2 members agreed to be counted: up to 25%: 1 member, 50%; finished: "
        "1 member, 50%. 10 members told me where they are, in groups of five or more: up to 25%: 5 members, 50%; "
        "from 25%: 5 members, 50%."
    )


def test_it_is_a_png_of_the_width_of_the_page_and_the_same_every_time() -> None:
    drawn = PAGES["every part of a book"]().png()
    assert drawn == PAGES["every part of a book"]().png()
    assert imread(BytesIO(drawn)).shape[1] == WIDTH


def test_colours_are_told_apart_by_their_lightness_and_read_on_their_ground() -> None:
    assert all(contrast(tone, ground) >= 4.5 for tone in COLOURS.values() for ground in (CARD, DONE_CARD, BACKGROUND))
    assert all(contrast(TEXT, cover) >= 4.5 for cover in COVERS)
    assert all(contrast(mark, BACKGROUND) >= 4.5 for mark in MARKS.values())
    assert all(contrast(text, ground) >= 4.5 for text in (TEXT, QUIET) for ground in (CARD, DONE_CARD, BACKGROUND))
    assert all(contrast(bar, BACKGROUND) >= 3 for bar in (*BARS, *WINNER, *STAYED, *OUT)), (
        "WCAG asks 3 of what is no text"
    )


def test_its_text_is_readable_at_400_pixels_on_a_light_and_on_a_dark_page() -> None:
    drawn = imread(BytesIO(PAGES["every part of a book"]().png()))
    assert SMALL * 400 / WIDTH >= 12
    assert drawn.shape[2] == 3 or drawn[..., 3].min() == 1, "its ground is its own, so no page shows through"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_font_has_every_sign_that_is_written() -> None:
    assert writable("✓▶★☆…·→–’é")


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(120, 900), st.integers(1, 4))
def test_wrapped_text_fits_and_loses_nothing_unsaid(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width, most=most)
    assert len(lines) <= most
    assert all(measured(line) <= width for line in lines)
    if not lines or not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(x if writable(x) else "?" for x in "".join(text.split()))
