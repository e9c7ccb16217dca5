"""The picture of a shelf: nothing overlaps, nothing is cut off, and the text beside it says the same."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import combinations

import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.features.order.picture import LONGEST_ALT
from bot.features.shelf.picture import ACROSS, COVERS, MARKS, ROWS, alt_text, covers_of, draw_shelf, shelf_layout
from bot.features.shelf.rules import ShelfName, Shelved
from bot.pictures import canvas
from bot.pictures.layout import SMALL, WIDTH, Layout
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


@pytest.mark.parametrize("case", CASES)
def test_titles_stay_within_their_covers(case: str) -> None:
    layout = pictured(CASES[case])
    covers = [box for box in layout.boxes if box.colour in COVERS]
    for label in layout.labels:
        if holding := [c for c in covers if c.x < label.x < c.x + c.width and c.y < label.y < c.y + c.height]:
            (cover,) = holding
            assert label.x + canvas.measured(label.text, label.size, label.bold) <= cover.x + cover.width
            assert label.y - label.size >= cover.y


def test_text_is_large_enough_for_a_phone() -> None:
    assert all(label.size >= SMALL >= WIDTH / 33 for label in pictured(CASES["many books"]).labels)


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


class TestDrawing:
    def test_it_is_a_png_of_the_width_of_the_page_and_the_same_every_time(self) -> None:
        drawn = draw_shelf(CASES["all parts"], BOOKS)
        assert drawn == draw_shelf(CASES["all parts"], BOOKS)
        assert imread(BytesIO(drawn)).shape[1] == WIDTH

    def test_a_full_shelf_stays_small_enough_to_send(self) -> None:
        drawn = draw_shelf(CASES["many books"], BOOKS)
        assert len(drawn) < 1_000_000
        assert imread(BytesIO(drawn)).shape[0] < 4_000

    def test_several_threads_draw_the_same_as_one(self) -> None:
        alone = draw_shelf(CASES["all parts"], BOOKS)
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: draw_shelf(CASES["all parts"], BOOKS), range(6))) == {alone}

    def test_letters_that_the_font_lacks_are_no_hindrance(self) -> None:
        shelved = [known("war-and-peace", ShelfName.READING), own("戦争と平和 2", ShelfName.WANT)]
        assert draw_shelf(shelved, BOOKS).startswith(b"\x89PNG")
        assert "戦争と平和, トルストイ" in alt_text(shelved, BOOKS)

    def test_an_empty_shelf_is_still_a_picture(self) -> None:
        assert draw_shelf([], BOOKS).startswith(b"\x89PNG")

    def test_matplotlib_is_loaded_only_to_draw(self) -> None:
        code = "import sys; import bot.features.shelf.picture; sys.exit('matplotlib' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestAltText:
    def test_it_says_all_that_is_seen(self) -> None:
        shelved = [known("emma", ShelfName.WANT), own("Dune", ShelfName.READING), own("Ulysses", ShelfName.WANT)]
        assert alt_text(shelved, BOOKS) == (
            "A bookshelf. Reading (1): Dune. Want to read (2): Emma, Jane Austen; Ulysses."
        )

    def test_what_the_picture_counts_is_counted(self) -> None:
        shelved = [own(f"Volume {n}", ShelfName.WANT) for n in range(ACROSS * ROWS + 3)]
        assert alt_text(shelved, {}).endswith("Volume 5; and 3 more.")

    def test_long_titles_are_shortened_so_that_every_part_is_told(self) -> None:
        told = alt_text(CASES["many books"], BOOKS)
        assert len(told) <= LONGEST_ALT
        assert all(f"{part.value.capitalize()} (50)" in told for part in ShelfName)

    @pytest.mark.parametrize("case", CASES)
    def test_it_fits_an_attachment(self, case: str) -> None:
        assert 0 < len(alt_text(CASES[case], BOOKS)) <= LONGEST_ALT
