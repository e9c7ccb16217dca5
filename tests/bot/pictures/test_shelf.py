"""The picture of a shelf: nothing overlaps, nothing is cut off, and the text beside it says the same."""

import datetime as dt
from itertools import combinations

import pytest
from matplotlib.colors import to_rgb

from bot.features.shelf.picture import ACROSS, COVERS, MARKS, ROWS, covers_of, shelf_layout
from bot.features.shelf.rules import ShelfName, Shelved
from bot.pictures import canvas
from bot.pictures.layout import WIDTH, Layout
from corpus.books import Book, Unit

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
LONG = "The Very Long and Winding Story of the River, of the Mill, and of All the People Who Ever Crossed It"
BOOKS = {
    "emma": Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55),
    "river": Book("river", LONG, "Wilhelmina Featherstonehaugh-Cholmondeley de la Rivière", Unit.CHAPTER, 9),
    "war-and-peace": Book("war-and-peace", "戦争と平和", "トルストイ", Unit.CHAPTER, 361),
}


def known(slug: str, shelf: ShelfName) -> Shelved:
    return Shelved(slug, BOOKS[slug].title, shelf, NOON, slug)


def own(title: str, shelf: ShelfName) -> Shelved:
    return Shelved(title.casefold(), title, shelf, NOON)


CASES = {
    "one book": [known("emma", ShelfName.READING)],
    "all parts": [
        known("emma", ShelfName.READING),
        known("river", ShelfName.WANT),
        own("Dune", ShelfName.FINISHED),
        own("Ünïcödé $x_1$", ShelfName.ASIDE),
    ],
    "many books": [own(f"{LONG} {n}"[-100:], part) for part in ShelfName for n in range(50)],
    "one word": [own("Donaudampfschifffahrtsgesellschaftskapitän" * 2, ShelfName.WANT)],
    "nothing": [],
}


def pictured(shelved: list[Shelved]) -> Layout:
    return shelf_layout(covers_of(shelved, BOOKS), canvas.measured)


@pytest.mark.parametrize("case", CASES)
def test_no_text_is_cut_or_lies_over_another(case: str) -> None:
    layout = pictured(CASES[case])
    figure = canvas.figure(layout)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == len(layout.labels)
    assert all(box.x0 > 20 and box.x1 < WIDTH - 20 and box.y0 > 0 and box.y1 < layout.height for box in boxes)
    assert not [1 for one, other in combinations(boxes, 2) if one.shrunk(0.98, 0.9).overlaps(other.shrunk(0.98, 0.9))]


def test_a_part_shows_its_latest_books_and_counts_the_rest() -> None:
    layout = pictured(CASES["many books"])
    written = [label.text for label in layout.labels]
    assert written.count(f"and {50 - ACROSS * ROWS} more") == len(ShelfName)
    assert len([box for box in layout.boxes if box.colour in COVERS]) == ACROSS * ROWS * len(ShelfName)


def test_parts_stand_from_what_is_read_now_to_what_was_set_aside_and_empty_ones_are_left_out() -> None:
    written = [label.text for label in pictured(CASES["all parts"]).labels]
    assert [line for line in written if " · " in line] == [
        "Reading · 1", "Want to read · 1", "Finished · 1", "Set aside · 1",
    ]  # fmt: skip
    assert "Set aside · 0" not in [label.text for label in pictured(CASES["one book"]).labels]


def test_titles_are_read_on_every_cover_and_marks_on_the_ground() -> None:
    assert all(contrast(canvas.TONES["text"], cover) >= 4.5 for cover in COVERS)
    assert all(contrast(mark, canvas.BACKGROUND) >= 4.5 for mark in MARKS.values())


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
