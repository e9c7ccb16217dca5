"""The picture of where a club is: groups alone, nothing overlaps, and the text beside it says the same."""

import datetime as dt
from io import BytesIO
from itertools import combinations, pairwise

import pytest
from matplotlib.image import imread

from bot.features.order.picture import LONGEST_ALT
from bot.features.stats.picture import BAR, COLOURS, GROUND, alt_text, draw_stats, share, stats_layout
from bot.features.stats.rules import END, Figure, Group
from bot.pictures import canvas
from bot.pictures.layout import EDGE, SMALL, WIDTH, Layout
from corpus.books import Book, Unit

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
LONG = "The Very Long and Winding Story of the River, of the Mill, and of All the People Who Ever Crossed It"

FIGURES = {
    "two groups": (Group(0, 0, 5), Group(1, END, 5)),
    "every part": tuple(Group(part, part, 5 + part) for part in range(END + 1)),
    "thousands": (Group(0, 2, 1_234), Group(3, 3, 123_456), Group(4, 4, 99_999)),
    "not finished": (Group(0, 3, 7), Group(4, 4, 6)),
}


def figure(case: str) -> Figure:
    return Figure(NOON, FIGURES[case])


def pictured(case: str, title: str = LONG) -> Layout:
    return stats_layout(figure(case), title, canvas.measured)


@pytest.mark.parametrize("case", FIGURES)
def test_no_text_is_cut_or_lies_over_another(case: str) -> None:
    layout = pictured(case)
    drawn = canvas.figure(layout)
    boxes = [text.get_window_extent() for text in drawn.axes[0].texts]
    assert all(box.x0 > 20 and box.x1 < WIDTH - 20 and box.y0 > 0 and box.y1 < layout.height for box in boxes)
    assert not [1 for one, other in combinations(boxes, 2) if one.shrunk(0.98, 0.9).overlaps(other.shrunk(0.98, 0.9))]
    assert all(label.size >= SMALL for label in layout.labels)


@pytest.mark.parametrize("case", FIGURES)
def test_a_bar_is_as_long_as_the_share_of_its_group(case: str) -> None:
    whole = figure(case)
    bars = [box for box in pictured(case).boxes if box.height == BAR and box.colour != GROUND]
    room = WIDTH - 2 * EDGE
    assert [bar.width for bar in bars] == pytest.approx([room * g.members / whole.members for g in whole.groups])
    assert all(one.y + BAR < other.y for one, other in pairwise(bars))
    assert [bar.colour for bar in bars] == [COLOURS[group.first] for group in whole.groups]


def test_the_little_books_together_are_one_book_each_part_coloured_once() -> None:
    pages = [box for box in pictured("every part").boxes if box.height < BAR]
    assert len(pages) == 5 * 5
    assert [box.colour for box in pages if box.colour != GROUND] == list(COLOURS)


def test_the_text_beside_it_says_all_that_is_seen() -> None:
    assert alt_text(figure("two groups"), EMMA) == (
        "Bars of where 10 members are in Emma: up to 25%: 5 members, 50%; from 25%: 5 members, 50%."
    )
    assert share(Group(0, 0, 5), figure("every part")) == "14%"
    written = " ".join(label.text for label in pictured("every part").labels)
    assert "35 members who said where they are" in written
    assert "From 75%, not finished" in written
    assert "8 · 23%" in written


@pytest.mark.parametrize("case", FIGURES)
def test_the_text_beside_it_fits_an_attachment(case: str) -> None:
    assert len(alt_text(figure(case), Book("long", LONG * 20, "Anonymous", Unit.PAGE, 9))) <= LONGEST_ALT


def test_it_is_a_png_of_the_width_of_the_page_and_the_same_every_time() -> None:
    drawn = draw_stats(figure("every part"), EMMA)
    assert drawn == draw_stats(figure("every part"), EMMA)
    assert imread(BytesIO(drawn)).shape[1] == WIDTH
    assert len(drawn) < 1_000_000
