"""Answers, hints and recaps made of quotes, with their sources."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.reply import LONGEST_SENTENCE, RECAP_LIMIT, Quoted, Reply, hints, quoted, recap, with_sources
from corpus.books import Book, Reveals, Unit
from corpus.passages import Passage
from retrieval.gate import Audience
from retrieval.retriever import RankedSentence, Search
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


def body(answer: Quoted) -> str:
    """Return what stands before the sources."""
    return answer.text.partition("\n— ")[0]


def sources(answer: Quoted) -> str:
    return answer.text.partition("\n— ")[2]


STORM = passage(1, 5)
ENDING = passage(2, 10)


def test_one_sentence_stands_in_quotation_marks_with_its_source() -> None:
    answer = quoted(said("Silas rows out alone.", of=STORM, start=0), BOOKS)
    assert answer.text == "“Silas rows out alone.”\n— summary, chapter 5"
    assert [(q.text, q.source) for q in answer.quotes] == [("Silas rows out alone.", "summary, chapter 5")]


def test_sentences_that_follow_one_another_are_one_quote() -> None:
    answer = quoted(said("A storm comes.", "Silas rows out.", of=STORM, start=3), BOOKS)
    assert answer.text == "“A storm comes. Silas rows out.”\n— summary, chapter 5"
    assert len(answer.quotes) == 1


def test_sentences_apart_in_one_text_are_quotes_of_their_own() -> None:
    told = said(
        "A storm comes.", "The wind howls.", "Silas rows into the storm.", of=STORM, start=0, scores=(0.5, 1e-9, 0.4)
    )
    assert quoted(told, BOOKS).text == "“A storm comes.” “Silas rows into the storm.”\n— summary, chapter 5"


def test_a_source_that_comes_twice_is_named_once() -> None:
    told = [
        *said("A storm comes.", of=STORM, start=0), *said("She leaves by storm.", of=ENDING, start=1),
        *said("The storm breaks walls.", of=passage(3, 5), start=2),
    ]  # fmt: skip
    answer = quoted(told, BOOKS)
    assert body(answer) == "“A storm comes.” [1] “She leaves by storm.” [2] “The storm breaks walls.” [1]"
    assert sources(answer) == "[1] summary, chapter 5 · [2] summary, chapter 10"


def test_what_is_told_of_the_book_gives_way_to_what_its_story_tells() -> None:
    about = said("Its author died in 1920.", of=passage(3, 0, "background"), start=0, scores=(0.3,))
    story = said("Silas drowned.", of=STORM, start=1, scores=(0.2,))
    assert body(quoted([*about, *story], BOOKS, most=1)) == "“Silas drowned.”"
    likelier = [replace(one, score=0.9) for one in about]
    unlikely = [replace(one, score=0.01) for one in story]
    assert body(quoted([*likelier, *unlikely], BOOKS, most=1)) == "“Its author died in 1920.”"


def test_the_sentence_that_answers_comes_first_wherever_it_stands() -> None:
    told = [
        *said("Silas wakes.", of=STORM, start=0, scores=(0.1,)),
        *said("Silas dies.", of=ENDING, start=9, scores=(0.9,)),
    ]
    assert body(quoted(told, BOOKS)) == "“Silas dies.” [1] “Silas wakes.” [2]"


def test_the_reason_in_the_next_sentence_comes_before_a_likelier_one_elsewhere() -> None:
    told = [
        *said("Ada leaves home.", "The wall broke.", of=STORM, start=0, scores=(0.5, 0.25)),
        *said("Ada is sad.", of=ENDING, start=9, scores=(0.3,)),
    ]
    assert body(quoted(told, BOOKS)) == "“Ada leaves home. The wall broke.” [1] “Ada is sad.” [2]"


def test_what_is_far_less_likely_is_left_out_though_there_is_room() -> None:
    told = said("Silas rows out.", "It is cold.", of=STORM, start=0, scores=(0.9, 1e-6))
    assert body(quoted(told, BOOKS)) == "“Silas rows out.”"


def test_what_shares_no_word_with_the_answer_is_left_out() -> None:
    told = [
        *said("Silas hides on the moor.", of=STORM, start=0, scores=(0.9,)),
        *said("Ada travels south.", "The moor is dark.", of=ENDING, start=9, scores=(0.8, 0.7)),
    ]
    assert body(quoted(told, BOOKS)) == "“Silas hides on the moor.” [1] “The moor is dark.” [2]"


def test_what_says_the_same_again_is_left_out() -> None:
    told = [
        *said("Silas rows out into the storm.", of=STORM, start=0, scores=(0.9,)),
        *said("In the storm, Silas rows out alone.", of=ENDING, start=9, scores=(0.8,)),
    ]
    assert body(quoted(told, BOOKS)) == "“Silas rows out into the storm.”"


def test_what_does_not_fit_gives_way_to_a_shorter_sentence() -> None:
    told = said("Silas rows.", "rain " * 50 + "falls.", "Silas is cold.", of=STORM, start=0, scores=(0.5, 0.4, 0.3))
    assert body(quoted(told, BOOKS, words=20)) == "“Silas rows.” “Silas is cold.”"


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
    answer = quoted(said(long, of=STORM, start=0), BOOKS)
    assert len(body(answer)) <= LONGEST_SENTENCE + 2
    assert body(answer).endswith(ends)
    assert long.startswith(body(answer)[1:].removesuffix(" …”"))


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
    answer = quoted(told, BOOKS, limit, most)
    numbers = [int(n) for n in re.findall(r"S(\d+)e", body(answer))]
    assert 1 <= len(numbers) == len(set(numbers)) <= most
    assert told[numbers[0]].score == max(one.score for one in told)
    assert all(told[n].text in body(answer) for n in numbers)
    assert sum(len(told[n].text.split()) for n in numbers[1:]) <= limit
    for quote in answer.quotes:
        assert quote.text in body(answer)
        assert quote.source in sources(answer)


# Hints

ANSWER = Reply("hint", LANTERN, "Two fishermen.", True)
VISIBLE = Passage("id", LANTERN, "summary", "summary.md", ("It rains.",), Reveals.of({LANTERN: 2}), False, 0, 0)
SEARCH = Search(LANTERN, sentences=(RankedSentence("It rains.", VISIBLE, 0, 0.9),))


def levels(
    at: int, mark: int | None, *, search: Search = SEARCH, answer: Reply = ANSWER, unit: Unit = Unit.CHAPTER
) -> list[str]:
    books = {LANTERN: Book(LANTERN, "The Lantern", "Anonymous", unit, 10)}
    return hints(search, answer, books, Audience({LANTERN: at}), mark)


def test_a_reader_who_is_there_gets_a_quote_then_the_place_then_the_answer() -> None:
    first, second, third = levels(5, 5)
    assert first == "From what you’ve read so far:\n“It rains.”\n— summary, chapter 2"
    assert second == "You’ve already read about this in chapter 5."
    assert third == "Two fishermen."


def test_a_reader_who_is_not_there_yet_gets_the_place_and_nothing_of_the_answer() -> None:
    first, second, third = levels(4, 5)
    assert "“It rains.”" in first
    assert second == "You’ll get to this in chapter 5."
    assert third == "That’s a spoiler until you’ve read chapter 5."


# Recaps

NOVEL = Book(LANTERN, "The Lantern", "Anonymous", Unit.CHAPTER, 40)


def told(mark: int, *sentences: str, order: int | None = None) -> Passage:
    place = mark if order is None else order
    reveals = Reveals.of({LANTERN: mark})
    return Passage(f"{LANTERN}/{place}", LANTERN, "summary", "summary.md", sentences, reveals, False, place, place)


def test_a_recap_has_a_paragraph_for_each_chapter() -> None:
    found = recap([told(1, "She comes.", "It rains."), told(2, "He waits.")], NOVEL)
    assert found.text == "Chapter 1: She comes. It rains.\nChapter 2: He waits."
    assert [(q.text, q.source) for q in found.quotes] == [
        ("She comes. It rains.", "summary, chapter 1"), ("He waits.", "summary, chapter 2"),
    ]  # fmt: skip


def test_it_follows_the_story_in_whatever_order_the_documents_tell_it() -> None:
    in_two_documents = [told(1, "A.", order=0), told(5, "E.", order=1), told(2, "B.", order=2), told(5, "F.", order=3)]
    assert recap(in_two_documents, NOVEL).text == "Chapter 1: A.\nChapter 2: B.\nChapter 5: E. F."
    assert recap(in_two_documents[::-1], NOVEL) == recap(in_two_documents, NOVEL)


def test_a_long_story_is_told_from_its_beginning_to_where_the_reader_is() -> None:
    rain = [f"It rained once more, and that for the {n}th time." for n in range(9)]
    found = recap([told(mark, *rain) for mark in range(1, 39)], NOVEL)
    marks = [int(mark) for mark in re.findall(r"^Chapter (\d+): ", found.text, re.MULTILINE)]
    assert marks == sorted(set(marks))
    assert (marks[0], marks[-1]) == (1, 38)
    assert max(later - earlier for earlier, later in pairwise(marks)) <= 5
    paragraphs = found.text.split("\n")
    assert len(paragraphs[-1]) == max(map(len, paragraphs))  # a reader comes back to what was read last


sentences = st.lists(st.integers(1, 60).map(lambda count: "It " + "rained " * count + "on."), min_size=1, max_size=6)


@given(st.lists(st.tuples(st.integers(0, 40), sentences), max_size=60), st.sampled_from([RECAP_LIMIT, 600]))
def test_any_recap_is_in_order_and_fits_into_a_message(drawn: list[tuple[int, list[str]]], limit: int) -> None:
    passages = [told(mark, *texts, order=n) for n, (mark, texts) in enumerate(drawn)]
    found = recap(passages, NOVEL, limit)
    assert len(found.text) <= limit
    assert bool(found.text) == any(mark for mark, _ in drawn)
    marks = [40 if mark is None else int(mark) for mark in map(_mark, found.text.split("\n"))] if found.text else []
    assert marks == sorted(set(marks))
    assert set(marks) <= {mark for mark, _ in drawn}
    known = {text for _, texts in drawn for text in texts}
    for quote in found.quotes:
        assert set(re.findall(r"It .*?on\.", quote.text)) <= known  # whole sentences
        assert quote.text in found.text


def _mark(paragraph: str) -> str | None:
    found = re.match(r"Chapter (\d+): ", paragraph)
    assert found or paragraph.startswith("The end: ")
    return found[1] if found else None


@pytest.mark.parametrize(
    ("body", "sources", "answer"),
    [
        ("Silas rows out.", (), "Silas rows out."),
        ("“Silas rows out.”", ("summary, chapter 5",), "“Silas rows out.”\n— summary, chapter 5"),
        (
            "“A storm.” [1] “A wreck.” [2]",
            ("[1] summary, chapter 5", "[2] a reader, ★★★★☆"),
            "“A storm.” [1] “A wreck.” [2]\n— [1] summary, chapter 5 · [2] a reader, ★★★★☆",
        ),
        ("", (), ""),
    ],
)
def test_the_sources_stand_on_a_line_below_the_answer(body: str, sources: tuple[str, ...], answer: str) -> None:
    assert Reply("ask", body=body, sources=sources).answer == with_sources(body, sources) == answer
