"""E-books: chapters in the table's order whatever program wrote them, exact gates, and nothing unsafe."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.books import Unit
from corpus.errors import ImportRefused, PositionError
from corpus.importing import import_files
from corpus.library import Library
from corpus.positions import parse_position
from tests.corpus.importing.books import CONTAINER, Kept, Table, blocks, epub, prose, xhtml, zipped

TITLES = ("The Trimmed Wick", "After Dark", "Low Tide", "The Bell", "The Long Night", "Home")
ROMAN = ("I", "II", "III", "IV", "V", "VI")


def one_file_a_chapter() -> bytes:
    pages = {f"c{n}.xhtml": xhtml(f"<h2>{title}</h2>{prose(title)}") for n, title in enumerate(TITLES)}
    return epub(pages, nav=[(title, f"c{n}.xhtml") for n, title in enumerate(TITLES)])


def several_chapters_in_a_file() -> bytes:
    chapters = [f'<h2 id="ch{n}">Chapter {n}</h2>{prose(title)}' for n, title in enumerate(TITLES, 1)]
    pages = {"a.xhtml": xhtml("".join(chapters[:4])), "b.xhtml": xhtml("".join(chapters[4:]))}
    links = [f"{'a' if n < 5 else 'b'}.xhtml#ch{n}" for n in range(1, 7)]
    return epub(
        pages, nav=[(f"{n}. {title}", link) for n, (title, link) in enumerate(zip(TITLES, links, strict=True), 1)]
    )


def parts_with_chapters_below() -> bytes:
    pages = {"p1.xhtml": xhtml("<h1>Part One</h1>"), "p2.xhtml": xhtml("<h1>Part Two</h1><p>The tide is out.</p>")}
    pages |= {f"c{n}.xhtml": xhtml(f"<h2>Chapter {n % 3 + 1}</h2>{prose(title)}") for n, title in enumerate(TITLES)}
    order = ["p1.xhtml", "c0.xhtml", "c1.xhtml", "c2.xhtml", "p2.xhtml", "c3.xhtml", "c4.xhtml", "c5.xhtml"]
    below = [(f"Chapter {n % 3 + 1}: {title}", f"c{n}.xhtml") for n, title in enumerate(TITLES)]
    table = [("Part One", "p1.xhtml", below[:3]), ("Part Two", "p2.xhtml", below[3:])]
    return epub({name: pages[name] for name in order}, nav=table)


def parts_between_chapters() -> bytes:
    pages = {
        "p1.xhtml": xhtml("<h1>Book the First</h1>"),
        **{f"c{n}.xhtml": xhtml(f"<h2>{title}</h2>{prose(title)}") for n, title in enumerate(TITLES[:3])},
        "p2.xhtml": xhtml("<h1>Book the Second</h1>"),
        **{f"c{n}.xhtml": xhtml(f"<h2>{title}</h2>{prose(title)}") for n, title in enumerate(TITLES) if n > 2},
    }
    named = {"p1": "Book the First", "p2": "Book the Second"} | {f"c{n}": title for n, title in enumerate(TITLES)}
    return epub(pages, nav=[(named[page[:2]], page) for page in pages])


def tables_in_tables() -> bytes:
    scenes = "".join(f'<h3 id="s{n}">Scene {n}</h3>{prose(f"scene {n}")}' for n in (1, 2))
    pages = {f"c{n}.xhtml": xhtml(f"<h2>Chapter {n}</h2>{prose(t)}{scenes}") for n, t in enumerate(TITLES, 1)}
    below = [
        (f"Chapter {n}: {title}", f"c{n}.xhtml", [("Morning", f"c{n}.xhtml#s1"), ("Evening", f"c{n}.xhtml#s2")])
        for n, title in enumerate(TITLES, 1)
    ]
    return epub(
        pages, nav=[("The Lamp", "c1.xhtml", [("Part I", "c1.xhtml", below[:3]), ("Part II", "c4.xhtml", below[3:])])]
    )


def no_table() -> bytes:
    heads = [f"<hgroup><h2>{n}</h2><p>{title}</p></hgroup>" for n, title in zip(ROMAN, TITLES, strict=True)]
    pages = {f"c{n}.xhtml": xhtml(f"<section>{head}{prose(TITLES[n])}</section>") for n, head in enumerate(heads)}
    return epub({"title.xhtml": xhtml("<h1>The Lamp</h1><p>Ada Winterbourne</p>"), **pages})


def neither_table_nor_headings() -> bytes:
    pages = {f"c{n}.xhtml": xhtml(prose(title)) for n, title in enumerate(TITLES)}
    return epub({"title.xhtml": xhtml("<h1>The Lamp</h1><p>Ada Winterbourne</p>"), **pages})


def old_table_only() -> bytes:
    pages = {f"c{n}.html": xhtml(f"<h2>{title}</h2>{prose(title)}") for n, title in enumerate(TITLES)}
    return epub(pages, ncx=[(title, f"c{n}.html") for n, title in enumerate(TITLES)])


def split_by_size() -> bytes:
    pages: dict[str, str] = {"titlepage.xhtml": xhtml("<svg></svg>")}
    for n, title in enumerate(TITLES):
        pages[f"index_split_{2 * n:03}.html"] = xhtml(f'<h2 class="calibre1">CHAPTER {n + 1}</h2>{prose(title)}')
        pages[f"index_split_{2 * n + 1:03}.html"] = xhtml(f"<div>{prose(f'{title}, and more of it')}</div>")
    return epub(pages, ncx=[(f"CHAPTER {n + 1}", f"index_split_{2 * n:03}.html") for n in range(6)])


def as_gutenberg_does() -> bytes:
    chapters = [
        f'<div class="chapter"><h2><a id="link2H_{n}"></a>CHAPTER {roman}.<br/>{title}</h2>'
        f'<span class="pagenum" epub:type="pagebreak">{n}</span>{prose(title)}</div>'
        for n, (roman, title) in enumerate(zip(ROMAN, TITLES, strict=True))
    ]
    head = '<section id="pg-header"><h2>The Project Gutenberg eBook of The Lamp</h2></section><h1>The Lamp</h1>'
    licence = '<h2 id="pg-footer-heading">THE FULL PROJECT GUTENBERG LICENSE</h2><p>Terms.</p>'
    end = f'<section id="pg-footer">{licence}</section>'
    pages = {"0.xhtml": xhtml(head + "".join(chapters[:2])), "1.xhtml": xhtml("".join(chapters[2:]) + end)}
    names = [
        (f"CHAPTER {roman}. {title}", f"{int(n > 1)}.xhtml#link2H_{n}")
        for n, (roman, title) in enumerate(zip(ROMAN, TITLES, strict=True))
    ]
    table: Table = [
        ("The Lamp", "0.xhtml", names),
        ("THE FULL PROJECT GUTENBERG™ LICENSE", "1.xhtml#pg-footer-heading"),
    ]
    return epub(pages, ncx=table)


def much_around_it() -> bytes:
    pages = {
        "cover.xhtml": xhtml("<img src='c.jpg'/>", "cover"), "half.xhtml": xhtml("<h1>The Lamp</h1>"),
        "copyright.xhtml": xhtml("<p>© the author. All rights reserved.</p>"),
        "dedication.xhtml": xhtml("<p>For the keepers.</p>", "dedication"),
        "foreword.xhtml": xhtml(f"<h2>Foreword</h2>{prose('foreword', 9)}"),
        **{f"c{n}.xhtml": xhtml(f"<h2>{n}</h2>{prose(title)}") for n, title in enumerate(TITLES, 1)},
        "thanks.xhtml": xhtml(f"<h2>Acknowledgements</h2>{prose('thanks')}"),
        "about.xhtml": xhtml(f"<h2>About the Author</h2>{prose('author')}"),
        "sample.xhtml": xhtml("<h1>An Excerpt from The Glass Orchard</h1>"),
        "x1.xhtml": xhtml(f"<h2>1</h2>{prose('burning orchard')}"), "notes.xhtml": xhtml(prose("note")),
    }  # fmt: skip
    table = [
        ("Cover", "cover.xhtml"), ("Title Page", "half.xhtml"), ("Copyright", "copyright.xhtml"),
        ("Foreword", "foreword.xhtml"), *((str(n), f"c{n}.xhtml") for n in range(1, 7)),
        ("Acknowledgements", "thanks.xhtml"), ("An Excerpt from <i>The Glass Orchard</i>", "sample.xhtml"),
        ("1", "x1.xhtml"),
    ]  # fmt: skip
    return epub(pages, nav=table, outside=["notes.xhtml"])


LAYOUTS = [
    one_file_a_chapter, several_chapters_in_a_file, parts_with_chapters_below, parts_between_chapters, tables_in_tables,
    no_table, neither_table_nor_headings, old_table_only, split_by_size, as_gutenberg_does, much_around_it,
]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_its_chapters_in_order_and_nothing_early(
    layout: Callable[[], bytes], kept: Kept, library: Path
) -> None:
    import_files([kept("book.epub", layout())], "the-lamp", library)
    book = Library.load(library).books["the-lamp"]
    assert (book.title, book.author, book.unit, book.marks) == ("The Lamp", "Ada Winterbourne", Unit.CHAPTER, 6)
    assert len(book.lengths) == 6
    told = blocks(library)
    for n, title in enumerate(TITLES, 1):
        own = [block for block in told if f"of the {title} and" in block.text]
        assert len(own) == 3
        assert {block.reveals.marks["the-lamp"] for block in own if block.reveals} == {n}
    everything = " ".join(block.text for block in told)
    for left_out in ("foreword", "rights reserved", "thanks", "burning orchard", "note", "Terms", "keepers"):
        assert left_out not in everything


def test_titles_are_shown_no_earlier_than_their_chapter(kept: Kept, library: Path) -> None:
    import_files([kept("book.epub", several_chapters_in_a_file())], "the-lamp", library)
    for block in blocks(library):
        assert block.heading_reveals == block.reveals
    assert {block.heading for block in blocks(library)} == {
        f"Chapter {n}: {title}" for n, title in enumerate(TITLES, 1)
    }


def test_parts_are_known_by_their_last_chapter(kept: Kept, library: Path) -> None:
    import_files([kept("book.epub", parts_with_chapters_below())], "the-lamp", library)
    assert [part.last_mark for part in Library.load(library).books["the-lamp"].parts] == [3, 6]


def test_a_prologue_belongs_to_chapter_one_and_an_epilogue_is_a_mark_of_its_own(kept: Kept, library: Path) -> None:
    names = ["Prologue", "Chapter 1", "Chapter 2", "Interlude", "Chapter 3", "Epilogue"]
    pages = {f"c{n}.xhtml": xhtml(f"<h2>{name}</h2>{prose(name)}") for n, name in enumerate(names)}
    table = [(name, f"c{n}.xhtml") for n, name in enumerate(names)]
    import_files([kept("book.epub", epub(pages, nav=table))], "the-lamp", library)
    marks = {name: block.reveals.marks["the-lamp"] for name in names for block in blocks(library)
             if block.reveals and f"of the {name} and" in block.text}  # fmt: skip
    assert list(marks.values()) == [1, 1, 2, 3, 3, 4]


def test_without_its_words_the_table_stays(kept: Kept, library: Path) -> None:
    import_files([kept("book.epub", several_chapters_in_a_file())], "the-lamp", library, text=False)
    assert blocks(library) == []
    told = blocks(library, "contents")
    assert [block.text for block in told][:1] == ["“The Trimmed Wick” is the title of chapter 1."]
    assert [block.reveals.marks["the-lamp"] for block in told if block.reveals] == [1, 2, 3, 4, 5, 6]


def test_in_a_book_of_percent_each_paragraph_has_its_share(kept: Kept, library: Path) -> None:
    (library / "the-lamp").mkdir()
    (library / "the-lamp" / "book.toml").write_text('title = "The Lamp"\nauthor = "A"\nunit = "percent"\nmarks = 100\n')
    import_files([kept("book.epub", one_file_a_chapter())], "the-lamp", library)
    marks = [block.reveals.marks["the-lamp"] for block in blocks(library) if block.reveals]
    assert marks == sorted(marks)
    assert (marks[0] > 0, marks[-1]) == (True, 100)
    assert Library.load(library).books["the-lamp"].lengths == ()


def test_a_book_with_other_chapters_is_refused_with_both_numbers(kept: Kept, library: Path) -> None:
    (library / "the-lamp").mkdir()
    (library / "the-lamp" / "book.toml").write_text('title = "The Lamp"\nauthor = "A"\nunit = "chapter"\nmarks = 9\n')
    with pytest.raises(ImportRefused, match=r"6 chapters.*9 chapters"):
        import_files([kept("book.epub", one_file_a_chapter())], "the-lamp", library)


def test_what_an_e_book_says_of_itself(kept: Kept, library: Path) -> None:
    meta = (
        "<dc:identifier>urn:isbn:978-0-00-000001-9</dc:identifier><dc:date>2016-05-04</dc:date>"
        '<meta name="calibre:series" content="Sorrel Coast"/><meta name="calibre:series_index" content="2.0"/>'
        '<dc:creator opf:role="ill">B. Brush</dc:creator>'
        "<dc:description>&lt;p&gt;A keeper’s daughter &lt;b&gt;listens&lt;/b&gt;.&lt;/p&gt;</dc:description>"
    )
    pages = {f"c{n}.xhtml": xhtml(f"<h2>{title}</h2>{prose(title)}") for n, title in enumerate(TITLES)}
    import_files([kept("book.epub", epub(pages, meta=meta))], "the-lamp", library)
    book = Library.load(library).books["the-lamp"]
    assert (book.author, book.year, book.series, book.series_number) == ("Ada Winterbourne", 2016, "Sorrel Coast", 2)
    assert (book.isbn, book.language) == ("9780000000019", "English")
    premise = blocks(library, "premise")
    assert [(block.text, block.reveals.marks["the-lamp"]) for block in premise if block.reveals] == [
        ("A keeper’s daughter listens.", 0)
    ]


def test_importing_an_e_book_twice_changes_nothing(kept: Kept, library: Path) -> None:
    book = kept("book.epub", much_around_it())
    import_files([book], "the-lamp", library)
    assert not import_files([book], "the-lamp", library).changed


PAGE = {"c.xhtml": xhtml(prose("lamp"))}
RIGHTS = '<encryption><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></encryption>'
FONTS = RIGHTS.replace("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "http://www.idpf.org/2008/embedding")
BOMB = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><package><metadata>&b;</metadata></package>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (epub(PAGE, more={"META-INF/encryption.xml": RIGHTS}), "copy protection"),
        (epub(PAGE, more={"../../evil.xhtml": "x"}), "outside its own folder"),
        (epub(PAGE, more={"/evil.xhtml": "x"}), "outside its own folder"),
        (epub(PAGE, more={"OPS/zeros.xhtml": b"\0" * 5_000_000}), "unpack to far more"),
        (epub(PAGE, more={f"OPS/{n}.png": "" for n in range(5_001)}), "at most 5,000"),
        (epub(PAGE)[:-200], "damaged"),
        (epub({}), "no text"),
        (epub({"c.xhtml": xhtml("<img src='1.png'/>")}), "no text"),
        (zipped({"META-INF/container.xml": CONTAINER}), "without a description"),
        (zipped({"META-INF/container.xml": CONTAINER, "OPS/book.opf": BOMB}), "damaged"),
        (zipped({"META-INF/container.xml": CONTAINER, "OPS/book.opf": "<package"}), "no text|damaged"),
        (zipped({"pages/1.html": "x"}), "Unpack it"),
    ],
)
def test_unsafe_and_unreadable_files_are_refused_in_one_sentence(
    data: bytes, why: str, kept: Kept, library: Path
) -> None:
    with pytest.raises(ImportRefused, match=why) as refused:
        import_files([kept("book.epub", data)], "the-lamp", library)
    assert "\n" not in str(refused.value)
    assert list(library.iterdir()) == []


def test_scrambled_fonts_protect_no_text(kept: Kept, library: Path) -> None:
    import_files([kept("book.epub", epub(PAGE, more={"META-INF/encryption.xml": FONTS}))], "the-lamp", library)
    assert blocks(library)


def test_scripts_and_hidden_text_reach_nobody(kept: Kept, library: Path) -> None:
    pages = {
        f"c{n}.xhtml": xhtml(
            f"<h2>{title}</h2><script>steal()</script><p style='display:none'>Hidden.</p>{prose(title)}"
            '<aside epub:type="footnote">A footnote.</aside><p>A word<sup><a href="#f">1</a></sup> &lt;b&gt; here.</p>'
        )
        for n, title in enumerate(TITLES)
    }
    import_files([kept("book.epub", epub(pages))], "the-lamp", library)
    told = " ".join(block.text for block in blocks(library))
    assert not any(words in told for words in ("steal", "Hidden", "footnote", "word1"))


def test_encodings_are_read_as_the_file_says(kept: Kept, library: Path) -> None:
    page = xhtml("<h2>Eins</h2><p>Łódź leuchtet, und niemand sieht es.</p>")
    pages = {"a.xhtml": page, "b.xhtml": page.replace("Eins", "Zwei").replace("leuchtet", "schläft")}
    data = io.BytesIO(epub(pages))
    changed = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("a.xhtml"):
                text = text.decode().replace('"utf-8"', '"iso-8859-2"').encode("iso-8859-2")
            new.writestr(name, text.decode().encode("utf-16") if name.endswith("b.xhtml") else text)
    import_files([kept("book.epub", changed.getvalue())], "the-lamp", library)
    assert [block.text[:4] for block in blocks(library)] == ["Łódź", "Łódź"]


def test_deep_nesting_takes_no_time(kept: Kept, library: Path) -> None:
    deep = xhtml(f"{'<div>' * 5_000}{prose('lamp')}{'</div>' * 5_000}")
    table = f"{'<ol><li>' * 300}<a href='c.xhtml'>Deep</a>"
    data = epub({"c.xhtml": deep, "d.xhtml": xhtml(prose("end"))}, nav=[("x</a></li>" + table + "<a>", "c.xhtml")])
    import_files([kept("book.epub", data)], "the-lamp", library)
    assert len(blocks(library)) == 6


def test_hundreds_of_chapters_in_one_file_take_seconds(kept: Kept, library: Path) -> None:
    chapters = "".join(f'<h2 id="a{n}">Chapter {n}</h2><p>On evening {n} it rained.</p>' for n in range(1, 501))
    table = [(f"Chapter {n}", f"c.xhtml#a{n}") for n in range(1, 501)]
    begun = time.process_time()
    import_files([kept("book.epub", epub({"c.xhtml": xhtml(chapters)}, nav=table))], "the-lamp", library)
    assert time.process_time() - begun < 10
    assert Library.load(library).books["the-lamp"].marks == 500


def test_a_bare_chapter_of_a_book_that_numbers_each_part_anew_counts_for_the_last_part(
    kept: Kept, library: Path
) -> None:
    import_files([kept("book.epub", parts_with_chapters_below())], "the-lamp", library)
    guide = b"# The Lamp by Ada Winterbourne\n\n## Chapter 2\n\nNell hears the bell, and the harbour master runs.\n"
    import_files([kept("guide.md", guide)], "the-lamp", library)
    known = Library.load(library)
    book = known.books["the-lamp"]
    assert book.numbered_anew
    (told,) = (b for d in known.documents["the-lamp"] if d.kind != "text" for b in d.blocks if "Nell hears" in b.text)
    assert told.reveals is not None
    assert told.reveals.marks["the-lamp"] == 5
    said = {"ch 2": 2, "part 2 chapter 1": 4, "in part two, ch 3": 5, "2.3": 6, "Part II Chapter 2": 5, "45.5%": 2}
    assert {text: parse_position(text, book) for text in said} == said
    with pytest.raises(PositionError, match="no chapter 4 in part 2"):
        parse_position("2.4", book)


def test_a_page_outside_the_story_that_the_table_leaves_out_is_no_part_of_a_chapter(kept: Kept, library: Path) -> None:
    pages = {f"c{n}.xhtml": xhtml(f"<h2>Chapter {n}</h2>{prose(f'bell {n}')}") for n in (1, 2)}
    pages |= {"who.xhtml": xhtml("<h2>About the Author</h2><p>Ada Winterbourne was drowned by the keeper.</p>")}
    pages |= {"c3.xhtml": xhtml(f"<h2>Chapter 3</h2>{prose('tide')}")}
    table = [(f"Chapter {n}", f"c{n}.xhtml") for n in (1, 2, 3)]
    import_files([kept("book.epub", epub(pages, nav=table))], "the-lamp", library)
    known = Library.load(library)
    assert known.books["the-lamp"].marks == 3
    assert "drowned by the keeper" not in str(known.documents["the-lamp"])
