"""Libraries of somebody who means harm: bounded in time, told with file and cure, and the other books load."""

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from corpus.documents import MAX_LINES
from corpus.library import MAX_DOCUMENTS, Library
from corpus.passages import pieces
from tests.corpus.shelf import PEOPLE, TINKER, Shelf

SECONDS = 10
"""For what takes half a second: a busy machine is no mistake in the code, and time that grows too fast is."""

HUGE = f"0x{'f' * 20_000}"
"""A number that Python writes for nobody: it refuses to make more than 4,300 digits of one."""


def loaded(shelf: Shelf) -> Library:
    started = time.thread_time()
    library = shelf.load()
    assert time.thread_time() - started < SECONDS
    assert PEOPLE in library.books
    return library


def what_is_wrong(shelf: Shelf, slug: str = TINKER) -> list[str]:
    """Return what a library says of one book's files, once it is sure that every sentence names its file."""
    told = [str(problem) for problem in loaded(shelf).problems]
    assert all(str(shelf.folder / slug) in sentence for sentence in told)
    return told


@pytest.mark.parametrize(
    "line",
    [
        f"series_number = {HUGE}",
        f"[[parts]]\ntitle = {HUGE}\nlast_mark = 27",
        f"[[parts]]\ntitle = 'One'\nlast_mark = {HUGE}",
        f"ratings = {{average = {HUGE}}}",
        f"ratings = {{average = 4, source = {HUGE}}}",
        f"ratings = {{average = 4, count = {HUGE}}}",
        f"isbn = {HUGE}",
        f"year = {'9' * 30_000}",
        f"[[editions]]\nisbn = {HUGE}",
        f"[[similar]]\ntitle = {HUGE}",
        f"[[requires]]\nbook = 'x'\nreveals = [{HUGE}]",
        f"strange = {HUGE}",
        "x = " + "[" * 30_000,
        "x = " + "{a=" * 15_000,
        "".join(f"[t{n}]\n" for n in range(6_000)),
        "".join(f"k{n} = 1\n" for n in range(6_000)),
        "[[similar]]\n" * 5_000,
        "aliases = [" + "'a'," * 12_000 + "]",
        f"aliases = ['{'a ' * 20_000}']",
        f"series = '{'a' * 50_000}'",
    ],
    ids=lambda line: line[:30],
)
def test_no_book_file_stops_the_others(shelf: Shelf, line: str) -> None:
    shelf.book(TINKER, more=line)
    assert len(what_is_wrong(shelf)) <= 101


def test_a_book_file_of_too_many_mistakes_leaves_out_its_book(shelf: Shelf) -> None:
    shelf.book(TINKER, more="".join(f"k{n} = 1\n" for n in range(200)))
    assert "More than 100 mistakes; the book is left out. Correct those above first." in what_is_wrong(shelf)[-1]
    assert TINKER not in shelf.load().books


def test_names_come_without_control_characters(shelf: Shelf) -> None:
    shelf.book(TINKER, more=r'series = "a\u0000b\u001b[31m"')
    assert loaded(shelf).books[TINKER].series == "a b [31m"


@pytest.mark.parametrize(
    "text",
    [
        "![" * 500_000,
        "a <![CDATA[ " * 80_000,
        "<!-- " * 200_000,
        "<!--" + " " * 1_000_000 + "x",
        "> " * 500_000,
        "# " + "word " * 200_000,
        "<div>\n" + "<!--x-->" * 80_000,
        ("[" * 19_000 + "\n\n") * 60,
        ("![a](" * 3_800 + "\n\n") * 100,
        ("*a " * 6_000 + "\n\n") * 100,
        ("_a__" * 4_700 + "\n\n") * 100,
        ("# Chapters " + "1, " * 100 + "\n") * 1_000,
        ("# " + "1% " * 300 + "\n") * 400,
        "a " + "(1 like) " * 200_000,
        ">" * 100_000 + " x",
        "".join(" " * (2 * n) + "- x\n" for n in range(1_500)),
        "".join(f"[a{n}]: b\n" for n in range(30_000)),
        f"---\n{''.join(f'k{n}: 1' + chr(10) for n in range(90_000))}---\n\nOne.",
        f"<!-- reveals: {', '.join(f'b{n}=1' for n in range(200_000))} -->\n\nOne.",
    ],
    ids=lambda text: text[:20],
)
def test_a_document_is_read_in_bounded_time(shelf: Shelf, text: str) -> None:
    shelf.write(PEOPLE, "notes.md", text)
    assert loaded(shelf).documents[PEOPLE]


@pytest.mark.parametrize("line", ["a\n", "# a\n", "- a\n", "```\n"])
def test_a_document_of_too_many_lines_is_left_out(shelf: Shelf, line: str) -> None:
    shelf.book(TINKER)
    shelf.write(TINKER, "notes.md", line * (MAX_LINES + 1))
    assert "has more than 100000 lines. Split it into several documents." in what_is_wrong(shelf)[0]


def test_a_paragraph_of_too_much_mark_up_is_plain_words_and_its_comment_hides_it(shelf: Shelf) -> None:
    marks, _ = shelf.doubted(f"## Chapter 3\n\nOne {'[' * 1_001} <!-- reveals: 1 --> more.\n")
    assert marks == {"One": 27}


def test_a_label_that_names_too_many_books_hides_its_text(shelf: Shelf) -> None:
    marks, (problem,) = shelf.doubted(f"<!-- reveals: {', '.join(f'b{n}=0' for n in range(60))} -->\n\nOne.\n")
    assert marks == {"One": 27}
    assert "more than 50 books" in str(problem)


def test_what_no_store_can_keep_is_taken_out_of_the_fields(shelf: Shelf) -> None:
    document, problems = shelf.document(
        '---\ntitle: "a\\ud800b"\nsource: "c\\0d"\nkind: "\\ud801review"\n---\n\nOne.\n'
    )
    assert (document.title, document.source, document.kind, problems) == ("a b", "c d", "review", ())


def test_no_label_names_a_book_that_no_store_can_keep(shelf: Shelf) -> None:
    document, (problem,) = shelf.document('---\nreveals: {"\\ud800": 3, "a\\nb": 2}\n---\n\nOne.\n')
    assert problem.line == 2
    assert [dict(block.reveals.marks) for block in document.blocks if block.reveals] == [{PEOPLE: 27}]


def test_a_field_is_a_line(shelf: Shelf) -> None:
    document, (problem,) = shelf.document(f"---\ntitle: {'a' * 301}\n---\n\nOne.\n")
    assert document.title == ""
    assert "at most 300 characters" in str(problem)


def test_files_that_are_none_are_named_and_never_waited_for(shelf: Shelf) -> None:
    shelf.book(TINKER)
    home = shelf.folder / TINKER
    os.mkfifo(home / "summary.md")
    (home / "device.md").symlink_to("/dev/zero")
    (home / "loop.md").symlink_to("loop.md")
    (home / "out.md").symlink_to("/etc/passwd")
    (home / "folder.md").mkdir()
    with socket.socket(socket.AF_UNIX) as listening, tempfile.TemporaryDirectory() as short:
        listening.bind(f"{short}/s")
        os.link(f"{short}/s", home / "socket.md")
        assert len(what_is_wrong(shelf)) == 6
    assert shelf.load().documents[TINKER] == ()


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2J", "b\udcff", "a:b", " ", "x" * 120, "a\u202eb"])
def test_a_folder_whose_name_cannot_be_shown_is_no_book(shelf: Shelf, name: str) -> None:
    shelf.book(name)
    (problem,) = loaded(shelf).problems
    assert "has a name that cannot be a book's. Rename it" in str(problem)
    assert str(problem).isprintable()


def test_a_document_whose_name_cannot_be_shown_is_left_out(shelf: Shelf) -> None:
    shelf.book(TINKER)
    shelf.write(TINKER, "a\nb.md", "One.")
    shelf.write(TINKER, "c\udcff.md", "One.")
    shelf.write(TINKER, "notes.md", "One.")
    library = loaded(shelf)
    assert [document.name for document in library.documents[TINKER]] == ["notes.md"]
    assert all(str(problem).isprintable() for problem in library.problems)
    assert len(library.problems) == 2


def test_a_book_has_so_many_documents_and_no_more(shelf: Shelf) -> None:
    shelf.book(TINKER)
    for number in range(MAX_DOCUMENTS + 1):
        shelf.write(TINKER, f"{number:04}.md", "One.")
    assert f"holds more than {MAX_DOCUMENTS} documents" in what_is_wrong(shelf)[0]
    assert len(shelf.load().documents[TINKER]) == MAX_DOCUMENTS


def test_links_among_books_lead_nowhere_else(shelf: Shelf) -> None:
    (shelf.folder / "loop").symlink_to("loop")
    (shelf.folder / "up").symlink_to("..")
    (shelf.folder / "out").symlink_to("/etc")
    library = loaded(shelf)
    assert sorted(problem.path.name for problem in library.problems) == ["out", "up"]


@contextmanager
def _unprivileged(folder: Path) -> Iterator[None]:
    """Do something as a user whom permissions hold for, as root's do not."""
    if os.geteuid():
        yield
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65_534, 65_534)
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(("mode", "loads"), [(0o000, False), (0o444, False), (0o111, True)])
def test_a_folder_that_may_not_be_looked_into_is_named(mode: int, *, loads: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        shelf = Shelf(Path(name))
        shelf.book(TINKER)
        shelf.write(TINKER, "notes.md", "One.")
        with _unprivileged(shelf.folder):
            (shelf.folder / TINKER).chmod(mode)
            assert "cannot be opened (Permission denied). Let Dogear read" in what_is_wrong(shelf)[0]
            assert (TINKER in shelf.load().books) == loads
            (shelf.folder / TINKER).chmod(0o700)


def test_many_short_sentences_and_one_endless_one_are_cut_in_bounded_time() -> None:
    started = time.thread_time()
    assert len(list(pieces(["Ab. " * 20_000, "word " * 100_000, "a" * 1_000_000]))) > 7_000
    assert time.thread_time() - started < SECONDS
