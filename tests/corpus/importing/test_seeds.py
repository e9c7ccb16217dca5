"""The real pages, where they are there."""

import datetime as dt
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.books import Edition, Ratings, SimilarBook
from corpus.documents import Document
from corpus.importing import Status, import_files
from corpus.library import SHIPPED, Library

Seed = Callable[[str], Path]
LEGACY, PEOPLE, SPY = "a-legacy-of-spies", "smileys-people", "the-spy-who-came-in-from-the-cold"
RATED = re.compile(r"^\w{3} \d\d, \d{4} rated it ")


def documents(library: Path, slug: str) -> dict[str, Document]:
    loaded = Library.load(library)
    assert [problem for problem in loaded.problems if problem.path.parent.name == slug] == []
    return {document.name: document for document in loaded.documents[slug]}


@pytest.fixture
def legacy(seed: Seed, library: Path) -> dict[str, Document]:
    import_files([seed("000_")], LEGACY, library)
    return documents(library, LEGACY)


def test_the_figures_of_the_page_are_kept(legacy: dict[str, Document], library: Path) -> None:
    book = Library.load(library).books[LEGACY]
    assert (book.title, book.author, book.series, book.year) == (
        "A Legacy of Spies", "John le Carré", "George Smiley", 2017,
    )  # fmt: skip
    assert book.ratings is not None
    assert replace(book.ratings, as_of=None) == Ratings(3.90, 14248, 1608, "Goodreads")
    assert book.editions == (Edition("Audio CD", "Penguin Audiobooks", dt.date(2017, 9, 26)),)
    assert book.first_published == dt.date(2017, 9, 5)
    assert len(book.similar) == 12
    assert book.similar[4] == SimilarBook("Game, Set, Match", series="Bernard Samson", series_number="1-3")
    assert book.similar[-1] == SimilarBook("The Whitehall Mandarin", series="Catesby", series_number="4")


def test_all_thirty_reviews_are_told_apart_each_with_its_own_stars(legacy: dict[str, Document]) -> None:
    blocks = legacy["reviews-goodreads.md"].blocks
    headings = list(dict.fromkeys(block.heading for block in blocks))
    assert len(headings) == 30
    by_stars = [sum(heading.startswith("★" * n + "☆" * (5 - n)) for heading in headings) for n in range(1, 6)]
    assert by_stars == [0, 1, 2, 12, 5]
    assert sum(heading.startswith("no stars") for heading in headings) == 10
    assert {block.reveals for block in blocks} == {None}


def test_reviews_end_with_whole_sentences(legacy: dict[str, Document]) -> None:
    blocks = legacy["reviews-goodreads.md"].blocks
    open_ended = [b.text for b in blocks if b.text[-1] not in '.!?”’")' and "3.5 stars" not in b.text]
    assert [text[:12] for text in open_ended] == ["\"We don't pa", "Spies Catchi"]
    assert not any("...more" in b.text or "photo" in b.text or "Gary Oldman is" in b.text for b in blocks)


def test_no_name_of_a_reader_is_kept(seed: Seed, legacy: dict[str, Document], library: Path) -> None:
    lines = seed("000_").read_text(encoding="utf-8").split("\n")
    names = [lines[n - 1] for n in range(1, len(lines)) if RATED.match(lines[n]) and 0 < len(lines[n - 1]) < 40]
    names = [name for name in names if not name.endswith((".", "b", "d")) and len(name.split()) == 2]
    names += [line.split(" I believe")[0] for line in lines if " I believe it would be" in line]
    files = "".join(path.read_text(encoding="utf-8") for path in library.rglob("*.*"))
    assert len(names) > 8
    assert [name for name in names if name in files] == []
    assert legacy["answers-goodreads.md"].blocks[0].text.startswith("I believe it would be very helpful")


def test_the_rest_of_the_page_is_there(legacy: dict[str, Document]) -> None:
    assert [(b.likes, b.explicit) for b in legacy["quotes-goodreads.md"].blocks] == [(3, True), (3, False)]
    assert [b.text for b in legacy["series-goodreads.md"].blocks][:2] == [
        "Call for the Dead (George Smiley, book 1)",
        "A Murder of Quality (George Smiley, book 2)",
    ]
    assert len(legacy["answers-goodreads.md"].blocks) == 2
    assert len(legacy["topics-goodreads.md"].blocks) == 3
    assert legacy["author-goodreads.md"].blocks[0].text.endswith("close to Land's End.")


def test_the_article_gives_the_other_book_away_only_to_who_has_read_it(seed: Seed, tmp_path: Path) -> None:
    library = tmp_path / "books"
    shutil.copytree(SHIPPED, library)
    report = import_files([seed("001_")], LEGACY, library)
    found = documents(library, LEGACY)
    placed = [block for block in found["background-wikipedia.md"].blocks if block.reveals]
    spy = Library.load(library).books[SPY]
    assert [dict(block.reveals.marks) for block in placed if block.reveals] == [{SPY: spy.marks, LEGACY: 0}]
    assert "shot to death" in placed[0].text
    hidden = "\n".join(b.text for d in found.values() for b in d.blocks if b.reveals and not b.reveals.marks.get(SPY))
    assert "double agent" not in hidden
    assert any(SPY in entry.why for entry in report.of(Status.PLACED))
    kinds = {document.kind for name, document in found.items() if name.endswith("-wikipedia.md")}
    assert kinds == {"premise", "background", "summary", "themes", "reception"}


def test_the_study_page_tells_the_story_in_order(seed: Seed, library: Path) -> None:
    import_files([seed("002_")], PEOPLE, library)
    found = documents(library, PEOPLE)
    assert [block.heading for block in found["summary-study.md"].blocks] == [
        "Inciting Crime", "Smiley’s People", "The Trail Across Europe", "The Trap", "Resolution and Aftermath",
    ]  # fmt: skip
    assert [b.text for b in found["premise-study.md"].blocks] == [
        "George Smiley is called out of retirement to unravel a mysterious death linked to his Soviet nemesis."
    ]
    assert found["author-study.md"].blocks[0].text.startswith("John Le Carre, acclaimed")
    assert found["themes-study.md"].blocks[0].heading == "Overview"


@pytest.mark.parametrize(("part", "slug"), [("000_", LEGACY), ("001_", LEGACY), ("002_", PEOPLE)])
def test_a_second_import_into_the_shipped_library_changes_nothing(
    seed: Seed, tmp_path: Path, part: str, slug: str
) -> None:
    library = tmp_path / "books"
    shutil.copytree(SHIPPED, library)
    import_files([seed(part)], slug, library)
    before = {path: path.read_bytes() for path in library.rglob("*") if path.is_file()}
    report = import_files([seed(part)], slug, library)
    assert {path: path.read_bytes() for path in library.rglob("*") if path.is_file()} == before
    assert not report.changed
