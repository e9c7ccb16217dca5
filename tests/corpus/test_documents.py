"""The rules by which a document says how far each of its texts reveals, and the scope of each.

Texts in these tests begin with a word that names them: `marks` maps it to what the text needs in Smiley's People.
"""

import datetime as dt
import time

import pytest

from corpus.books import Reveals
from tests.corpus.shelf import PEOPLE, TINKER, Shelf

# Rule 1: a comment


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        # a comment under a heading holds up to the next of its level
        (
            "## Karla\n<!-- reveals: 7 -->\nOne.\n\nTwo.\n\n- three\n\n## Smiley\n\nFour.",
            {"One": 7, "Two": 7, "three": 7, "Four": None},
        ),
        # a comment ends at a heading of a higher level
        ("# People\n\n### Karla\n<!-- reveals: 7 -->\nOne.\n\n## Smiley\n\nTwo.", {"One": 7, "Two": None}),
        # a comment holds below lower headings
        (
            "## Karla\n<!-- reveals: 7 -->\n\n### His youth\n\nOne.\n\n#### Odessa\n\nTwo.\n\n## Smiley\n\nThree.",
            {"One": 7, "Two": 7, "Three": None},
        ),
        # a comment below a lower heading holds there only
        (
            (
                "## Karla\n<!-- reveals: 7 -->\nOne.\n\n### His daughter\n<!-- reveals: 19 -->\nTwo.\n\n"
                "### His lighter\n\nThree."
            ),
            {"One": 7, "Two": 19, "Three": 7},
        ),
        # a comment before a paragraph holds for what follows
        (
            "## Karla\n\nOne.\n\n<!-- reveals: 7 -->\nTwo.\n\nThree.\n\n<!-- reveals: 19 -->\n\nFour.",
            {"One": None, "Two": 7, "Three": 7, "Four": 19},
        ),
        # a comment may stand before or in a list item
        (
            (
                "<!-- reveals: 3 -->\n- one\n- two\n\n<!-- reveals: 5 -->\n- three\n- <!-- reveals: 7 --> four\n"
                "- <!-- reveals: 9 -->\n  five\n- six"
            ),
            {"one": 3, "two": 3, "three": 5, "four": 7, "five": 9, "six": 9},
        ),
        # a comment in a nested list holds for what follows
        (
            "<!-- reveals: 3 -->\n- one\n  - <!-- reveals: 7 --> two\n    - three\n- four\n\nFive.",
            {"one": 3, "two": 7, "three": 7, "four": 7, "Five": 7},
        ),
        # text behind a comment on its line is held by it
        ("<!-- reveals: 7 --> One.\nTwo.", {"One": 7, "Two": 7}),
        # a comment in a heading is one under it
        ("## Karla <!-- reveals: 7 -->\n\nOne.\n\n## Smiley\n\nTwo.", {"One": 7, "Two": None}),
        # a heading holds up to the next of its level
        (
            (
                "# Story\n\n## Chapter 7\n\nOne.\n\n### Later\n\nTwo.\n\n### Chapter 9\n\nThree.\n\n"
                "### Later still\n\nFour.\n\n## Afterwards\n\nFive."
            ),
            {"One": 7, "Two": 7, "Three": 9, "Four": 7, "Five": None},
        ),
        # a heading in a quote lowers nothing
        (
            (
                "## Chapter 20\n\nOne.\n\n> ## Chapter 3\n> Two.\n\nThree.\n\n- ## Karla\n  four\n\nFive.\n\n"
                "> # Chapter 25\n\nSix.\n\n# Chapter 21\n\nSeven."
            ),
            {"One": 20, "Two": 20, "Three": 20, "four": 20, "Five": 20, "Six": 25, "Seven": 21},
        ),
        # marks of line end within a line make no heading
        ("## Chapter 20\n\nOne\u2028## Chapter 1\u2028\u2028Two\x0c## Chapter 2", {"One": 20}),
        # code is text like any other
        ("## Chapter 20\n\n```\nOne.\n```\n\nTwo.\n\n    Three.", {"One": 20, "Two": 20, "Three": 20}),
        # a comment above a heading does no harm where one stands below
        (
            "## Ann\n<!-- reveals: 3 -->\n\n## Karla\n<!-- reveals: 19 -->\nOne.\n\n## Smiley\n\nTwo.",
            {"One": 19, "Two": None},
        ),
        # a comment settles what a heading leaves open
        ("## What chapter 20 meant\n<!-- reveals: 20 -->\nOne.", {"One": 20}),
        # numbers in front matter are decimal
        ("---\nreveals: 010\n---\nOne.", {"One": 10}),
    ],
)
def test_what_each_text_reveals(shelf: Shelf, text: str, marks: dict[str, int | None]) -> None:
    assert shelf.marks(text) == marks


def test_comments_that_stand_together_hold_together(shelf: Shelf) -> None:
    shelf.book(TINKER, 38)
    one, two = shelf.blocks(f"""
        <!-- reveals: 7 -->
        <!-- reveals: {TINKER}=38 -->
        One.

        <!-- reveals: 9 --> <!-- reveals: 2 -->
        Two.
        """)
    assert one.reveals == Reveals.of({PEOPLE: 7, TINKER: 38})
    assert two.reveals == Reveals.of({PEOPLE: 9})


@pytest.mark.parametrize(
    "comment",
    [
        "<!--reveals:7-->", "<!--\nreveals:\n7\n-->", "<!-- REVEALS = 7 -->", "<!-- reveal: 7 -->",
        "<!-- reveals: 7 --> <!-- a note -->",
        "<!-- a note -->\n<!-- reveals: 7 -->",
    ],
)  # fmt: skip
def test_ways_to_write_a_comment(shelf: Shelf, comment: str) -> None:
    assert shelf.marks(f"{comment}\nOne.\n") == {"One": 7}


def test_other_comments_say_nothing_and_are_not_shown(shelf: Shelf) -> None:
    text = "<!-- draft -->\n<!-- review this -->\n<!-- page: 12 -->\nOne <!-- check this --> more.\n\n"
    assert shelf.marks(f"{text}<!--\nTwo.\n-->\n\nThree.\n") == {"One": None, "Three": None}
    (block,) = shelf.blocks("One <!-- check this --> more.")
    assert block.text == "One more."


# Rule 2: a heading


@pytest.mark.parametrize(
    ("heading", "mark"),
    [
        ("## Chapter 7", 7), ("## Chapters 5–7", 7), ("## Chapters 5-7", 7), ("## Chapters 5 to 7", 7),
        ("## Part 2", 18), ("## 40%", 11), ("## **Chapter 7**", 7), ("## Chapter 7: *1961* ##", 7),
        ("###### Chapter 7", 7), ("Chapter 7\n---------", 7), ("Chapter 7\n=========", 7), ("> ## Chapter 7", 7),
        ("- ## Chapter 7", 7),
    ],
)  # fmt: skip
def test_a_heading_that_names_marks_holds_below_it(shelf: Shelf, heading: str, mark: int) -> None:
    more = "\n".join(f'[[parts]]\ntitle = "{n}"\nlast_mark = {9 * n}' for n in (1, 2, 3))
    shelf.book(PEOPLE, more=more)
    assert shelf.marks(f"{heading}\n\nOne.\n\nTwo.\n") == {"One": mark, "Two": mark}


def test_a_section_of_a_book_of_sections(shelf: Shelf) -> None:
    shelf.book(PEOPLE, unit="section")
    assert shelf.marks("## Section 3\n\nOne.\n\n## Section 4\n\nTwo.\n") == {"One": 3, "Two": 4}


# Rule 3: front matter


@pytest.mark.parametrize("reveals", ["7", '"7"', f"{PEOPLE}=7", f"{{{PEOPLE}: 7}}", f"\n  {PEOPLE}: 7", "7  # for now"])
def test_front_matter_holds_for_the_document(shelf: Shelf, reveals: str) -> None:
    assert shelf.marks(f"---\nreveals: {reveals}\n---\n\nOne.\n\n## Karla\n\nTwo.\n") == {"One": 7, "Two": 7}


def test_front_matter_says_what_a_document_is(shelf: Shelf) -> None:
    document, problems = shelf.document("""
        ---
        kind: Review
        title: A reader
        source: "a page: the study"
        author: Ann
        date: 2019-02-11
        rating: 4
        ---
        One.
        """)
    assert problems == ()
    assert (document.kind, document.title, document.source) == ("review", "A reader", "a page: the study")
    assert (document.date, document.rating) == (dt.date(2019, 2, 11), 4)
    assert [block.line for block in document.blocks] == [9]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("summary.md", "summary"), ("reviews.md", "review"), ("People.md", "people"), ("odd.md", "notes")],
)
def test_without_front_matter_the_name_says_what_a_document_is(shelf: Shelf, name: str, kind: str) -> None:
    document, _ = shelf.document("One.", name)
    assert document.kind == kind


# Which rule comes first


def test_a_comment_comes_before_a_heading_and_a_heading_before_the_front_matter(shelf: Shelf) -> None:
    text = """
        ---
        reveals: 1
        ---
        One.

        ## Chapter 7

        Two.

        <!-- reveals: 3 -->
        Three.

        ## Chapter 8
        <!-- reveals: 12 -->
        Four.

        ## Karla

        Five.
        """
    assert shelf.marks(text) == {"One": 1, "Two": 7, "Three": 3, "Four": 12, "Five": 1}
    by = {block.text: block.placed_by for block in shelf.blocks(text)}
    assert by == {
        "One.": "front matter",
        "Two.": "heading",
        "Three.": "comment",
        "Four.": "comment",
        "Five.": "front matter",
    }


def test_a_comment_comes_before_lower_headings_too_and_that_is_pointed_out(shelf: Shelf) -> None:
    text = (
        "# Story\n<!-- reveals: 0 -->\nOne.\n\n## Chapter 20\n\nTwo.\n\n## Chapter 21\n<!-- reveals: 21 -->\nThree.\n"
    )
    marks, problems = shelf.doubted(text)
    assert marks == {"One": 0, "Two": 0, "Three": 21}
    assert [(problem.line, problem.fatal) for problem in problems] == [(5, False)]


def test_a_comment_above_all_headings_lowers_nothing_below_them(shelf: Shelf) -> None:
    text = "<!-- reveals: 5 -->\nOne.\n\n# Story\n\nTwo.\n\n## Chapter 20\n\nThree.\n\n## Chapter 2\n\nFour.\n"
    assert shelf.marks(text) == {"One": 5, "Two": 5, "Three": 20, "Four": 5}
    fronted = f"---\nreveals: 12\n---\n{text}"
    assert shelf.marks(fronted) == {"One": 5, "Two": 12, "Three": 20, "Four": 5}


# What a document looks like


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff---\nreveals: 7\n---\nOne.\n", "---\r\nreveals: 7\r\n---\r\nOne.\r\n", "---\rreveals: 7\r---\rOne.\r",
        "\n\n---\nreveals: 7\n---\nOne.\n", "--- \nreveals: 7\n---\t\nOne.", "---\nreveals: 7\n---\n\n\n---\n\nOne.",
    ],
)  # fmt: skip
def test_byte_order_marks_and_line_ends_do_not_matter(shelf: Shelf, text: str) -> None:
    shelf.folder.joinpath(PEOPLE, "notes.md").write_bytes(text.encode())
    library = shelf.load()
    assert library.problems == ()
    assert [block.reveals for block in library.documents[PEOPLE][0].blocks] == [Reveals.of({PEOPLE: 7})]


def test_html_is_shown_without_its_tags(shelf: Shelf) -> None:
    text = "## Chapter 7\n\n<div class='a'>\nOne <b>bold</b> &amp; <i>more</i>.\n</div>\n\nTwo a<b>c</b>, 1 < 2 > 0.\n"
    one, two = shelf.blocks(text)
    assert one.text.startswith("One bold")
    assert two.text == "Two a c , 1 < 2 > 0."
    assert one.reveals == two.reveals == Reveals.of({PEOPLE: 7})


def test_quotes_links_and_emphasis_are_read_as_words(shelf: Shelf) -> None:
    (block,) = shelf.blocks("> One *two* [three](https://example.org)\n> ![four](a.png) `five` \\*six\\*\n")
    assert block.text == "One two three four five *six*"


def test_items_are_told_from_paragraphs(shelf: Shelf) -> None:
    blocks = shelf.blocks("One.\n\n- two\n\n  three\n\n- four\n  - five\n\nSix.\n")
    assert [block.text for block in blocks if block.is_item] == ["two", "four", "five"]
    assert [block.text for block in blocks if not block.is_item] == ["One.", "three", "Six."]


def test_lines_are_those_of_the_file(shelf: Shelf) -> None:
    blocks = shelf.blocks("---\nkind: text\n---\n\n# One\n\nTwo.\n\n- three\n\n  four\n")
    assert [block.line for block in blocks] == [7, 9, 11]


def test_stars_and_dates_of_reviews(shelf: Shelf) -> None:
    one, more, two, three = shelf.blocks(
        "## ★★★★☆ · 2017-10-31\n\nOne.\n\n### More\n\nMore.\n\n## ★★☆☆☆\n\nTwo.\n\n## ★★★★★★ · 2017-13-31\n\nThree.\n"
    )
    assert (one.rating, one.date) == (more.rating, more.date) == (4, dt.date(2017, 10, 31))
    assert (two.rating, two.date) == (2, None)
    assert (three.rating, three.date) == (None, None)


@pytest.mark.parametrize(
    ("item", "text", "likes", "explicit"),
    [
        ("- “One.”", "“One.”", 0, False), ("- “One.” (3 likes)", "“One.”", 3, False),
        ("- “One.” (1 like)", "“One.”", 1, False), ("- “One.” (1,204 likes, explicit)", "“One.”", 1204, True),
        ("- “One.” (explicit, 3 likes)", "“One.”", 3, True), ("- “One.” (Explicit)", "“One.”", 0, True),
        ("- “One.” (explicit) (3 likes)", "“One.”", 3, True),
        ("- “One” (he likes it)", "“One” (he likes it)", 0, False), ("- “One” ()", "“One” ()", 0, False),
    ],
)  # fmt: skip
def test_the_notes_of_a_quote(shelf: Shelf, item: str, text: str, likes: int, explicit: bool) -> None:
    (block,) = shelf.blocks(item)
    assert (block.text, block.likes, block.explicit) == (text, likes, explicit)


def test_what_is_explicit_is_so_as_a_whole(shelf: Shelf) -> None:
    text = """
        - One.

          - two

          Three. (explicit)
        - four

        ## ★☆☆☆☆ · explicit

        Five.

        ### More

        Six.

        ## ★☆☆☆☆ · 2017-10-18

        Seven.
        """
    explicit = {block.text.strip(".") for block in shelf.blocks(text) if block.explicit}
    assert explicit == {"One", "two", "Three", "Five", "Six"}


# What is wrong


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- reveals: seven -->", "<!-- reveals: -1 -->", "<!-- reveals: 28 -->", "<!-- reveals: 7 8 -->",
        "<!-- reveals: 40% -->", "<!-- reveals: ٧ -->", "<!-- reveals: -->", "<!-- reveals 7 -->",
        "<!-- revels: 7 -->", "<!-- reveels: 7 -->", "<!-- note; reveals: 7 -->", "<!-- reveals: smiley-people=0 -->",
        "<!-- reveals: smileys-people=0, smileys-people=3 -->", "<!-- this reveals nothing -->",
    ],
)  # fmt: skip
def test_a_comment_that_cannot_be_read(shelf: Shelf, comment: str) -> None:
    marks, (problem,) = shelf.doubted(f"## Chapter 7\n\nOne.\n\n{comment}\nTwo.\n\n## Chapter 8\n\nThree.\n")
    assert marks == {"One": 7, "Two": 27, "Three": 8}
    assert (problem.line, problem.fatal) == (5, False)
    assert str(problem).startswith(f"{problem.path}:5: “reveals” is wrong, so this is hidden until the end. ")


def test_a_comment_about_two_books_hides_both(shelf: Shelf) -> None:
    shelf.book(TINKER, 38)
    document, _ = shelf.document(f"<!-- reveals: {PEOPLE}=3, {TINKER}=99 -->\nOne.\n")
    assert document.blocks[0].reveals == Reveals.of({PEOPLE: 27, TINKER: 38})


def test_the_line_of_a_comment_is_its_own(shelf: Shelf) -> None:
    _, problems = shelf.doubted("<div>\n\nOne.\n\n</div>\n<!-- a\nb -->\n<!-- reveals: x -->\nTwo.\n")
    assert [problem.line for problem in problems] == [8]


def test_a_comment_within_a_text_lowers_nothing(shelf: Shelf) -> None:
    text = "## Chapter 20\n\nOne. <!-- reveals: 3 --> More.\n\nTwo.\n\n## Chapter 21\n\nThree. <!-- reveals: 25 -->\n"
    marks, problems = shelf.doubted(text)
    assert marks == {"One": 20, "Two": 20, "Three": 25}
    assert [problem.line for problem in problems] == [3, 9]


def test_a_comment_within_a_text_that_nothing_places_hides_it(shelf: Shelf) -> None:
    marks, _ = shelf.doubted(
        "- one <!-- reveals: 3 -->\n- two\n\nThree <!-- reveals: 9 --> <!-- reveals: 0 --> more.\n"
    )
    assert marks == {"one": 27, "two": 27, "Three": 27}


@pytest.mark.parametrize(
    "text",
    [
        "<!-- reveals: 3\n\nTwo.\n", "Two <!-- reveals: 3\n\nThree.\n", "Two.\n\n- <!-- reveals: 3\n- four\n",
        "## Karla <!-- reveals: 3\n\nTwo.\n", "<!- reveals: 3 ->\nTwo.\n", "<!– reveals: 3 –>\nTwo.\n",
        "&lt;!-- reveals: 3 --&gt;\nTwo.\n", "\\<!-- reveals: 3 --\\>\nTwo.\n", "reveals: 3\n\nTwo.\n",
        "**reveals:** 3\n\nTwo.\n", "`<!-- reveals: 3 -->` Two.\n", "```\n<!-- reveals: 3 -->\n```\nTwo.\n",
        "    <!-- reveals: 3 -->\n\nTwo.\n",
    ],
)  # fmt: skip
def test_what_was_meant_as_a_comment_and_is_none(shelf: Shelf, text: str) -> None:
    marks, problems = shelf.doubted(f"---\nreveals: 12\n---\nOne.\n\n{text}")
    assert marks.pop("One") == 12
    assert 12 not in marks.values() or marks.pop("Two") == 12  # a text above the mistake keeps its place
    assert set(marks.values()) <= {27}
    assert all("Write" in str(problem) for problem in problems)


def test_a_comment_above_a_heading_hides_what_it_was_meant_for(shelf: Shelf) -> None:
    text = """
        # People

        <!-- reveals: 3 -->
        ## Smiley

        One.

        <!-- reveals: 19 -->
        ## Karla

        Two.

        ## Ann

        Three.
        """
    marks, problems = shelf.doubted(text)
    assert marks == {"One": 3, "Two": 27, "Three": 3}
    assert [problem.line for problem in problems] == [9]


@pytest.mark.parametrize(
    "heading",
    ["Chapter 28", "Chapter 0", "Part 2", "Section 3", "What chapter 20 meant", "101%", f"Chapter {'9' * 5_000}"],
)
def test_a_heading_that_is_not_plain_hides_its_text(shelf: Shelf, heading: str) -> None:
    marks, (problem,) = shelf.doubted(f"---\nreveals: 0\n---\n## {heading}\n\nOne.\n\nTwo.\n\n## Karla\n\nThree.\n")
    assert marks == {"One": 27, "Two": 27, "Three": 0}
    assert problem.line == 4
    assert "<!-- reveals: 0 -->" in str(problem)


def test_a_heading_cannot_name_marks_before_those_of_the_heading_above_it(shelf: Shelf) -> None:
    shelf.book(PEOPLE, more="".join(f'[[parts]]\ntitle = "{n}"\nlast_mark = {9 * n}\n' for n in (1, 2, 3)))
    text = "# Part 2\n\n## Chapter 12\n\nOne.\n\n## Chapter 3\n\nTwo.\n\n# Part 1\n\n## Chapter 3\n\nThree.\n"
    marks, (problem,) = shelf.doubted(text)
    assert marks == {"One": 12, "Two": 18, "Three": 3}
    assert problem.line == 7


@pytest.mark.parametrize("hyphens", ["---", "-", "----------"])
def test_a_sentence_with_hyphens_below_is_kept_where_it_stands(shelf: Shelf, hyphens: str) -> None:
    text = f"## Chapter 20\n\nOne, and the end.\n{hyphens}\n\nTwo.\n\n## Chapter 21\n\nThree.\n"
    marks, (problem,) = shelf.doubted(text)
    assert marks == {"One": 20, "Two": 27, "Three": 21}
    assert problem.line == 3


@pytest.mark.parametrize(
    "heading",
    [
        "<h2>Chapter 20</h2>", "##Chapter 20", "#Karla", "####### Chapter 20", "    ## Chapter 20",
        "```\n## Chapter 20\n```", "<div>\n## Chapter 20\n</div>", "Karla crosses.\n##Chapter 20", "**Chapter 20**",
        "*Chapter 20: The crossing*", "Chapter 20", "80%",
    ],
)  # fmt: skip
def test_what_was_meant_as_a_heading_and_is_none(shelf: Shelf, heading: str) -> None:
    marks, (problem,) = shelf.doubted(f"## Chapter 3\n\nOne.\n\n{heading}\n\nTwo.\n\n## Chapter 4\n\nThree.\n")
    assert [marks[word] for word in ("One", "Two", "Three")] == [3, 27, 4]
    assert problem.line in (5, 6)


@pytest.mark.parametrize(
    "text", ["\\#smiley", "#1 of the series", "No. #7", "- Chapter 20", "Chapter 20 is where Karla crosses."]
)
def test_what_is_no_heading_places_nothing(shelf: Shelf, text: str) -> None:
    assert set(shelf.marks(f"## Chapter 3\n\n{text}\n\nOne.\n").values()) == {3}


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ("reveals: seven", 2), ("kind: text\nreveals:", 3), ("reveals: 28", 2), ("reveals: 7.0", 2),
        ("reveals: -1", 2), ("reveals: true", 2), ("reveals: 0x07", 2), ("reveals: 1:30", 2), ("reveals: [7, 9]", 2),
        ("reveals: {smileys-people: seven}", 2), ("reveals: {smileys-people: 20, smileys-people: 0}", 2),
        ("reveals: 20\nreveals: 0", 3), ("reveals: 20\nReveals: 0", 3), ("reveal: 7", 2), ("revels: 7", 2),
        ("reveals: 7: 8", 2), ("reveals: 'seven", 2), ("a: &a 7\nreveals: *a", 3), ("just words", 2),
        ("- reveals: 7", 2), ("reveals: 7\n\ttab: 1", 3), ("{" * 3_000, None), ("[" * 15_000, None),
        ("? " * 8_000, None), ("kind: " + "x" * 20_000, 2), ("a: \x07\nreveals: 0", None),
    ],
)  # fmt: skip
def test_front_matter_that_cannot_be_read_hides_the_document(shelf: Shelf, fields: str, line: int | None) -> None:
    start = time.thread_time()
    marks, problems = shelf.doubted(f"---\n{fields}\n---\n\nOne.\n\n## Karla\n\nTwo.\n\n## Chapter 7\n\nThree.\n")
    assert time.thread_time() - start < 3
    assert marks == {"One": 27, "Two": 27, "Three": 7}
    assert len(problems) == 1
    assert line in (None, problems[0].line)


def test_front_matter_that_is_not_closed_hides_the_document(shelf: Shelf) -> None:
    marks, (problem,) = shelf.doubted("---\nreveals: 0\n\nOne.\n\nTwo.\n")
    assert marks == {"One": 27, "Two": 27}
    assert problem.line == 1
    assert "Write --- below it." in str(problem)


def test_aliases_are_not_expanded(shelf: Shelf) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    start = time.thread_time()
    marks, (problem,) = shelf.doubted(f"---\n{bomb}reveals: *a11\n---\nOne.\n")
    assert time.thread_time() - start < 2
    assert marks == {"One": 27}
    assert problem.line == 3


def test_other_fields_that_are_wrong_are_left_out(shelf: Shelf) -> None:
    document, problems = shelf.document("---\nkind: [a]\nrating: 7\ndate: soon\ntitle: {a: b}\nreveals: 3\n---\nOne.\n")
    assert (document.kind, document.rating, document.date, document.title) == ("notes", None, None, "")
    assert [problem.line for problem in problems] == [2, 5, 3, 4]
    assert document.blocks[0].reveals == Reveals.of({PEOPLE: 3})


def test_a_document_full_of_mistakes_is_left_out(shelf: Shelf) -> None:
    shelf.write(PEOPLE, "notes.md", "<!-- reveals: x -->\nOne.\n\n" * 20_000)
    start = time.thread_time()
    library = shelf.load()
    assert time.thread_time() - start < 10
    assert library.documents[PEOPLE] == ()
    assert len(library.problems) == 101
    assert library.problems[-1].fatal
