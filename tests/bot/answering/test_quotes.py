"""Answers, hints and recaps made of quotes, with their sources."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.reply import LONGEST_SENTENCE, Reply, chosen, hints, length_asked, quoted, recap, spans_told
from corpus.books import Book, Reveals, Unit
from corpus.passages import Passage
from retrieval.gate import Audience
from retrieval.retriever import RankedSentence
from tests.fakes.bookshelf import LANTERN

BOOKS = {LANTERN: Book(LANTERN, "The Lantern", "Anonymous", Unit.CHAPTER, 40)}


def passage(group: int, mark: int, kind: str = "summary", rating: int | None = None) -> Passage:
    return Passage(
        f"{LANTERN}/{group}", LANTERN, kind, f"{kind}.md", ("…",), Reveals.of({LANTERN: mark}), False, group, group,
        rating=rating,
    )  # fmt: skip


def said(*texts: str, of: Passage, start: int, scores: tuple[float, ...] = ()) -> list[RankedSentence]:
    """Return sentences that follow one another in one passage."""
    return [
        RankedSentence(text, of, start + n, scores[n] if scores else 0.1) for n, text in enumerate(texts)
    ]  # fmt: skip


def answered(told: list[RankedSentence], most: int = 3, words: int = 60) -> Reply:
    """Return an answer that is made of sentences."""
    return quoted(Reply("ask"), chosen(told, most, words), BOOKS)


def body(told: list[RankedSentence], most: int = 3, words: int = 60) -> str:
    return answered(told, most, words).body


STORM = passage(1, 5)
ENDING = passage(2, 10)


def test_one_sentence_stands_in_quotation_marks_with_its_source() -> None:
    answer = answered(said("Silas rows out alone.", of=STORM, start=0))
    assert answer.answer == "“Silas rows out alone.”\n— summary, chapter 5"
    assert [(q.text, q.source) for q in answer.quotes] == [("Silas rows out alone.", "summary, chapter 5")]


def test_sentences_that_follow_one_another_are_one_quote() -> None:
    answer = answered(said("A storm comes.", "Silas rows out.", of=STORM, start=3))
    assert answer.answer == "“A storm comes. Silas rows out.”\n— summary, chapter 5"
    assert len(answer.quotes) == 1


def test_sentences_apart_in_one_text_are_quotes_of_their_own() -> None:
    told = said(
        "A storm comes.", "The wind howls.", "Silas rows into the storm.", of=STORM, start=0, scores=(0.5, 1e-9, 0.4)
    )
    assert answered(told).answer == "“A storm comes.” “Silas rows into the storm.”\n— summary, chapter 5"


def test_a_source_that_comes_twice_is_named_once() -> None:
    told = [
        *said("A storm comes.", of=STORM, start=0), *said("She leaves by storm.", of=ENDING, start=1),
        *said("The storm breaks walls.", of=passage(3, 5), start=2),
    ]  # fmt: skip
    answer = answered(told)
    assert answer.body == "“A storm comes.” [1] “She leaves by storm.” [2] “The storm breaks walls.” [1]"
    assert answer.sources == ("[1] summary, chapter 5", "[2] summary, chapter 10")


def test_what_is_told_of_the_book_gives_way_to_what_its_story_tells() -> None:
    about = said("Its author died in 1920.", of=passage(3, 0, "background"), start=0, scores=(0.3,))
    story = said("Silas drowned.", of=STORM, start=1, scores=(0.2,))
    assert body([*about, *story], most=1) == "“Silas drowned.”"
    likelier = [replace(one, score=0.9) for one in about]
    unlikely = [replace(one, score=0.01) for one in story]
    assert body([*likelier, *unlikely], most=1) == "“Its author died in 1920.”"


def test_the_sentence_that_answers_comes_first_wherever_it_stands() -> None:
    told = [
        *said("Silas wakes.", of=STORM, start=0, scores=(0.1,)),
        *said("Silas dies.", of=ENDING, start=9, scores=(0.9,)),
    ]
    assert body(told) == "“Silas dies.” [1] “Silas wakes.” [2]"


def test_the_reason_in_the_next_sentence_comes_before_a_likelier_one_elsewhere() -> None:
    told = [
        *said("Ada leaves home.", "The wall broke.", of=STORM, start=0, scores=(0.5, 0.25)),
        *said("Ada is sad.", of=ENDING, start=9, scores=(0.3,)),
    ]
    assert body(told) == "“Ada leaves home. The wall broke.” [1] “Ada is sad.” [2]"


def test_what_is_far_less_likely_is_left_out_though_there_is_room() -> None:
    told = said("Silas rows out.", "It is cold.", of=STORM, start=0, scores=(0.9, 1e-6))
    assert body(told) == "“Silas rows out.”"


def test_what_shares_no_word_with_the_answer_is_left_out() -> None:
    told = [
        *said("Silas hides on the moor.", of=STORM, start=0, scores=(0.9,)),
        *said("Ada travels south.", "The moor is dark.", of=ENDING, start=9, scores=(0.8, 0.7)),
    ]
    assert body(told) == "“Silas hides on the moor.” [1] “The moor is dark.” [2]"


def test_what_says_the_same_again_is_left_out() -> None:
    told = [
        *said("Silas rows out into the storm.", of=STORM, start=0, scores=(0.9,)),
        *said("In the storm, Silas rows out alone.", of=ENDING, start=9, scores=(0.8,)),
    ]
    assert body(told) == "“Silas rows out into the storm.”"


def test_what_does_not_fit_gives_way_to_a_shorter_sentence() -> None:
    told = said("Silas rows.", "rain " * 50 + "falls.", "Silas is cold.", of=STORM, start=0, scores=(0.5, 0.4, 0.3))
    assert body(told, words=20) == "“Silas rows.” “Silas is cold.”"


@pytest.mark.parametrize(
    ("long", "ends"),
    [
        (", ".join(["Silas rows out into the storm"] * 20) + ".", "out into the storm …”"),
        (" ".join(["rowing"] * 100) + ".", "rowing …”"),
        ("x" * 900, "x …”"),
        ("short, " + "y" * 900, "short …”"),
    ],
    ids=["between clauses", "between words", "one word", "before a word"],
)
def test_a_sentence_that_is_too_long_is_clipped(long: str, ends: str) -> None:
    answer = answered(said(long, of=STORM, start=0))
    assert len(answer.body) <= LONGEST_SENTENCE + 2
    assert answer.body.endswith(ends)
    assert long.startswith(answer.body[1:].removesuffix(" …”"))


words = st.integers(1, 30).map(lambda count: " ".join(["rain"] * count) + ".")


@given(
    st.lists(st.tuples(words, st.integers(0, 12), st.floats(0, 1), st.booleans()), min_size=1, max_size=30),
    st.sampled_from([60, 40, 12]),
    st.integers(1, 4),
)
def test_any_answer_is_short_and_whole_and_begins_with_the_best(
    drawn: list[tuple[str, int, float, bool]], limit: int, most: int
) -> None:
    told, group, number = [], 0, 0
    for n, (text, mark, score, skips) in enumerate(drawn):
        group += skips
        number += 1 + skips
        told.append(RankedSentence(f"S{n}e {text}", passage(group, mark), number, score))
    answer = answered(told, most, limit)
    numbers = [int(n) for n in re.findall(r"S(\d+)e", answer.body)]
    assert 1 <= len(numbers) == len(set(numbers)) <= most
    assert told[numbers[0]].score == max(one.score for one in told)
    assert all(told[n].text in answer.body for n in numbers)
    assert sum(len(told[n].text.split()) for n in numbers[1:]) <= limit
    for quote in answer.quotes:
        assert quote.text in answer.body
        assert quote.source in " ".join(answer.sources)


# Hints

ANSWER = Reply("hint", LANTERN, "Two fishermen.", True)
THOUGHT = "Why does Silas go out in the storm?"


def levels(at: int, mark: int | None, asked: str = THOUGHT, people: Sequence[str] = ("Silas",)) -> tuple[str, ...]:
    return hints(asked, people, ANSWER, replace(BOOKS[LANTERN], marks=10), Audience({LANTERN: at}), mark)


def test_a_reader_who_is_there_gets_a_thought_then_the_place_then_the_answer() -> None:
    assert levels(5, 5) == (THOUGHT, "You’ve already read about this in chapter 5.", "Two fishermen.")


def test_a_reader_who_is_not_there_yet_gets_the_place_and_nothing_of_the_answer() -> None:
    assert levels(4, 5)[1:] == ("You’ll get to this in chapter 5.", "That’s a spoiler until you’ve read chapter 5.")


def test_no_place_is_named_that_is_not_sure() -> None:
    assert not re.search(r"\d", " ".join(levels(4, None)))


def test_a_thought_is_the_librarys_or_about_those_who_are_asked_about() -> None:
    assert levels(5, 5, "")[0] == "What have you read so far of Silas?"
    both = levels(5, 5, "", ("Silas", "Dorothea"))[0]
    assert both == "What have you read so far of Silas, of Dorothea, and of both together?"
    assert levels(5, 5, "", ())[0]


# Recaps


def told(mark: int, *sentences: str, number: int = 0, heading: str = "") -> RankedSentence:
    text = " ".join(sentences)
    of = Passage(
        f"{LANTERN}/{mark}", LANTERN, "summary", "summary.md", sentences, Reveals.of({LANTERN: mark}), False, mark,
        mark, heading,
    )  # fmt: skip
    return RankedSentence(text, of, number or 2 * mark, 1.0)


def test_a_recap_says_what_it_covers_and_has_a_line_for_each_section() -> None:
    found = recap([told(1, "She comes."), told(7, "He waits."), told(7, "It rains.", number=20)], SPANS, BOOKS[LANTERN])
    assert found.body == "Chapters 1–9 of 40\nChapter 1: She comes.\nChapters 5–7: He waits. It rains."
    assert [quote.source for quote in found.quotes] == [
        "summary, chapter 1",
        "summary, chapter 7",
        "summary, chapter 7",
    ]
    assert not recap([], SPANS, BOOKS[LANTERN]).answered


SPANS = {1: (1, 1), 7: (5, 7), 9: (8, 9)}


def test_a_recap_of_one_section_or_in_one_sentence_is_one_line() -> None:
    book = BOOKS[LANTERN]
    assert recap([told(7, "He waits.")], {7: (5, 7)}, book).body == "Chapters 5–7: He waits."
    assert recap([told(7, "He waits.")], SPANS, book).body == "Chapters 1–9 of 40: He waits."
    percent = Book(LANTERN, "The Lantern", "Anonymous", Unit.PERCENT, 100)
    assert recap([told(40, "He waits.")], {25: (1, 25), 40: (26, 40)}, percent).body == "0–40%: He waits."


@pytest.mark.parametrize(
    ("headings", "spans"),
    [
        ({1: "Chapter 1", 2: "Chapter 2", 5: "Chapter 5"}, {1: (1, 1), 2: (2, 2), 5: (5, 5)}),
        ({4: "Chapters 1–4", 7: "Chapters 5 to 7"}, {4: (1, 4), 7: (5, 7)}),
        ({2: "", 5: "The storm", 6: "6%"}, {2: (1, 2), 5: (3, 5), 6: (6, 6)}),
    ],
)
def test_a_section_tells_of_the_chapters_of_its_heading_or_of_all_since_the_one_before(
    headings: dict[int, str], spans: dict[int, tuple[int, int]]
) -> None:
    passages = [told(mark, "It rains.", heading=heading).passage for mark, heading in headings.items()]
    assert spans_told([*passages, told(0, "A premise.").passage], BOOKS[LANTERN]) == spans


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("recap in one sentence", (1, "recap")), ("chapter 5 in three sentences", (3, "chapter 5")),
        ("chapters 5-7 in a few words", (3, "chapters 5-7")), ("2 sentences", (2, "")), ("in short", (3, "")),
        ("chapter 5", (None, "chapter 5")), ("since chapter 9", (None, "since chapter 9")),
    ],
)  # fmt: skip
def test_a_length_is_read_from_what_is_asked(said: str, asked: tuple[int | None, str]) -> None:
    assert length_asked(said) == asked
