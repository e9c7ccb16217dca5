"""The picture of a series: nothing overlaps, nothing is cut, and the text beside it says the same."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from bot.pictures import canvas
from bot.pictures.layout import MOST_BOOKS, WIDTH, Layout, series_layout, wrapped
from bot.reading_order.advice import Advice, ReadingState
from bot.reading_order.plan import reading_orders
from corpus.book_file import read_book
from corpus.books import Book, Requirement, Unit
from corpus.library import SHIPPED

SMILEY = {home.name: read_book(home, []) for home in sorted(SHIPPED.iterdir()) if (home / "book.toml").exists()}
TITLES = ("Doors", "The Very Long and Winding Story of the River and of All the People Who Crossed It", "Ünïcödé $x_1$")


def tales(count: int) -> dict[str, Book]:
    books = {}
    for n in range(count):
        needs = [Requirement(f"b{n // 2}", "first", ""), Requirement(f"b{n * 2 // 3}", "helps", "")] if n > 1 else []
        title = f"{TITLES[n % 3]} {n}"
        books[f"b{n}"] = Book(f"b{n}", title, "An Author", Unit.CHAPTER, 10, year=1900 + n, series="Tales",
                              story_time=1800, requires=tuple(needs))  # fmt: skip
    return books


def pictured(advice: Advice, books: dict[str, Book]) -> Layout:
    return series_layout(advice, books, canvas.measured)


CASES = {
    "nine novels": (reading_orders(SMILEY, {}, series="George Smiley"), SMILEY),
    "nine novels, some read": (
        reading_orders(SMILEY, {"call-for-the-dead": 18, "smileys-people": 3}, series="George Smiley"),
        SMILEY,
    ),
    "one book": (reading_orders(tales(1), {}), tales(1)),
    "two books": (reading_orders(tales(2), {"b0": 10}, series="Tales"), tales(2)),
    "thirty books": (reading_orders(tales(30), {f"b{n}": 10 for n in range(7)}, series="Tales"), tales(30)),
    "a hundred books": (reading_orders(tales(100), {f"b{n}": 10 for n in range(50)}, series="Tales"), tales(100)),
    "a library": (reading_orders(SMILEY | tales(4), {}), SMILEY | tales(4)),
    "no book": (reading_orders({}, {}), {}),
}


@pytest.mark.parametrize("case", CASES)
def test_no_text_is_cut_or_lies_over_another(case: str) -> None:
    layout = pictured(*CASES[case])
    figure = canvas.figure(layout)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == len(layout.labels) + len(layout.cards)
    assert all(box.x0 > 20 and box.x1 < WIDTH - 20 and box.y0 > 0 and box.y1 < layout.height for box in boxes)
    assert not [1 for one, other in combinations(boxes, 2) if one.shrunk(0.98, 0.9).overlaps(other.shrunk(0.98, 0.9))]


@pytest.mark.parametrize("case", CASES)
def test_cards_stand_apart_and_arrows_stay_left_of_them_and_run_down(case: str) -> None:
    layout = pictured(*CASES[case])
    assert all(one.y + one.height < other.y for one, other in zip(layout.cards, layout.cards[1:], strict=False))
    left = layout.cards[0].x if layout.cards else WIDTH
    for arrow in (arrow for bundle in layout.bundles for arrow in bundle if len(arrow.points) == 4):
        assert all(20 < x <= left for x, _ in arrow.points)
        assert arrow.points[0][1] < arrow.points[-1][1]


def test_a_long_series_shows_what_comes_next_and_counts_the_rest() -> None:
    layout = pictured(*CASES["a hundred books"])
    written = [label.text for label in layout.labels]
    assert len(layout.cards) == MOST_BOOKS
    assert "… 49 before these" in written
    assert "… and 11 more" in written
    assert [card.state for card in layout.cards[:3]] == [ReadingState.READ, ReadingState.NEXT, ReadingState.LATER]


def test_colours_are_told_apart_by_their_lightness_and_read_on_their_ground() -> None:
    for tone in canvas.TONES.values():
        assert contrast(tone, canvas.CARD) >= 4.5
        assert contrast(tone, canvas.DONE_CARD) >= 4.5
        assert contrast(tone, canvas.BACKGROUND) >= 4.5
    for line in (canvas.FIRM, canvas.HELPS):
        assert contrast(line, canvas.BACKGROUND) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_font_has_every_sign_that_is_written() -> None:
    assert not canvas.missing_letters("✓▶★☆…·→–’é")


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(2, 60), st.integers(1, 4))
def test_wrapped_text_fits_and_loses_nothing_unsaid(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width, 1, False, lambda t, _size, _bold: len(t), most)
    assert len(lines) <= most
    assert all(len(line) <= width for line in lines)
    if not lines or not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(text.split())
