"""Plain words for a schedule, as organisers write them, and what is shown back of them."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.schedules.words import MAX_LENGTH, Every, Own, Pace, Rhythm, Span, Wish, read_wish
from bot.times import NotUnderstood, UnknownZone
from corpus.books import Unit

WEDNESDAY = dt.datetime(2026, 3, 11, 15, 0)  # noqa: DTZ001 (by the clocks of the club)
UNDERSTOOD = """
Fridays at 8pm, 5 chapters a week, from next week
    every Friday; at 20:00; 5 chapters a week; from Monday 16 March 2026
Let’s read 5 chapters every week and meet on Fridays at 8pm, please
    every Friday; at 20:00; 5 chapters a week
Friday evenings at 8pm, a chapter a day
    every Friday; at 20:00; 1 chapter a day
Tuesdays and Fridays at 20h, 6 chapters a week
    every Tuesday and Friday; at 20:00; 6 chapters a week
weekdays at 12:30, 1 chapter each
    every Monday, Tuesday, Wednesday, Thursday and Friday; at 12:30; 1 chapter a meeting
every two weeks on Sunday at 18:00, in 6 sections
    every 2 weeks on Sunday; at 18:00; 6 sections
fortnightly from tomorrow, 8pm, 3 chapters at a time
    every 2 weeks; at 20:00; 3 chapters a meeting; from Thursday 12 March 2026
first Friday of the month at 7pm, 9 chapters a month
    the first Friday of every month; at 19:00; 9 chapters a month
monthly, on the third Monday, 18:30
    the third Monday of every month; at 18:30
one part a meeting, Wednesdays from 8pm
    every Wednesday; at 20:00; 1 part a meeting
Fridays 8pm Berlin time, 4 chapters a week, until 30 June
    every Friday; at 20:00; Europe/Berlin; 4 chapters a week; until Tuesday 30 June 2026
from 1 April to 30 June, Thursdays at 8pm
    every Thursday; at 20:00; from Wednesday 1 April 2026; until Tuesday 30 June 2026
5 chapters weekly on Fridays at 8pm starting in two weeks
    every Friday; at 20:00; 5 chapters a week; from Wednesday 25 March 2026
5, 12 and 19 January at 20:00
    at 20:00; on Tuesday 5 January 2027, Tuesday 12 January 2027, Tuesday 19 January 2027
5/1, 12.1.2027 and 19/1 at 8pm
    at 20:00; on Tuesday 5 January 2027, Tuesday 12 January 2027, Tuesday 19 January 2027
1-5 on 5 January, 6–12 on 12 January, 13-27 on 19 January, 8pm
    at 20:00; sections 1–5 on Tuesday 5 January 2027, 6–12 on Tuesday 12 January 2027, 13–27 on Tuesday 19 January 2027
5 Jan: ch. 1-5 / 12 Jan: ch. 6-27 / 20:00
    at 20:00; sections chapter 1–5 on Tuesday 5 January 2027, chapter 6–27 on Tuesday 12 January 2027
chapters 1-5, 6-12 and 13-end, Fridays at 8pm
    every Friday; at 20:00; sections chapter 1–5, chapter 6–12, chapter 13–the end
0-20%, 20-60%, 60-100%, Fridays 8pm
    every Friday; at 20:00; sections 0–20%, 20–60%, 60–100%
finish it in 4 weeks, Fridays at 8pm
    every Friday; at 20:00; over 4 weeks
Fridays at 8pm, 5 chapters, skip Christmas and 2 January
    every Friday; at 20:00; 5 chapters a meeting; not on 2 January, 24, 25, 26 December 2026, 24, 25, 26 December 2027
Fridays at 8pm, 6 meetings, no meeting over Easter
    every Friday; at 20:00; 6 sections; not on 3, 4, 5, 6 April 2026, 26, 27, 28, 29 March 2027
Thursdays 8pm ET, 5 chapters a week, except Thanksgiving
    every Thursday; 20:00; America/New_York; 5 chapters a week; not on 26, 27 November 2026, 25, 26 November 2027
first Tuesday at 7pm, 5 chapters
    the first Tuesday of every month; at 19:00; 5 chapters a meeting
whole book, 12 January at 8pm
    on Tuesday 12 January 2027; at 20:00; 1 section
biweekly on Thursdays at 8pm
    every 2 weeks on Thursday; at 20:00
chapters 1 and 2 on 5 January, 3 & 4 on 12 January, 5-end on 19 January, 8pm
    20:00; chapters 1-2 on 5 January 2027, chapters 3-4 on 12 January 2027, chapters 5-end on 19 January 2027
at 20
    at 20:00
"""
"""Words, “/” between their lines, and below them the same in plainer ones."""


LINES = UNDERSTOOD.strip().splitlines()


@pytest.mark.parametrize(("words", "same"), list(zip(LINES[::2], LINES[1::2], strict=True)))
def test_people_say_the_same_in_many_ways(words: str, same: str) -> None:
    assert read_wish(words.replace(" / ", "\n"), WEDNESDAY) == read_wish(same, WEDNESDAY)


def test_every_part_of_a_wish_has_its_place() -> None:
    wish = read_wish("every 2 weeks on Friday; at 20:00; Australia/Sydney; 30 pages a week; over 4 months", WEDNESDAY)
    assert wish == Wish(
        rhythm=Rhythm(Every.WEEK, 2, (4,)),
        at=dt.time(20),
        zone="Australia/Sydney",
        pace=Pace(30, Unit.PAGE, Every.WEEK),
        span=Span(4, Every.MONTH),
    )
    wish = read_wish(
        "the last Friday of every month; not on 25 December; from 1 May; until 1 June; 6 sections", WEDNESDAY
    )
    assert wish == Wish(
        rhythm=Rhythm(Every.MONTH, 1, (4,), -1),
        count=6,
        first=dt.date(2026, 5, 1),
        until=dt.date(2026, 6, 1),
        skipped=(dt.date(2026, 12, 25),),
    )


@pytest.mark.parametrize(
    ("words", "part", "cure"),
    [
        ("", "", "Write for example"),
        ("whenever we like", "whenever we like", "Write for example"),
        ("Freitags um 20 Uhr", "freitags um 20 uhr", "Write for example"),
        ("Fridays at 8pm, 5 chapters a week, with cake", "cake", "Write for example"),
        ("Fridays at 8", "8", "in the morning or in the evening"),
        ("Fridays at midnight", "midnight", "0:00 or 23:59"),
        ("Fridays at 13pm", "13pm", "no such time"),
        ("Fridays at 8pm and 9pm", "9pm", "one of the two"),
        ("5 chapters a week, 6 chapters a week", "6 chapters a week", "one of the two"),
        ("daily and on Fridays", "on fridays", "one of the two"),
        ("30 February, 8pm", "30 february", "no such date"),
        ("12/25 at 8pm", "12/25", "There is no such date"),
        ("twice a week at 8pm", "twice a week", "the days"),
        ("chapters 1 and 5 on 20 March", "chapters 1 and 5 on 20 march", "1-5"),
        ("5-6 chapters a week, Fridays", "5-6 chapters a week", "one number"),
        ("0 chapters a week", "0", "how much"),
        ("1-5 on 5 Jan, 6-27, 8pm", "1-5, 6-27", "2 sections and 1 date"),
        ("x" * (MAX_LENGTH + 1), "x" * (MAX_LENGTH + 1), f"{MAX_LENGTH} characters"),
    ],
)
def test_what_is_not_understood_is_named_with_what_to_write(words: str, part: str, cure: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_wish(words, WEDNESDAY)
    assert refused.value.part == part
    assert cure in str(refused.value)


def test_an_abbreviation_that_means_several_zones_is_refused() -> None:
    with pytest.raises(UnknownZone):
        read_wish("Fridays 8pm IST", WEDNESDAY)


def test_the_same_words_said_twice_are_no_contradiction() -> None:
    assert read_wish("Fridays at 8pm, at 20:00 on Fridays", WEDNESDAY) == read_wish("Fridays 20:00", WEDNESDAY)


def test_sections_of_ones_own_count_what_the_one_before_counts() -> None:
    wish = read_wish("pages 1-90, 91-200, chapter 12, 13-end", WEDNESDAY)
    assert wish.own == (
        Own(1, 90, Unit.PAGE),
        Own(91, 200, Unit.PAGE),
        Own(12, 12, Unit.CHAPTER),
        Own(13, None, Unit.CHAPTER),
    )


@given(
    st.text(alphabet=st.sampled_from("fridays at 8pm,5 chapters-week12/.: %jn\n"), max_size=60) | st.text(max_size=60)
)
def test_no_words_at_all_break_the_reading(words: str) -> None:
    with suppress(NotUnderstood, UnknownZone):
        assert read_wish(words, WEDNESDAY) != Wish()
