"""A page of Goodreads, as text and in both designs of its HTML."""

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.books import Book, Edition, Ratings, SimilarBook
from corpus.documents import Document
from corpus.importing import ImportReport, Status, import_files
from corpus.importing.goodreads import other_book
from corpus.library import Library
from tests.corpus.importing.books import Page, Saved

SLUG = "barchester-towers"
PEOPLE = (
    "Eyre", "Dantès", "Ishmael", "Valjean", "Karenina", "brooke", "Bovary", "Crusoe", "Bennet", "pirrip", "Prynne",
)  # fmt: skip


def imported(path: Path, library: Path) -> "Imported":
    report = import_files([path], SLUG, library)
    loaded = Library.load(library)
    assert loaded.problems == ()
    return report, loaded.books[SLUG], {document.name: document for document in loaded.documents[SLUG]}


Imported = tuple[ImportReport, Book, dict[str, Document]]


@pytest.fixture
def told(page: Page, library: Path) -> Imported:
    return imported(page("barchester-goodreads.txt"), library)


def undated(book: Book) -> Ratings | None:
    """Return the figures without their day, which is that of the file."""
    return replace(book.ratings, as_of=None) if book.ratings else None


def test_the_figures_of_the_page_become_the_book(told: Imported) -> None:
    _, book, _ = told
    assert (book.title, book.author, book.year) == ("Barchester Towers", "Anthony Trollope", 1857)
    assert (book.series, book.series_number) == ("Chronicles of Barsetshire", 2)
    assert undated(book) == Ratings(3.98, 21034, 1377, "Goodreads")
    assert book.editions == (Edition("Paperback", "Everyman's Library", dt.date(1993, 1, 28)),)
    assert book.pages == 526


def test_what_readers_also_enjoyed_comes_with_series_and_number(told: Imported) -> None:
    _, book, _ = told
    assert book.similar == (
        SimilarBook("Cranford"),
        SimilarBook("Scenes of Clerical Life"),
        SimilarBook("Middlemarch", series="Everyman's Novels", series_number="3"),
        SimilarBook("The Pickwick Papers", series="Boz", series_number="1-3"),
        SimilarBook("The Perpetual Curate", series="Carlingford", series_number="4"),
        SimilarBook("Trollope: A Biography"),
    )


@pytest.mark.parametrize(
    ("line", "book"),
    [
        ("Game, Set, Match, (Bernard Samson, #1-3)", SimilarBook("Game, Set, Match", "", "Bernard Samson", "1-3")),
        ("A Prequel (Some Series, #0.5)", SimilarBook("A Prequel", "", "Some Series", "0.5")),
        ("A Title (with brackets) (Series, #2)", SimilarBook("A Title (with brackets)", "", "Series", "2")),
        ("Plain", SimilarBook("Plain")),
    ],
)
def test_a_book_in_a_list_is_read_in_all_its_spellings(line: str, book: SimilarBook) -> None:
    assert other_book(line) == book


def test_every_review_has_its_own_stars_and_day(told: Imported) -> None:
    *_, documents = told
    opening = {block.text[:20]: block for block in documents["reviews-goodreads.md"].blocks}
    stars = {
        "I love how gently he": 4, "A second helping of ": None, "A mild clergyman, an": None,
        "An immensely satisfy": 5,
        "I discovered this wr": None, "3.5 stars": None, "Wonderful book, all ": None, "For ten years I call": None,
        "The old master may h": 4, "Although I have read": None, "Read this for my clu": 2, "What a fucking bore ": 1,
        "I read it alone and ": 5, "you really need to h": 3,
    }  # fmt: skip
    assert {text: opening[text].rating for text in stars} == stars
    assert opening["Read this for my clu"].date == dt.date(2017, 10, 18)
    assert opening["Although I have read"].date is None


def test_only_whole_sentences_are_kept_of_a_review(told: Imported) -> None:
    *_, documents = told
    texts = [block.text for block in documents["reviews-goodreads.md"].blocks]
    assert all(text.endswith((".", "!", "?", "”", "3.5 stars", "come home")) for text in texts)
    assert not any("...more" in text or "(less)" in text for text in texts)


def test_a_review_that_stands_there_twice_is_kept_once(told: Imported) -> None:
    report, _, documents = told
    texts = [block.text for block in documents["reviews-goodreads.md"].blocks]
    assert len(texts) == len(set(texts))
    assert any(entry.what == "reviews" and "twice" in entry.why for entry in report.of(Status.DROPPED))


def test_nobodys_name_is_kept_in_any_file_or_in_the_report(told: Imported, library: Path) -> None:
    report, *_ = told
    files = "".join(path.read_text(encoding="utf-8") for path in library.rglob("*.*"))
    said = "\n".join(report.lines())
    assert [name for name in PEOPLE if name in files or name in said] == []


def test_reviews_are_left_for_placing_and_what_a_reader_hid_is_at_the_end(told: Imported) -> None:
    *_, documents = told
    placed = {block.text: block.reveals for block in documents["reviews-goodreads.md"].blocks if block.reveals}
    assert {text: dict(reveals.marks) for text, reveals in placed.items()} == {
        "Mr Slope is sent away with a slap, and Eleanor marries Mr Arabin.": {SLUG: 100}
    }


def test_a_question_heads_its_answers_which_are_told_once_and_whole(told: Imported) -> None:
    *_, documents = told
    blocks = documents["answers-goodreads.md"].blocks
    assert {block.heading for block in blocks} == {"Do I need to have read The Warden before this one?"}
    assert [block.text[:18] for block in blocks] == ["I think that it wo", "Yes, it is worth y"]
    assert [block.text.count("great help") for block in blocks] == [1, 0]
    assert all(block.text.endswith(("that book.", "enjoy the book.")) for block in blocks)


def test_quotes_come_with_their_likes(told: Imported) -> None:
    *_, documents = told
    assert [(b.likes, b.text[:10]) for b in documents["quotes-goodreads.md"].blocks] == [
        (5, "“He called"),
        (1204, "“There is "),
    ]


def test_the_series_is_listed_and_gives_nothing_away(told: Imported) -> None:
    *_, documents = told
    blocks = documents["series-goodreads.md"].blocks
    assert [block.text for block in blocks] == [
        "The Warden (Chronicles of Barsetshire, book 1)",
        "Doctor Thorne (Chronicles of Barsetshire, book 3)",
        "Framley Parsonage (Chronicles of Barsetshire)",
        "The Last Chronicle of Barset (Chronicles of Barsetshire)",
    ]
    assert all(block.reveals is not None and dict(block.reveals.marks) == {SLUG: 0} for block in blocks)


def test_the_new_design_of_the_site_is_read_too(page: Page, library: Path) -> None:
    _, book, documents = imported(page("barchester-goodreads-new.html"), library)
    assert (book.title, book.author, book.series, book.series_number) == (
        "Barchester Towers", "Anthony Trollope", "Chronicles of Barsetshire", 2,
    )  # fmt: skip
    assert undated(book) == Ratings(3.98, 21034, 1377, "Goodreads")
    assert (book.year, book.pages, book.first_published) == (1857, 526, dt.date(1857, 5, 1))
    assert [similar.title for similar in book.similar] == ["Cranford", "Middlemarch"]
    reviews = documents["reviews-goodreads.md"].blocks
    assert [(block.rating, block.date) for block in reviews] == [
        (4, dt.date(2017, 9, 24)), (4, dt.date(2017, 9, 24)), (None, dt.date(2017, 10, 2)), (2, dt.date(2017, 10, 18)),
    ]  # fmt: skip
    assert reviews[-1].text == "Read this for my club. It never got going for me."
    files = "".join(path.read_text(encoding="utf-8") for path in library.rglob("*.*"))
    assert not any(name in files for name in (*PEOPLE, "followers", "Show more", "6,702"))


def test_answers_without_their_question_have_a_heading_each(saved: Saved, library: Path) -> None:
    text = (
        "Start by marking “Barchester Towers” as Want to Read:\nBarchester Towers\nby Anthony Trollope\n\n"
        "Reader Q&A\nPopular Answered Questions\n"
        "Jane Eyre It is well worth the time that it…moreIt is well worth the time that it takes. Read it.(less)\n"
        "Edmond Dantès Yes, I would begin there.\nIshmael No.\nThis book is not yet featured on Listopia.\n"
    )
    *_, documents = imported(saved("page.txt", text), library)
    blocks = documents["answers-goodreads.md"].blocks
    assert [(block.heading, block.text) for block in blocks] == [
        ("A reader’s answer", "It is well worth the time that it takes. Read it."),
        ("A reader’s answer · no. 2", "Yes, I would begin there."),
        ("A reader’s answer · no. 3", "No."),
    ]


def head(
    title: str = "<h1>Barchester Towers</h1>", by: str = "Anthony Trollope", after: str = "", rest: str = ""
) -> str:
    """Return a page of the present design."""
    return (
        '<html><head><meta property="og:url" content="https://www.goodreads.com/book/show/1"></head><body>'
        f'{title}<div><a><span class="ContributorLink__name">{by}</span></a>{after}</div><div>3.98</div>'
        '<span data-testid="ratingsCount">21,034 ratings</span><span data-testid="reviewsCount">1,377 reviews</span>'
        f'<div><span class="Formatted">A bishop is wanted.</span></div>{rest}</body></html>'
    )


ROLE = '<span class="ContributorLink__name">Jane Eyre</span><span class="ContributorLink__role"> (Translator)</span>'
SERIES = '<h3 aria-label="{0}"><a href="/series/1">{0}</a></h3><h1>Barchester Towers</h1>'


@pytest.mark.parametrize(
    ("html", "series"),
    [
        (head(after=ROLE), ("", None)),
        (head(after="<div>(Cover Artist)</div>"), ("", None)),
        (head(SERIES.format("Barsetshire")), ("Barsetshire", None)),
        (head(SERIES.format("Barsetshire #2")), ("Barsetshire", 2)),
        (head(SERIES.format("Book 2.5 in the Barsetshire series")), ("Barsetshire", 2.5)),
    ],
)
def test_a_series_is_what_the_page_links_as_one_and_no_role(
    saved: Saved, library: Path, html: str, series: tuple[str, float | None]
) -> None:
    _, book, _ = imported(saved("page.html", html), library)
    assert (book.series, book.series_number) == series


@pytest.mark.parametrize(
    "genres",
    [
        '<div data-testid="genresList"><ul><span>Genres</span><a>Comedy</a><a>Victorian Novels</a></ul></div>',
        "<p>GenresComedyVictorian Novels...more</p>",
        "<p>Genres</p><p>Comedy</p><p>Victorian Novels</p>",
    ],
)
def test_genres_are_no_part_of_the_description(saved: Saved, library: Path, genres: str) -> None:
    report, book, documents = imported(saved("page.html", head(rest=f"{genres}<p>526 pages, Paperback</p>")), library)
    blocks = documents["premise-goodreads.md"].blocks
    assert [(block.text, dict(block.reveals.marks)) for block in blocks if block.reveals] == [
        ("A bishop is wanted.", {SLUG: 0})
    ]
    assert book.pages == 526
    assert "the list of genres" in [entry.what for entry in report.of(Status.DROPPED)]


@pytest.mark.parametrize(
    "hidden",
    [
        '<input class="spoiler__control"><label class="spoiler" aria-hidden="true">They marry.</label>',
        '<span class="ReviewText__spoiler">They marry.</span>',
        "<details><summary>Spoilers</summary>They marry.</details>", "&gt;!They marry.!&lt;", "||They marry.||",
        "(view spoiler)[They marry. (hide spoiler)]", "<br>Spoilers below!<br>They marry.",
    ],
)  # fmt: skip
def test_whatever_hides_a_spoiler_it_waits_for_the_end(saved: Saved, library: Path, hidden: str) -> None:
    review = (
        '<h3>Community Reviews</h3><article class="ReviewCard"><span aria-label="Rating 4 out of 5"></span>'
        f'<section class="ReviewText"><span class="Formatted">A quiet book. {hidden}</span></section></article>'
    )
    *_, documents = imported(saved("page.html", head(rest=review)), library)
    seen = {block.text: block.reveals for block in documents["reviews-goodreads.md"].blocks}
    assert seen["A quiet book."] is None
    assert [dict(r.marks) for text, r in seen.items() if "They marry." in text and r] == [{SLUG: 100}]


def test_a_review_that_the_site_hides_waits_for_the_end_as_a_whole(saved: Saved, library: Path) -> None:
    text = (
        "Start by marking “Barchester Towers” as Want to Read:\nBarchester Towers\nby Anthony Trollope\n\n"
        "Community Reviews\nOct 31, 2017 rated it liked it\nThis review has been hidden because it contains spoilers. "
        "To view it, click here.\nMr Slope is sent away.\nThey marry.\nNov 01, 2017 rated it liked it\nNo spoilers "
        "here: I liked it.\n« previous\n"
    )
    *_, documents = imported(saved("page.txt", text), library)
    seen = {b.text: b.reveals and dict(b.reveals.marks) for b in documents["reviews-goodreads.md"].blocks}
    assert seen == {
        "Mr Slope is sent away.": {SLUG: 100}, "They marry.": {SLUG: 100}, "No spoilers here: I liked it.": None,
    }  # fmt: skip


def test_figures_are_of_the_day_on_which_the_page_was_saved(saved: Saved, library: Path) -> None:
    path = saved("page.html", head(rest="<p>First published May 4, 2016</p>"))
    os.utime(path, (1709640000, 1709640000))
    _, book, _ = imported(path, library)
    assert book.ratings == Ratings(3.98, 21034, 1377, "Goodreads", dt.date(2024, 3, 5))


def test_a_title_that_names_a_volume_stays_as_it_is(saved: Saved, library: Path) -> None:
    _, book, _ = imported(saved("page.html", head("<h1>Barchester Towers, Volume 2</h1>")), library)
    assert book.title == "Barchester Towers, Volume 2"
