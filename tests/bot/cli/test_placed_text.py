"""What an organiser reads of where text was placed: how much, where, how sure, and what to write instead."""

from dataclasses import replace

from bot.cli.library import FIRST_LETTERS, LEAST_CERTAIN, placed_lines
from corpus.books import Book, Reveals, Unit
from corpus.passages import Passage

LANTERN, KITE = "the-lantern", "the-kite"
BOOK = Book(LANTERN, "The Lantern", "Anonymous", Unit.CHAPTER, 10)


def passage(number: int, mark: int, certainty: float, document: str = "reviews.md", kite: int = 0) -> Passage:
    """Return a passage whose place was inferred, for The Lantern and maybe for The Kite."""
    marks = {LANTERN: mark} | ({KITE: kite} if kite else {})
    return Passage(
        id=f"{LANTERN}/{number}", book=LANTERN, kind="review", document=document,
        sentences=(f"Sentence {number} of it.",), reveals=Reveals.of(marks), inferred=True, order=number, group=number,
        certainty=certainty,
    )  # fmt: skip


def labelled(number: int, mark: int) -> Passage:
    return replace(passage(number, mark, 1.0), inferred=False)


GUESSED = [passage(n, n, n / 10) for n in range(1, 8)]


def test_each_document_says_how_much_is_labelled_where_the_rest_landed_and_how_sure_it_is() -> None:
    told = [labelled(0, 2), *GUESSED[2:5], passage(9, 10, 0.0), passage(10, 4, 0.0, "summary.md")]
    heading, reviews, summary, *_ = placed_lines(BOOK, told)
    assert heading == "The Lantern: where the text without labels was placed"
    assert reviews.startswith("  reviews.md: 5 passages; 1 labelled; 3 placed at chapter 3 to chapter 5, 40% sure; 1 ")
    assert "1 placed at chapter 4, by its share of the text alone" in summary


def test_the_least_certain_passages_come_first_and_no_more_than_five() -> None:
    lines = placed_lines(BOOK, reversed(GUESSED))
    shown = [line for line in lines if "Sentence" in line]
    assert len(shown) == LEAST_CERTAIN
    assert [line.split("Sentence ")[1][0] for line in shown] == ["1", "2", "3", "4", "5"]
    assert shown[0] == "  reviews.md, chapter 1, 10% sure: “Sentence 1 of it.”"


def test_what_is_shown_before_the_end_is_looked_at_before_what_waits_for_it() -> None:
    lines = placed_lines(BOOK, [passage(1, 10, 0.0), passage(2, 6, 0.9)])
    first, second = (line for line in lines if "Sentence" in line)
    assert "chapter 6, 90% sure" in first
    assert "the end: “Sentence 1" in second


def test_each_comes_with_the_label_that_corrects_it() -> None:
    lines = placed_lines(BOOK, [passage(1, 7, 0.5), passage(2, 3, 0.6, kite=4)])
    assert "      <!-- reveals: 7 -->" in lines
    assert "      <!-- reveals: the-lantern=3, the-kite=4 -->" in lines
    assert lines[-1].endswith("0 gives nothing away, 10 is the end.")


def test_a_long_passage_is_told_by_its_first_words() -> None:
    long = replace(passage(1, 7, 0.5), sentences=(" ".join(map(str, range(40))),))
    (line,) = (line for line in placed_lines(BOOK, [long]) if "50% sure: “" in line)
    assert len(line.partition("“")[2]) <= FIRST_LETTERS + 1
    assert line.endswith("…”")


def test_only_the_documents_that_are_named_are_told_of() -> None:
    told = [*GUESSED[:2], passage(9, 5, 0.1, "older.md")]
    assert not any("older.md" in line for line in placed_lines(BOOK, told, {"reviews.md"}))
    assert any("older.md" in line for line in placed_lines(BOOK, told))


def test_a_book_without_guesses_needs_no_look() -> None:
    assert placed_lines(BOOK, [labelled(1, 3)]) == ["The Lantern: all of it is labelled."]
    assert placed_lines(BOOK, []) == []


def test_percents_are_told_as_percents() -> None:
    whole = replace(BOOK, unit=Unit.PERCENT, marks=100)
    assert any("placed at 1% to 7%, 40% sure" in line for line in placed_lines(whole, GUESSED))
