"""A schedule as a value, and as people read it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.schedules.plan import (
    MAX_TITLE,
    ScheduleState,
    SectionState,
    perhaps_free,
    preview,
    range_name,
    section_line,
    thread_title,
)
from bot.people import Reached
from corpus.book_file import read_book
from corpus.books import Requirement, Unit
from corpus.library import SHIPPED
from tests.fakes.scheduled import a_book, a_schedule


def test_a_schedule_shows_every_section_with_date_range_and_ceiling() -> None:
    assert preview(a_schedule("Fridays at 8pm, 9 chapters a week")) == (
        "Smiley's People, times of Europe/Berlin",
        "1. chapters 1–9 · Friday 8 January 2027, 20:00 · up to chapter 9",
        "2. chapters 10–18 · Friday 15 January 2027, 20:00 · up to chapter 18",
        "3. chapters 19–27 · Friday 22 January 2027, 20:00 · up to the end",
    )


def test_doubtful_times_and_states_are_shown_too() -> None:
    schedule = a_schedule("Sundays at 2:30am, 9 chapters a week, from 24 October")
    assert preview(schedule)[-1] == "On 31 October the clocks in Europe/Berlin show 02:30 twice: the first counts."
    assert preview(replace(schedule, state=ScheduleState.PAUSED))[0].endswith(", paused")
    skipped = replace(schedule.sections[0], state=SectionState.SKIPPED)
    assert section_line(schedule, skipped).endswith("· skipped")
    cancelled = schedule.with_section(replace(schedule.sections[2], state=SectionState.CANCELLED))
    assert len(cancelled.live) == 2
    assert not any("19–27" in line for line in preview(cancelled))


@pytest.mark.parametrize(
    ("unit", "marks", "first", "last", "name"),
    [
        (Unit.CHAPTER, 27, 1, 5, "chapters 1–5"),
        (Unit.CHAPTER, 27, 6, 6, "chapter 6"),
        (Unit.PAGE, 300, 1, 100, "pages 1–100"),
        (Unit.PART, 3, 2, 2, "part 2"),
        (Unit.PERCENT, 100, 1, 20, "0–20%"),
        (Unit.PERCENT, 100, 21, 40, "20–40%"),
        (Unit.PERCENT, 20, 1, 4, "0–20%"),
    ],
)
def test_ranges_have_the_names_that_people_use(unit: Unit, marks: int, first: int, last: int, name: str) -> None:
    schedule = a_schedule("Fridays 8pm, 1 section", book=a_book(marks, unit))
    assert range_name(schedule, first, last) == name


def test_percent_has_ceilings_in_percent() -> None:
    schedule = a_schedule("Fridays 8pm, 2 sections", book=a_book(100, Unit.PERCENT))
    assert [line.rpartition(" · ")[2] for line in preview(schedule)[1:]] == ["up to 50%", "up to the end"]


@given(st.text(min_size=1, max_size=200))
def test_titles_of_threads_fit_into_discord_and_keep_their_range(title: str) -> None:
    schedule = a_schedule("Fridays 8pm, 2 sections", book=a_book(title=title))
    for section in schedule.sections:
        assert len(thread_title(schedule, section)) <= MAX_TITLE
        assert thread_title(schedule, section).endswith(range_name(schedule, section.first, section.last))


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


def test_books_that_ask_for_each_other_end_the_list_all_the_same() -> None:
    one = a_book(slug="one", requires=(Requirement("two", "first", ""),))
    two = a_book(slug="two", requires=(Requirement("one", "first", ""),))
    assert perhaps_free(one, {"one": one, "two": two}) == (two,)


def test_a_shipped_book_is_planned_as_it_is() -> None:
    book = read_book(SHIPPED / "smileys-people", [])
    assert [s.last for s in a_schedule(book=book).sections] == [5, 10, 15, 20, 25, 27]
