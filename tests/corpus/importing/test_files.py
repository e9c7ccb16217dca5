"""Files of every kind that organisers bring: named for what they are, read, or refused with a cure that works."""

import json
from pathlib import Path

import pytest

from corpus.errors import ImportRefused
from corpus.importing import Status, import_files
from corpus.library import Library
from tests.corpus.importing.books import Kept, Saved, blocks, docx, pdf, zipped


def test_a_word_document_keeps_its_headings_and_lists(kept: Kept, lamp: Path) -> None:
    hears = "Nell trims the lamp and hears a bell out in the marsh, where none should be."
    leaves = "The harbour master leaves a silver coin on the sill and will not look at her."
    guide = docx([
        ("Heading 1", "Discussion Guide for The Lamp"), ("Heading 2", "Discussion Questions"),
        ("List", "What does the lamp by Ada Winterbourne stand for?"), ("List", "Would you have gone out?"),
        ("Heading 2", "Chapter 1"), ("", hears), ("Heading 2", "Chapter 2"), ("", leaves),
    ])  # fmt: skip
    import_files([kept("guide.docx", guide)], "the-lamp", lamp)
    assert len(blocks(lamp, "discussion")) == 2
    assert [block.reveals.marks["the-lamp"] for block in blocks(lamp, "summary") if block.reveals] == [1, 2]


def test_a_pdf_loses_page_numbers_and_what_every_page_repeats(kept: Kept, lamp: Path) -> None:
    asked = "In The Lamp by Ada Winterbourne, why does Nell go out on"
    pages = [["Reading Guide", f"{n}. {asked}", f"evening {n}?", f"Page {n} of 3"] for n in (1, 2, 3)]
    import_files([kept("guide.pdf", pdf(pages))], "the-lamp", lamp)
    text = "\n".join(path.read_text() for path in (lamp / "the-lamp").glob("*.md"))
    assert "go out on evening 2?" in text
    assert "Page 2" not in text
    assert "Reading Guide" not in text


def test_what_calibre_keeps_beside_a_book(saved: Saved, library: Path) -> None:
    described = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Lamp</dc:title><dc:creator>Ada Winterbourne'
        '</dc:creator><dc:date>2016-05-04</dc:date><meta name="calibre:series" content="Sorrel Coast"/>'
        "<dc:description>A bell rings.</dc:description></metadata></package>"
    )
    import_files([saved("metadata.opf", described)], "the-lamp", library)
    book = Library.load(library).books["the-lamp"]
    assert (book.author, book.year, book.series) == ("Ada Winterbourne", 2016, "Sorrel Coast")
    assert [
        (block.text, block.reveals and block.reveals.marks["the-lamp"]) for block in blocks(library, "premise")
    ] == [("A bell rings.", 0)]


OPEN_LIBRARY = {
    "work": {"key": "/works/OL1W", "title": "The Lamp", "description": {"value": "A bell rings."}},
    "edition": {
        "key": "/books/OL1M", "title": "The Lamp", "by_statement": "by Ada Winterbourne.", "number_of_pages": 288,
        "isbn_13": ["978-0-00-000001-9"], "publish_date": "May 2016", "series": ["Sorrel Coast, #1"],
    },
    "search": {"docs": [{"key": "x", "title": "The Lamp", "author_name": ["Ada Winterbourne"]}]},
    "data": {"ISBN:9780000000019": {"url": "x", "title": "The Lamp", "authors": [{"name": "Ada Winterbourne"}]}},
}  # fmt: skip


@pytest.mark.parametrize("name", ["edition", "search", "data"])
def test_what_open_library_says(name: str, saved: Saved, library: Path) -> None:
    import_files([saved(f"{name}.json", json.dumps(OPEN_LIBRARY[name]))], "the-lamp", library)
    book = Library.load(library).books["the-lamp"]
    assert (book.title, book.author) == ("The Lamp", "Ada Winterbourne")
    if name == "edition":
        assert (book.pages, book.isbn, book.year, book.series_number) == (288, "9780000000019", 2016, 1)


def test_a_work_of_open_library_gives_its_description(saved: Saved, lamp: Path) -> None:
    import_files([saved("work.json", json.dumps(OPEN_LIBRARY["work"]))], "the-lamp", lamp)
    assert [block.text for block in blocks(lamp, "premise")] == ["A bell rings."]


def test_clippings_are_quotes_at_their_pages_of_this_book_alone(saved: Saved, lamp: Path) -> None:
    own, other = "The Lamp (Winterbourne, Ada)", "The Glass Orchard (Marlow, Tomas)"
    rows = [
        (own, "- Your Highlight on page 27 | location 398-399 | Added on Thursday", "The wind has no clapper, child."),
        ("The Lamp", "- Ihre Markierung auf Seite 30-48 | Hinzugefügt am Freitag", "Der Wind hat keinen Klöppel."),
        (own, "- Your Highlight on Location 512-513 | Added on Friday", "Nobody had ever asked the lamp."),
        (own, "- Your Note on page 201 | Added on Friday", "ask the club about the coin"),
        (own, "- Your Highlight on page 400 | Added on Friday", "A page that this edition does not have."),
        (other, "- Your Highlight on page 3 | Added on Friday", "So it was Irena who had burned it."),
    ]
    text = "".join(f"\ufeff{title}\r\n{head}\r\n\r\n{words}\r\n==========\r\n" for title, head, words in rows)
    report = import_files([saved("My Clippings.txt", text)], "the-lamp", lamp)
    quotes = {block.text[:12]: block.reveals and block.reveals.marks["the-lamp"] for block in blocks(lamp, "quotes")}
    assert quotes == {"The wind has": 2, "Der Wind hat": 2, "Nobody had e": None, "A page that ": 12}
    assert any("other books" in entry.what for entry in report.of(Status.DROPPED))


def test_the_notebook_of_a_kindle_app_is_clippings_too(saved: Saved, lamp: Path) -> None:
    html = (
        '<html><body><div class="bookTitle">The Lamp</div><div class="authors">Winterbourne, Ada</div>'
        '<div class="sectionHeading">Chapter 1</div><div class="noteHeading">Highlight (yellow) - Page 27</div>'
        '<div class="noteText">The wind has no clapper, child.</div><div class="noteHeading">Note - Page 30</div>'
        '<div class="noteText">ask the club about the coin</div></body></html>'
    )
    import_files([saved("notebook.html", html)], "the-lamp", lamp)
    quotes = [(block.text, block.reveals.marks["the-lamp"]) for block in blocks(lamp, "quotes") if block.reveals]
    assert quotes == [("The wind has no clapper, child.", 2)]


GOODREADS = (
    "Book Id,Title,Author,My Rating,Exclusive Shelf\n1,The Lamp,Ada Winterbourne,4,read\n2,Emma,Jane Austen,5,read\n"
)
STORYGRAPH = "Title,Authors,ISBN/UID,Format,Read Status,Star Rating\nThe Lamp,Ada Winterbourne,,print,read,4.5\n"
WHATSAPP = "".join(f"24/08/2017, 22:3{n} - Ada: The Lamp was good\n" for n in range(6))
IPHONE = "".join(f"[24.08.17, 22:31:5{n}] Ada W.: The Lamp was good\n" for n in range(6))
DISCORD = "Guild: Club\nChannel: books\n\n[24-Aug-17 22:31] ada\nThe Lamp\n\n[24/08/2017 22:31] ada\nThe Lamp\n"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("export.csv", GOODREADS, "list of.*Goodreads.*/shelf"),
        ("export.txt", STORYGRAPH, "list of.*StoryGraph.*/shelf"),
        ("export.tsv", "Book Id\tTitle\tPrimary Author\tRating\n1\tThe Lamp\tW, Ada\t4\n", "list of.*LibraryThing"),
        ("chat.txt", WHATSAPP, "chat export.*/review"),
        ("chat.txt", IPHONE, "chat export"),
        ("chat.txt", DISCORD, "chat export"),
        ("data.json", '{"a": 1}', "data for programs.*Import a page"),
        ("deep.json", "[" * 100_000 + "]" * 100_000, "data for programs"),
        ("page.mhtml", "From: <Saved by Blink>\nContent-Type: multipart/related;\n\n<html>", "web archive.*HTML only"),
        ("book.fb2", '<?xml version="1.0"?><FictionBook>…</FictionBook>', "FB2.*Convert it to EPUB"),
    ],
)
def test_what_is_not_about_one_book_is_named_and_refused(
    name: str, text: str, why: str, saved: Saved, lamp: Path
) -> None:
    with pytest.raises(ImportRefused, match=why):
        import_files([saved(name, text)], "the-lamp", lamp)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("book.mobi", b"x" * 60 + b"BOOKMOBI" + b"\0" * 100, "Kindle book.*Convert it to EPUB"),
        ("guide.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old Word document.*docx"),
        ("guide.odt", zipped({"content.xml": "<x/>"}), "neither an e-book nor a Word document.*docx"),
        ("pages.zip", zipped({"a.html": "<p>The Lamp</p>"}), "Unpack it"),
        ("scan.pdf", pdf([[]]), "only pictures"),
        ("broken.pdf", b"%PDF-1.4\n" + b"1 0 obj\n<<" * 50, "damaged PDF|only pictures"),
        ("empty.docx", docx([]), "no text"),
        ("bad.docx", zipped({"word/document.xml": "<w:p"}), "damaged|no text"),
    ],
)
def test_other_files_are_named_and_refused_with_a_cure(
    name: str, data: bytes, why: str, kept: Kept, lamp: Path
) -> None:
    before = sorted(path.name for path in lamp.rglob("*"))
    with pytest.raises(ImportRefused, match=why) as refused:
        import_files([kept(name, data)], "the-lamp", lamp)
    assert "\n" not in str(refused.value)
    assert sorted(path.name for path in lamp.rglob("*")) == before


def test_a_text_on_one_long_line_is_read(saved: Saved, lamp: Path) -> None:
    text = "The Lamp by Ada Winterbourne. " + "A bell rings. " * 20_000
    assert import_files([saved("long.txt", text)], "the-lamp", lamp).changed


def test_a_talk_in_a_story_is_no_chat(saved: Saved, lamp: Path) -> None:
    text = (
        "The Lamp by Ada Winterbourne.\n\n" + "Nell: I heard a bell.\nFather: It was the wind, and nothing else.\n" * 5
    )
    assert import_files([saved("talk.txt", text)], "the-lamp", lamp).changed
