"""A schedule, its calendar file, and its cards: as people read them, within the limits of Discord."""

import datetime as dt
from functools import partial

from icalendar import Calendar, Event

from bot.discord.cards import Card, CardView, paged_card
from bot.features.schedules.changes import cancelled, paused, planned_anew
from bot.features.schedules.posts import (
    exported,
    left_to_read,
    opening_card,
    remind_button,
    reminder_card,
    schedule_card,
    shown_lines,
)
from bot.features.schedules.rules import Schedule, SectionState, StepKind, perhaps_free, preview, thread_title
from bot.features.schedules.views import shown_page_button
from bot.features.schedules.words import read_wish
from bot.people import Reached
from corpus.book_file import read_book
from corpus.books import Requirement
from corpus.library import SHIPPED
from tests.fakes.club import texts
from tests.fakes.scheduled import NOW, a_book, a_schedule


def test_a_schedule_shows_every_section_with_date_range_and_ceiling() -> None:
    assert preview(a_schedule("Fridays at 8pm, 9 chapters a week")) == [
        "Smiley's People, in Berlin time",
        "1. chapters 1–9 · Friday 8 January 2027, 20:00 · up to chapter 9",
        "2. chapters 10–18 · Friday 15 January 2027, 20:00 · up to chapter 18",
        "3. chapters 19–27 · Friday 22 January 2027, 20:00 · up to the end",
    ]


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
    book = a_book(slug="this", series="S", requires=(Requirement("needed", "first", ""),))
    others = (a_book(slug="unrelated", year=1900), a_book(slug="later", year=1990, series="S"),
              a_book(slug="earlier", year=1950, series="S"), a_book(slug="needed", year=1960))  # fmt: skip
    found = perhaps_free(book, {other.slug: other for other in (*others, book)})
    assert [other.slug for other in found] == ["needed", "earlier", "later", "unrelated"]


def read(schedule: Schedule) -> list[Event]:
    calendar = Calendar.from_ical(exported(schedule, NOW))
    assert isinstance(calendar, Calendar)
    return list(calendar.events)


def start(event: Event) -> dt.datetime:
    assert isinstance(event.start, dt.datetime)
    return event.start


def test_every_meeting_comes_back_as_it_was() -> None:
    schedule = a_schedule("Fridays at 8pm, one chapter each")
    events = read(schedule)
    assert [start(event) for event in events] == [s.meets for s in schedule.sections]
    assert {event.duration for event in events} == {dt.timedelta(hours=1)}
    assert [event.uid for event in events] == [f"s12-{n}@dogear" for n in range(1, 28)]
    assert str(events[0]["SUMMARY"]) == "Smiley's People, chapter 1"
    assert {str(event["STATUS"]) for event in events} == {"CONFIRMED"}


def test_what_was_cancelled_or_paused_is_said_so_with_a_higher_sequence() -> None:
    schedule = a_schedule()
    now = schedule.sections[0].meets
    opened = schedule.with_section(1, state=SectionState.OPENED)
    assert [(str(e["STATUS"]), e.sequence) for e in read(cancelled(opened, now).after)] == [
        ("CONFIRMED", 0), *[("CANCELLED", 1)] * 5
    ]  # fmt: skip
    assert [(str(e["STATUS"]), e.sequence) for e in read(paused(opened, now).after)] == [
        ("CONFIRMED", 0), *[("TENTATIVE", 1)] * 5
    ]  # fmt: skip
    skipped = schedule.with_section(1, state=SectionState.SKIPPED)
    assert str(read(skipped)[0]["STATUS"]) == "CANCELLED"
    fewer = planned_anew(schedule, read_wish("Fridays, 14 chapters each", NOW), a_book(), NOW).after
    assert [str(e["STATUS"]) for e in read(fewer)] == ["CONFIRMED"] * 2 + ["CANCELLED"] * 4


EMMA = a_book(55, title="*Emma*", slug="emma")
LONG = a_book(52, title="@everyone " + "A *very* long title " * 20)


def seen(card: Card) -> str:
    return "\n".join(texts(CardView(card).to_components()))  # type: ignore[no-untyped-call]


def test_a_long_schedule_has_pages_that_hold_every_section_once() -> None:
    lines = shown_lines(a_schedule("Fridays at 8pm, 1 chapter a week", book=LONG))
    pages = [seen(paged_card("Title", lines, page, partial(shown_page_button, 1), between="\n")) for page in (1, 2)]
    assert sum(page.count(":F>") for page in pages) == 52
    assert "Page 1 of" in pages[0]
    assert seen(paged_card("Title", lines, 99, partial(shown_page_button, 1), between="\n")) == pages[-1]


def test_an_opening_says_how_far_it_goes_what_is_free_and_what_comes_next() -> None:
    schedule = a_schedule(also={"emma": EMMA})
    books = {"emma": EMMA}
    first, last = schedule.sections[0], schedule.sections[-1]
    told = seen(opening_card(schedule, first, books, late="This comes 3 hours late: I was offline."))
    assert "This thread goes up to chapter 5, and no further." in told
    assert "talk freely about \\*Emma\\*." in told
    assert "Next: chapters 6–10, <t:" in told
    assert "3 hours late" in told
    assert "goes up to the end." in seen(opening_card(schedule, last, books))
    assert "Next" not in seen(opening_card(schedule, last, {}))


def test_an_opening_calls_everybody_who_asked_for_it_and_names_some_of_those_who_come() -> None:
    schedule, people = a_schedule(), range(100_000_000_000_000_000, 100_000_000_000_000_030)
    called = seen(opening_card(schedule, schedule.sections[0], {}, pinged=people))
    assert called.count("<@") == 30
    coming = seen(opening_card(schedule, schedule.sections[0], {}, coming=people))
    assert (coming.count("<@"), "and 18 more" in coming) == (12, True)


def test_a_reminder_names_nobody_but_those_who_read_it_together() -> None:
    schedule = a_schedule()
    section = schedule.sections[0]
    button = remind_button(12, 1, "d0b0")
    day, people = StepKind.DAY_BEFORE, range(100_000_000_000_000_000, 100_000_000_000_000_050)
    assert "<@" not in seen(reminder_card(schedule, section, day, "", button))
    told = seen(reminder_card(schedule, section, day, "", button, people))
    assert told.count("<@") == 50
    assert f"<t:{int(section.meets.timestamp())}:F>" in told


def test_the_card_of_a_long_schedule_shows_what_is_near_and_fits() -> None:
    schedule = a_schedule("Fridays at 8pm, 1 chapter a week", book=LONG)
    for number in range(1, 31):
        schedule = schedule.with_section(number, state=SectionState.OPENED, thread=10**18 + number)
    told = seen(schedule_card(schedule, {31: [1, 2]}))
    assert [f"<#{10**18 + number}>" in told for number in (27, 28, 30)] == [False, True, True]
    assert told.count(":F>") == 14
    assert "2 coming" in told
    assert "… and 38 more: press Schedule on /help" in told


def test_how_much_is_left_is_said_for_one_reader_or_for_nobody_in_particular() -> None:
    schedule = a_schedule()
    second = schedule.sections[1]
    assert left_to_read(schedule, second, 540, None) == "To read: 5 chapters, about 100 pages."
    assert left_to_read(schedule, second, None, 3) == "You have 7 chapters left to read."
    assert left_to_read(schedule, second, None, 9) == "You have 1 chapter left to read."
    assert left_to_read(schedule, second, None, 10) == "You have read all of it."
