"""Importing from end to end: what is made, what is left alone, what is refused."""

from pathlib import Path

import pytest

from corpus.errors import ImportRefused
from corpus.importing import Status, import_files
from corpus.library import Library
from tests.corpus.importing.books import Page, Saved

SLUG = "barchester-towers"
GOODREADS, WIKIPEDIA, STUDY = (f"barchester-{name}.txt" for name in ("goodreads", "wikipedia", "study"))
IN_HTML = [f"barchester-{name}.html" for name in ("goodreads-new", "wikipedia", "study")]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refusal(paths: list[Path], slug: str, library: Path) -> str:
    before = contents(library)
    with pytest.raises(ImportRefused) as caught:
        import_files(paths, slug, library)
    assert contents(library) == before
    return str(caught.value)


def test_three_pages_make_one_book(page: Page, library: Path) -> None:
    report = import_files([page(STUDY), page(WIKIPEDIA), page(GOODREADS)], SLUG, library)
    loaded = Library.load(library)
    assert loaded.problems == ()
    book = loaded.books[SLUG]
    assert (book.title, book.author, book.pages) == ("Barchester Towers", "Anthony Trollope", 526)
    assert {document.kind for document in loaded.documents[SLUG]} >= {"review", "summary", "quotes", "reception"}
    assert {entry.file for entry in report.entries} == {STUDY, WIKIPEDIA, GOODREADS, "book.toml"}
    assert set(report.written) == set((library / SLUG).iterdir())


@pytest.mark.parametrize("name", [GOODREADS, WIKIPEDIA, STUDY, *IN_HTML])
def test_importing_twice_changes_nothing_and_says_so(page: Page, two_books: Path, name: str) -> None:
    first = import_files([page(name)], SLUG, two_books)
    before = contents(two_books)
    again = import_files([page(name)], SLUG, two_books)
    assert contents(two_books) == before
    assert first.changed
    assert not again.changed
    assert again.of(Status.PRESENT)
    assert not again.of(Status.INFERRED, Status.PLACED, Status.ADDED)
    assert again.lines()[-1] == "Nothing changed: all of it is already there."


def test_a_newer_page_adds_what_is_new_and_repeats_nothing(page: Page, saved: Saved, library: Path) -> None:
    import_files([page(GOODREADS)], SLUG, library)
    before = contents(library)
    text = page(GOODREADS).read_text(encoding="utf-8")
    newer = text.replace("« previous", "Mar 01, 2020 rated it liked it\nNothing in it is in a hurry.\n« previous")
    report = import_files([saved("newer.txt", newer)], SLUG, library)
    after = contents(library)
    assert {name: data for name, data in after.items() if name in before} == before
    assert [path.name for path in report.written] == ["reviews-goodreads-2.md"]
    assert after.keys() - before.keys() == {f"{SLUG}/reviews-goodreads-2.md"}
    added = after[f"{SLUG}/reviews-goodreads-2.md"].decode()
    assert "Nothing in it is in a hurry." in added
    assert added.count("## ") == 1


def test_what_a_person_changed_in_an_imported_file_stays_changed(page: Page, library: Path) -> None:
    import_files([page(GOODREADS)], SLUG, library)
    path = library / SLUG / "reviews-goodreads.md"
    text = path.read_text(encoding="utf-8")
    heading = "## ★★☆☆☆ · 2017-10-18\n"
    edited = text.replace(heading, f"{heading}<!-- reveals: 0 -->\n").replace("club", "circle")
    path.write_text(edited, encoding="utf-8")
    report = import_files([page(GOODREADS)], SLUG, library)
    assert path.read_text(encoding="utf-8") == edited
    assert not report.changed


def test_documents_of_a_person_are_never_overwritten(page: Page, two_books: Path) -> None:
    mine = two_books / SLUG / "summary-study.md"
    mine.write_text("---\nkind: summary\n---\n\nMy own words.\n", encoding="utf-8")
    import_files([page(STUDY)], SLUG, two_books)
    assert "My own words." in mine.read_text(encoding="utf-8")
    assert (two_books / SLUG / "summary-study-2.md").is_file()


def test_what_the_library_says_already_is_not_said_again(page: Page, two_books: Path) -> None:
    quote = "- “There is no place so quiet as a close in which everybody has stopped speaking.” (9 likes)\n"
    (two_books / SLUG / "quotes.md").write_text(quote, encoding="utf-8")
    report = import_files([page(GOODREADS)], SLUG, two_books)
    assert "no place so quiet" not in (two_books / SLUG / "quotes-goodreads.md").read_text(encoding="utf-8")
    assert any(entry.what == "quotes" for entry in report.of(Status.PRESENT))


def test_a_book_that_is_there_keeps_its_marks_and_gets_what_it_lacks(page: Page, two_books: Path) -> None:
    before = (two_books / SLUG / "book.toml").read_text(encoding="utf-8")
    import_files([page(GOODREADS)], SLUG, two_books)
    after = (two_books / SLUG / "book.toml").read_text(encoding="utf-8")
    assert all(line in after.splitlines() for line in before.splitlines())
    book = Library.load(two_books).books[SLUG]
    assert (book.marks, book.year, len(book.similar)) == (53, 1857, 6)


@pytest.mark.parametrize("slug", ["", "..", "../warden", "Barchester", "a_b", "a--b", "a/b", "-a", "a" * 200, "é"])
def test_a_slug_that_is_no_folder_name_is_refused(page: Page, library: Path, slug: str) -> None:
    assert "lowercase letters" in refusal([page(STUDY)], slug, library)


@pytest.mark.parametrize("name", [GOODREADS, WIKIPEDIA, STUDY, *IN_HTML])
def test_a_page_about_another_book_is_refused_with_what_it_is_about(page: Page, two_books: Path, name: str) -> None:
    said = refusal([page(name)], "the-warden", two_books)
    assert "about “Barchester Towers”, not about “The Warden”" in said
    assert "--book barchester-towers" in said


def test_a_new_slug_is_compared_with_the_title_of_the_page(page: Page, library: Path) -> None:
    assert "Check --book" in refusal([page(GOODREADS)], "framley-parsonage", library)
    import_files([page(GOODREADS)], "towers", library)
    assert (library / "towers").is_dir()


def test_a_new_book_needs_a_page_that_says_whose_it_is(saved: Saved, library: Path) -> None:
    note = saved("note.txt", "Framley Parsonage is the one that I like best of them all.")
    assert "does not say its title and author" in refusal([note], "framley-parsonage", library)


def test_a_broken_book_is_refused_with_where_it_is_broken(page: Page, two_books: Path) -> None:
    (two_books / SLUG / "book.toml").write_text("title = \n", encoding="utf-8")
    assert "book.toml:1" in refusal([page(STUDY)], SLUG, two_books)


def test_a_library_that_is_a_file_is_refused(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "library"
    file.write_text("", encoding="utf-8")
    with pytest.raises(ImportRefused, match="is not a folder"):
        import_files([page(STUDY)], SLUG, file)
    with pytest.raises(ImportRefused, match="Create it first"):
        import_files([page(STUDY)], SLUG, tmp_path / "a" / "b")


def test_any_other_page_is_kept_as_text_that_nothing_places(saved: Saved, two_books: Path) -> None:
    text = "# Notes\n\nBarchester Towers was written in trains.\n"
    report = import_files([saved("Our notes.md", text)], SLUG, two_books)
    (document,) = Library.load(two_books).documents[SLUG]
    assert (document.name, document.kind, document.source) == ("background-page.md", "background", "Our notes")
    assert [(b.text, b.reveals) for b in document.blocks] == [("Barchester Towers was written in trains.", None)]
    assert any("no known form" in entry.what for entry in report.of(Status.RECOGNISED))


def test_a_critics_page_is_read_by_its_main_text(saved: Saved, two_books: Path) -> None:
    said = (f"<p>Barchester Towers has a page {n} that I have read aloud to everybody.</p>" for n in range(9))
    html = (
        "<html><head><title>A review of Barchester Towers</title></head><body><div class='menu'><ul><li><a href='/'>"
        f"Home</a></li></ul></div><article><h1>A review of Barchester Towers</h1>{''.join(said)}</article>"
        "<div class='footer'>All rights reserved</div></body></html>"
    )
    import_files([saved("review.html", html)], SLUG, two_books)
    (document,) = (d for d in Library.load(two_books).documents[SLUG] if d.name == "reception-page.md")
    assert document.source == "A review of Barchester Towers"
    assert len(document.blocks) == 9
    assert {block.reveals for block in document.blocks} == {None}


def test_the_report_says_what_became_of_everything(page: Page, two_books: Path) -> None:
    report = import_files([page(GOODREADS), page(WIKIPEDIA)], SLUG, two_books)
    said = "\n".join(report.lines())
    for part in (
        "recognised: a page of Goodreads",
        "recognised: a Wikipedia article",
        "placed: paragraphs in background-wikipedia.md: 1 (the-warden=21, barchester-towers=0)",
        "inferred: reviews in reviews-goodreads.md: 15 (by matching, when the library is indexed)",
        "inferred: paragraphs in summary-wikipedia.md: 1 (spread over the book in order)",
        "placed: reviews in reviews-goodreads.md: 1 (barchester-towers=53)",
        "cut off by the page",
        "book.toml: added: year",
        f"wrote {two_books / SLUG / 'reviews-goodreads.md'}",
    ):
        assert part in said


def test_an_organiser_can_say_that_a_page_is_about_the_book(saved: Saved, library: Path) -> None:
    (library / "emma").mkdir()
    (library / "emma" / "book.toml").write_text(
        'title = "Emma"\nauthor = "Jane Austen"\nunit = "chapter"\nmarks = 55\n', encoding="utf-8"
    )
    note = saved("note.txt", "A guide to each colour in Emma.\n")
    assert "--unchecked" in refusal([note], "emma", library)
    assert import_files([note], "emma", library, unchecked=True).changed


def test_a_slug_may_leave_out_small_words_or_be_in_other_letters(saved: Saved, library: Path) -> None:
    note = saved("note.txt", "The Last Chronicle of Barset\n\nby Anthony Trollope\n\nIt is long.\n")
    import_files([note], "last-chronicle-barset", library)
    russian = saved("page.html", "<html><body><h1>Барчестерские башни</h1><p>By Trollope</p><h2>Глава 1</h2><p>Да.")
    import_files([russian], "towers", library)
    books = Library.load(library).books
    assert [books[slug].title for slug in ("last-chronicle-barset", "towers")] == [
        "The Last Chronicle of Barset", "Барчестерские башни",
    ]  # fmt: skip


def test_a_guide_to_another_book_is_refused_although_it_names_this_one(saved: Saved, two_books: Path) -> None:
    html = "<html><head><title>Phineas Finn Study Guide</title></head><body><p>Not Barchester Towers by Trollope."
    assert "is about “Phineas Finn" in refusal([saved("page.html", html)], SLUG, two_books)
