"""A schedule as a value, and as people read it."""

from __future__ import annotations

from bot.features.schedules.rules import (
    perhaps_free,
    preview,
    thread_title,
)
from bot.people import Reached
from corpus.book_file import read_book
from corpus.books import Requirement
from corpus.library import SHIPPED
from tests.fakes.scheduled import a_book, a_schedule


def test_a_schedule_shows_every_section_with_date_range_and_ceiling() -> None:
    assert preview(a_schedule("Fridays at 8pm, 9 chapters a week")) == (
        "Smiley's People, times of Europe/Berlin",
        "1. chapters 1–9 · Friday 8 January 2027, 20:00 · up to chapter 9",
        "2. chapters 10–18 · Friday 15 January 2027, 20:00 · up to chapter 18",
        "3. chapters 19–27 · Friday 22 January 2027, 20:00 · up to the end",
    )


def test_titles_of_threads_never_say_what_a_chapter_is_called() -> None:
    schedule = a_schedule("Fridays 8pm, 2 sections", book=read_book(SHIPPED / "smileys-people", []))
    titles = [thread_title(schedule, section) for section in schedule.live]
    assert titles == ["Smiley's People, chapters 1–14", "Smiley's People, chapters 15–27"]


def test_a_thread_goes_to_the_end_of_its_section_and_through_the_books_spoken_of_freely() -> None:
    other = a_book(16, slug="tinker-tailor-soldier-spy")
    schedule = a_schedule(also={other.slug: other, "smileys-people": a_book()})
    assert schedule.ceiling(schedule.sections[0]) == {
        "tinker-tailor-soldier-spy": Reached(16, 16, "chapter"),
        "smileys-people": Reached(5, 27, "chapter"),
    }
    assert schedule.section(2) == schedule.sections[1]
    assert schedule.section(99) is None


def test_books_that_may_be_spoken_of_begin_with_what_the_book_asks_for() -> None:
    def of(slug: str, year: int, *needs: Requirement, series: str = "") -> tuple[str, object]:
        return slug, a_book(slug=slug, title=slug, year=year, requires=needs, series=series)

    books = dict(
        [
            of("unrelated", 1900),
            of("later", 1990, series="S"),
            of("earlier", 1950, series="S"),
            of("root", 1940),
            of("helps", 1945),
            of("first", 1960, Requirement("root", "first", ""), series="S"),
            of("this", 1970, Requirement("helps", "helps", ""), Requirement("first", "first", ""),
               Requirement("not-there", "first", ""), series="S"),
        ]
    )  # fmt: skip
    order = [book.slug for book in perhaps_free(books["this"], books)]  # type: ignore[arg-type]
    assert order == ["first", "helps", "root", "earlier", "later", "unrelated"]
