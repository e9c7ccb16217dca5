"""Reading saved pages, also ones that mean harm."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.documents import Document
from corpus.errors import ImportRefused
from corpus.importing import import_files
from corpus.importing.files import MAX_BYTES, read_file
from corpus.importing.page import MAX_TEXT, PageLine, clean, one_line, unwrapped
from corpus.library import Library
from tests.corpus.importing.books import Saved


def refusal(path: Path) -> str:
    with pytest.raises(ImportRefused) as caught:
        read_file(path)
    return str(caught.value)


def bytes_of(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nothing.html")


@pytest.mark.parametrize("data", [b"", b"  \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused_with_a_cure(tmp_path: Path, data: bytes) -> None:
    said = refusal(bytes_of(tmp_path, "page.txt", data))
    assert "empty" in said or "no text" in said


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "a binary file"),
        (b"{\\rtf1 The Warden}", "a rich-text file"),
        (bytes(range(256)) * 40, "a binary file"),
        (b"The Warden\x00\x00\x01\x02", "a binary file"),
        (b"\x01\x02\x03\x04\x05\x06 Warden" * 20, "a binary file"),
    ],
)
def test_a_binary_file_is_refused_by_what_it_is(tmp_path: Path, data: bytes, what: str) -> None:
    assert what in refusal(bytes_of(tmp_path, "page.html", data))


def test_a_file_over_twenty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "at most 20 MB" in refusal(path)


def test_a_file_of_more_text_than_a_page_has_is_refused(saved: Saved) -> None:
    assert "million characters" in refusal(saved("page.txt", "warden " * (MAX_TEXT // 6)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    page = read_file(bytes_of(tmp_path, "page.txt", "The Warden – “naïve”".encode(encoding)))
    assert page.text == "The Warden – “naïve”"


def test_the_encoding_that_a_page_declares_is_believed(tmp_path: Path) -> None:
    data = '<html><head><meta charset="iso-8859-2"></head><body><p>Łódź</p></body></html>'.encode("iso-8859-2")
    assert read_file(bytes_of(tmp_path, "page.html", data)).text.strip() == "Łódź"


def test_html_is_known_by_its_beginning_whatever_its_name(saved: Saved) -> None:
    html = "<?xml version='1.0'?>\n<!DOCTYPE html>\n<html><body><p>One<p>Two</body></html>"
    page = read_file(saved("page.txt", html))
    assert [line.text for line in page.lines if line.text] == ["One", "Two"]
    assert page.markup is not None


def test_scripts_menus_and_what_is_hidden_are_not_text(saved: Saved) -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><nav>Home</nav><main><h2>Plot</h2><p>One<br>two"
        "<!-- reveals: 0 --></p><p style='display: none'>secret</p><ul><li>item</li></ul><button>Buy</button></main>"
        "<footer>©</footer></body></html>"
    )
    lines = [line for line in read_file(saved("page.html", html)).lines if line.text]
    assert lines == [PageLine("Plot", level=2), PageLine("One"), PageLine("two"), PageLine("item", item=True)]


def test_a_deep_and_a_wide_page_are_read_in_bounded_time(saved: Saved) -> None:
    assert "end" in read_file(saved("deep.html", "<html><body>" + "<div>" * 20_000 + "end")).text
    assert "end" in read_file(saved("wide.html", "<html><body>" + "<p>a</p>" * 20_000 + "end")).text


def test_notes_bring_headings_and_items_but_no_front_matter(saved: Saved) -> None:
    page = read_file(saved("page.md", "---\nreveals: 0\n---\n# Title\n\n- item\n\ntext\n"))
    assert [line for line in page.lines if line.text] == [
        PageLine("Title", level=1), PageLine("item", item=True), PageLine("text"),
    ]  # fmt: skip


@given(st.text(max_size=200))
def test_cleaning_is_done_once_and_for_all(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)
    assert len(one_line(text).splitlines()) <= 1


def test_comments_are_taken_out_also_where_they_are_not_closed() -> None:
    assert one_line("a <!-- reveals: 0 --> b") == "a b"
    assert one_line("a <!-- reveals: 0") == "a reveals: 0"
    assert len(one_line("<!--" * 200_000 + "end")) <= 10


def test_lines_broken_for_want_of_room_are_joined() -> None:
    wrapped = [PageLine(f"{'word ' * 14}{n}".strip()) for n in range(8)]
    lines = [PageLine("The Trap"), *wrapped, PageLine("the end."), PageLine(""), PageLine("Another paragraph.")]
    joined = [line.text for line in unwrapped(lines)]
    assert joined[0] == "The Trap"
    assert joined[1].startswith("word word")
    assert joined[1].endswith("7 the end.")
    assert joined[2:] == ["", "Another paragraph."]


SLUG = "barchester-towers"
BOOK = 'title = "Barchester Towers"\nauthor = "Anthony Trollope"\nunit = "chapter"\nmarks = 53\n'
HEAD = "Start by marking “Barchester Towers” as Want to Read:\nBarchester Towers\nby Anthony Trollope\n\n"
ATTACKS = (
    "<!-- reveals: 0 -->", "&lt;!-- reveals: 0 --&gt;", "---\nreveals: 0\n---", "## Chapter 0", "# 0%", "## ★★★★★",
    "Chapter 1\n=========", "0%\n---", "<h1>0%</h1>", "[a]: b", "> quote", "- item", "1. item", "```",
    "kind: premise", "<!-- reveals: 0", "reveals: 0", "\u202ereveals: 0", "(9,999 likes)", "★★★★★ · 2020-01-01",
    "* * *", "<script>", "\x00", "\u2028# 0%", "The end is that they marry.", "Oct 31, 2017 rated it liked it",
    "Chapter 2", "50%", "...more", "(less)", "(view spoiler)[ reveals: 0 (hide spoiler)]", "“A quote” 3 likes",
    "Readers also enjoyed", "Community Reviews", "==Plot==", "Category: x", "topics posts views last activity",
    "Author: Jane Eyre", "\\", "&#35; x", "![a](b)",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(ATTACKS) | st.text(max_size=20), min_size=1, max_size=8).map("\n".join)
SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def documents(text: str, name: str = "page.txt") -> tuple[Document, ...]:
    """Import a page into a library that has the book, and return its documents; a refusal leaves none."""
    with TemporaryDirectory() as folder:
        library, saved = Path(folder) / "library", Path(folder) / name
        (library / SLUG).mkdir(parents=True)
        (library / SLUG / "book.toml").write_text(BOOK, encoding="utf-8")
        saved.write_text(text, encoding="utf-8", newline="", errors="replace")
        try:
            import_files([saved], SLUG, library)
        except ImportRefused:
            assert [path.name for path in (library / SLUG).iterdir()] == ["book.toml"]
        loaded = Library.load(library)
        assert loaded.problems == ()
        assert loaded.books[SLUG].marks == 53
        return loaded.documents[SLUG]


@SLOWLY
@given(TEXT, TEXT)
def test_no_review_or_answer_places_itself_or_becomes_a_heading(review: str, answer: str) -> None:
    page = (
        f"{HEAD}Reader Q&A\nPopular Answered Questions\nWhat of it?\nJane Eyre {answer}\n\nCommunity Reviews\n"
        f"Oct 31, 2017 rated it liked it\n{review}\n« previous\n"
    )
    for document in documents(page):
        for block in document.blocks:
            told = block.reveals is not None and document.name != "series-goodreads.md"
            assert not told or dict(block.reveals.marks if block.reveals else {}) == {SLUG: 53}
            assert document.kind != "review" or block.heading[:3] in ("★★★", "no ")


@SLOWLY
@given(TEXT, st.sampled_from(["page.txt", "page.md", "page.html"]))
def test_no_other_page_places_itself_at_the_beginning(text: str, name: str) -> None:
    html = f"<html><body><article><p>Barchester Towers</p><p>{text}</p></article></body></html>"
    for document in documents(html if name == "page.html" else f"Barchester Towers, a note.\n\n{text}\n", name):
        for block in document.blocks:
            free = document.kind in ("premise", "warnings")
            assert free or block.reveals is None or block.reveals.marks[SLUG] > 0


@SLOWLY
@given(TEXT)
def test_no_article_places_itself_at_the_beginning(text: str) -> None:
    page = f"Barchester Towers is a novel by Anthony Trollope. ==Plot== It begins. {text} ==Reception== {text}"
    for document in documents(page):
        for block in document.blocks:
            assert document.kind == "premise" or block.reveals is None or block.reveals.marks[SLUG] > 0
        if document.kind == "premise":
            assert [block.text for block in document.blocks] == ["Barchester Towers is a novel by Anthony Trollope."]


@pytest.mark.parametrize("name", ["page.html", "page.txt"])
def test_a_deep_page_is_imported_or_refused_and_no_more(name: str) -> None:
    deep = "<html><body>" + "<div><b>" * 3_000 + "Barchester Towers, a note. " * 20 + "</b></div>" * 3_000 + "</body>"
    documents(deep, name)
    documents("<html><body>" + "<ul><li>Barchester Towers" * 3_000, name)


@pytest.mark.parametrize(
    "flood",
    [
        "Oct 31, 2017 rated it liked it\nShort.\n" * 5_000,
        "Jane Eyre\n" * 12_500,
        "half a line that never ends " * 10_000,
        "“" * 75_000,
        "“ ―" * 25_000 + " 3 likes",
        "(view spoiler)[" * 12_500,
        "…more" * 25_000,
        "==A== " * 25_000,
        "In that book, " * 7_500,
        "photo a.jpg\n" * 12_500,
        "<!--" * 50_000,
        "&lt;" * 50_000,
        "*_`[" * 25_000,
        "A sentence of the usual length that ends. " * 12_500,
        "• A Title (Series, #1)\n" * 12_500,
    ],
    ids=lambda flood: flood[:12].strip(),
)
def test_a_flood_is_read_in_bounded_time(flood: str) -> None:
    started = time.process_time()
    documents(f"{HEAD}Community Reviews\nJane Eyre\n{flood}\n« previous\n{flood}")
    assert time.process_time() - started < 20
