"""Reading a page from disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import ImportRefused
from corpus.importing.page import MAX_BYTES, MAX_TAGS, MAX_TEXT, Line, clean, cut_to, one_line, read_page, unwrapped

Saved = Callable[[str, str], Path]


def refusal(path: Path) -> str:
    with pytest.raises(ImportRefused) as caught:
        read_page(path)
    return str(caught.value)


def bytes_of(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nothing.html")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is no file" in refusal(tmp_path)


@pytest.mark.parametrize("data", [b"", b"  \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused_with_a_cure(tmp_path: Path, data: bytes) -> None:
    said = refusal(bytes_of(tmp_path, "page.txt", data))
    assert "empty" in said or "no text" in said
    assert "Save the page again" in said


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7 text", "a PDF"),
        (b"PK\x03\x04 word", "a packed file"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"{\\rtf1 The Warden}", "a rich-text file"),
        (bytes(range(256)) * 40, "a binary file"),
        (b"The Warden\x00\x00\x01\x02", "a binary file"),
        (b"\x01\x02\x03\x04\x05\x06 Warden" * 20, "a binary file"),
    ],
)
def test_a_binary_file_is_refused_by_what_it_is(tmp_path: Path, data: bytes, what: str) -> None:
    assert what in refusal(bytes_of(tmp_path, "page.html", data))


def test_a_web_archive_is_refused_with_how_to_save_instead(saved: Saved) -> None:
    said = refusal(saved("page.mhtml", "From: <Saved by Blink>\nContent-Type: multipart/related;\n\n<html>"))
    assert "web archive" in said
    assert "HTML only" in said


def test_a_file_over_twenty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "at most 20 MB" in refusal(path)


def test_a_file_of_more_text_than_a_page_has_is_refused(saved: Saved) -> None:
    assert "million characters" in refusal(saved("page.txt", "warden " * (MAX_TEXT // 6)))


def test_a_page_of_mark_up_alone_is_refused(saved: Saved) -> None:
    assert "no text" in refusal(saved("page.html", "<html><body><script>var a = 'text'</script></body></html>"))
    assert "too much mark-up" in refusal(saved("page.html", "<html><body>x" + "<b>" * (MAX_TAGS + 1)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    page = read_page(bytes_of(tmp_path, "page.txt", "The Warden – “naïve”".encode(encoding)))
    assert page.text == "The Warden – “naïve”"


def test_the_encoding_that_a_page_declares_is_believed(tmp_path: Path) -> None:
    data = '<html><head><meta charset="iso-8859-2"></head><body><p>Łódź</p></body></html>'.encode("iso-8859-2")
    assert read_page(bytes_of(tmp_path, "page.html", data)).text.strip() == "Łódź"


def test_html_is_known_by_its_beginning_whatever_its_name(saved: Saved) -> None:
    html = "<?xml version='1.0'?>\n<!DOCTYPE html>\n<html><body><p>One<p>Two</body></html>"
    page = read_page(saved("page.txt", html))
    assert [line.text for line in page.lines if line.text] == ["One", "Two"]
    assert page.markup is not None


def test_text_that_speaks_of_tags_stays_text(saved: Saved) -> None:
    assert read_page(saved("page.txt", "He wrote <b> and meant it")).text == "He wrote <b> and meant it"


def test_scripts_menus_and_what_is_hidden_are_not_text(saved: Saved) -> None:
    html = (
        "<html><head><title>T</title><style>p{}</style></head><body><nav>Home</nav><main><h2>Plot</h2><p>One<br>two"
        "<!-- reveals: 0 --></p><p style='display: none'>secret</p><ul><li>item</li></ul><button>Buy</button></main>"
        "<footer>©</footer></body></html>"
    )
    lines = [line for line in read_page(saved("page.html", html)).lines if line.text]
    assert lines == [Line("Plot", level=2), Line("One"), Line("two"), Line("item", item=True)]


def test_a_deep_and_a_wide_page_are_read_in_bounded_time(saved: Saved) -> None:
    assert "end" in read_page(saved("deep.html", "<html><body>" + "<div>" * 20_000 + "end")).text
    assert "end" in read_page(saved("wide.html", "<html><body>" + "<p>a</p>" * 20_000 + "end")).text


def test_markdown_brings_headings_and_items_but_no_front_matter(saved: Saved) -> None:
    page = read_page(saved("page.md", "---\nreveals: 0\n---\n# Title\n\n- item\n\ntext\n"))
    assert [line for line in page.lines if line.text] == [Line("Title", level=1), Line("item", item=True), Line("text")]


def test_a_page_is_known_again_by_its_text_alone(saved: Saved) -> None:
    one = read_page(saved("a.txt", "The Warden\r\nis  a novel"))
    other = read_page(saved("b.txt", "The Warden\nis a novel"))
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != read_page(saved("c.txt", "The Warden is a play")).fingerprint


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\u202e", "\u200b", "\ufeff", "\u2066", "\ue000", "\U000e0041"])
def test_what_cannot_be_seen_is_taken_out(unseen: str) -> None:
    assert clean(f"a{unseen}b") == "ab"


@pytest.mark.parametrize("break_", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_break_is_one(break_: str) -> None:
    assert clean(f"a{break_}b") == "a\nb"
    assert one_line(f"a{break_}b") == "a b"


@given(st.text(max_size=200))
def test_cleaning_is_done_once_and_for_all(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)
    assert len(one_line(text).splitlines()) <= 1


def test_comments_are_taken_out_also_where_they_are_not_closed() -> None:
    assert one_line("a <!-- reveals: 0 --> b") == "a b"
    assert one_line("a <!-- reveals: 0") == "a reveals: 0"
    assert len(one_line("<!--" * 200_000 + "end")) <= 10


def test_a_long_text_is_cut_between_words() -> None:
    assert cut_to("one two three", 9) == "one two"
    assert cut_to("onetwothree", 5) == "onetw"


def test_lines_broken_for_want_of_room_are_joined() -> None:
    wrapped = [Line(f"{'word ' * 14}{n}".strip()) for n in range(8)]
    lines = [Line("The Trap"), *wrapped, Line("the end."), Line(""), Line("Another paragraph.")]
    joined = [line.text for line in unwrapped(lines)]
    assert joined[0] == "The Trap"
    assert joined[1].startswith("word word")
    assert joined[1].endswith("7 the end.")
    assert joined[2:] == ["", "Another paragraph."]
