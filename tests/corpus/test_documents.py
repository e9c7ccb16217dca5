"""The rules by which a document says how far each of its texts reveals, and the scope of each.

Texts in these tests begin with a word that names them: `marks` maps it to what the text needs in Smiley's People.
"""

from __future__ import annotations

import datetime as dt

import pytest

from corpus.books import Reveals
from tests.corpus.shelf import PEOPLE, TINKER, Shelf

# Rule 1: a comment


def test_a_comment_under_a_heading_holds_up_to_the_next_of_its_level(shelf: Shelf) -> None:
    text = """
        ## Karla
        <!-- reveals: 7 -->
        One.

        Two.

        - three

        ## Smiley

        Four.
        """
    assert shelf.marks(text) == {"One": 7, "Two": 7, "three": 7, "Four": None}


def test_a_comment_ends_at_a_heading_of_a_higher_level(shelf: Shelf) -> None:
    text = """
        # People

        ### Karla
        <!-- reveals: 7 -->
        One.

        ## Smiley

        Two.
        """
    assert shelf.marks(text) == {"One": 7, "Two": None}


def test_a_comment_holds_below_lower_headings(shelf: Shelf) -> None:
    text = """
        ## Karla
        <!-- reveals: 7 -->

        ### His youth

        One.

        #### Odessa

        Two.

        ## Smiley

        Three.
        """
    assert shelf.marks(text) == {"One": 7, "Two": 7, "Three": None}


def test_a_comment_below_a_lower_heading_holds_there_only(shelf: Shelf) -> None:
    text = """
        ## Karla
        <!-- reveals: 7 -->
        One.

        ### His daughter
        <!-- reveals: 19 -->
        Two.

        ### His lighter

        Three.
        """
    assert shelf.marks(text) == {"One": 7, "Two": 19, "Three": 7}


def test_a_comment_before_a_paragraph_holds_for_what_follows(shelf: Shelf) -> None:
    text = """
        ## Karla

        One.

        <!-- reveals: 7 -->
        Two.

        Three.

        <!-- reveals: 19 -->

        Four.
        """
    assert shelf.marks(text) == {"One": None, "Two": 7, "Three": 7, "Four": 19}


def test_a_comment_may_stand_before_or_in_a_list_item(shelf: Shelf) -> None:
    text = """
        <!-- reveals: 3 -->
        - one
        - two

        <!-- reveals: 5 -->
        - three
        - <!-- reveals: 7 --> four
        - <!-- reveals: 9 -->
          five
        - six
        """
    assert shelf.marks(text) == {"one": 3, "two": 3, "three": 5, "four": 7, "five": 9, "six": 9}


def test_a_comment_in_a_nested_list_holds_for_what_follows(shelf: Shelf) -> None:
    text = """
        <!-- reveals: 3 -->
        - one
          - <!-- reveals: 7 --> two
            - three
        - four

        Five.
        """
    assert shelf.marks(text) == {"one": 3, "two": 7, "three": 7, "four": 7, "Five": 7}


def test_a_comment_may_name_several_books(shelf: Shelf) -> None:
    shelf.book(TINKER, 38)
    one, two = shelf.blocks(f"""
        <!-- reveals: {PEOPLE}=7, {TINKER}=38 -->
        One.

        <!-- reveals: {TINKER}=38 -->
        Two.
        """)
    assert one.reveals == Reveals.of({PEOPLE: 7, TINKER: 38})
    assert two.reveals == Reveals.of({PEOPLE: 0, TINKER: 38})


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
        "<!--reveals:7-->",
        "<!--\nreveals:\n7\n-->",
        "<!-- REVEALS = 7 -->",
        "<!-- reveals: 7 --> <!-- a note -->",
        "<!-- a note -->\n<!-- reveals: 7 -->",
    ],
)
def test_ways_to_write_a_comment(shelf: Shelf, comment: str) -> None:
    assert shelf.marks(f"{comment}\nOne.\n") == {"One": 7}


def test_other_comments_say_nothing_and_are_not_shown(shelf: Shelf) -> None:
    assert shelf.marks("<!-- draft -->\nOne <!-- check this --> more.\n\n<!--\nTwo.\n-->\n\nThree.\n") == {
        "One": None,
        "Three": None,
    }
    (block,) = shelf.blocks("One <!-- check this --> more.")
    assert block.text == "One more."


def test_text_behind_a_comment_on_its_line_is_held_by_it(shelf: Shelf) -> None:
    assert shelf.marks("<!-- reveals: 7 --> One.\nTwo.\n") == {"One": 7, "Two": 7}


def test_a_comment_in_a_heading_is_one_under_it(shelf: Shelf) -> None:
    assert shelf.marks("## Karla <!-- reveals: 7 -->\n\nOne.\n\n## Smiley\n\nTwo.\n") == {"One": 7, "Two": None}


# Rule 2: a heading


@pytest.mark.parametrize(
    ("heading", "mark"),
    [
        ("## Chapter 7", 7),
        ("## Chapters 5–7", 7),
        ("## Chapters 5-7", 7),
        ("## Chapters 5 to 7", 7),
        ("## Part 2", 18),
        ("## 40%", 11),
        ("## **Chapter 7**", 7),
        ("## Chapter 7: *1961* ##", 7),
        ("###### Chapter 7", 7),
        ("Chapter 7\n---------", 7),
        ("Chapter 7\n=========", 7),
        ("> ## Chapter 7", 7),
        ("- ## Chapter 7", 7),
    ],
)
def test_a_heading_that_names_marks_holds_below_it(shelf: Shelf, heading: str, mark: int) -> None:
    more = "\n".join(f'[[parts]]\ntitle = "{n}"\nlast_mark = {9 * n}' for n in (1, 2, 3))
    shelf.book(PEOPLE, more=more)
    assert shelf.marks(f"{heading}\n\nOne.\n\nTwo.\n") == {"One": mark, "Two": mark}


def test_a_section_of_a_book_of_sections(shelf: Shelf) -> None:
    shelf.book(PEOPLE, unit="section")
    assert shelf.marks("## Section 3\n\nOne.\n\n## Section 4\n\nTwo.\n") == {"One": 3, "Two": 4}


def test_a_heading_holds_up_to_the_next_of_its_level(shelf: Shelf) -> None:
    text = """
        # Story

        ## Chapter 7

        One.

        ### Later

        Two.

        ### Chapter 9

        Three.

        ### Later still

        Four.

        ## Afterwards

        Five.
        """
    assert shelf.marks(text) == {"One": 7, "Two": 7, "Three": 9, "Four": 7, "Five": None}


def test_a_heading_in_a_quote_lowers_nothing(shelf: Shelf) -> None:
    text = """
        ## Chapter 20

        One.

        > ## Chapter 3
        > Two.

        Three.

        - ## Karla
          four

        Five.

        > # Chapter 25

        Six.

        # Chapter 21

        Seven.
        """
    assert shelf.marks(text) == {"One": 20, "Two": 20, "Three": 20, "four": 20, "Five": 20, "Six": 25, "Seven": 21}


# Rule 3: front matter


@pytest.mark.parametrize("reveals", ["7", '"7"', f"{PEOPLE}=7", f"{{{PEOPLE}: 7}}", f"\n  {PEOPLE}: 7", "7  # for now"])
def test_front_matter_holds_for_the_document(shelf: Shelf, reveals: str) -> None:
    assert shelf.marks(f"---\nreveals: {reveals}\n---\n\nOne.\n\n## Karla\n\nTwo.\n") == {"One": 7, "Two": 7}


def test_front_matter_may_name_several_books(shelf: Shelf) -> None:
    shelf.book(TINKER, 38)
    (block,) = shelf.blocks(f"---\nreveals:\n  {PEOPLE}: 7\n  {TINKER}: 38\n---\nOne.\n")
    assert block.reveals == Reveals.of({PEOPLE: 7, TINKER: 38})
    assert block.placed_by == "front matter"


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
    ("name", "kind"), [("summary.md", "summary"), ("reviews.md", "review"), ("People.md", "people"), ("odd.md", "text")]
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


def test_what_nothing_places_is_left_open(shelf: Shelf) -> None:
    (block,) = shelf.blocks("# StoredNotes\n\nOne.\n")
    assert block.reveals is None
    assert block.placed_by == ""


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
        "\ufeff---\nreveals: 7\n---\nOne.\n",
        "---\r\nreveals: 7\r\n---\r\nOne.\r\n",
        "---\rreveals: 7\r---\rOne.\r",
        "\n\n---\nreveals: 7\n---\nOne.\n",
        "--- \nreveals: 7\n---\t\nOne.",
        "---\nreveals: 7\n---\n\n\n---\n\nOne.",
    ],
)
def test_byte_order_marks_and_line_ends_do_not_matter(shelf: Shelf, text: str) -> None:
    shelf.folder.joinpath(PEOPLE, "notes.md").write_bytes(text.encode())
    library = shelf.load()
    assert library.problems == ()
    assert [block.reveals for block in library.documents[PEOPLE][0].blocks] == [Reveals.of({PEOPLE: 7})]


def test_marks_of_line_end_within_a_line_make_no_heading(shelf: Shelf) -> None:
    assert shelf.marks("## Chapter 20\n\nOne\u2028## Chapter 1\u2028\u2028Two\x0c## Chapter 2\n") == {"One": 20}


def test_code_is_text_like_any_other(shelf: Shelf) -> None:
    assert shelf.marks("## Chapter 20\n\n```\nOne.\n```\n\nTwo.\n\n    Three.\n") == {"One": 20, "Two": 20, "Three": 20}


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
        ("- “One.”", "“One.”", 0, False),
        ("- “One.” (3 likes)", "“One.”", 3, False),
        ("- “One.” (1 like)", "“One.”", 1, False),
        ("- “One.” (1,204 likes, explicit)", "“One.”", 1204, True),
        ("- “One.” (explicit, 3 likes)", "“One.”", 3, True),
        ("- “One.” (Explicit)", "“One.”", 0, True),
        ("- “One.” (explicit) (3 likes)", "“One.”", 3, True),
        ("- “One” (he likes it)", "“One” (he likes it)", 0, False),
        ("- “One” ()", "“One” ()", 0, False),
    ],
)
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


# Headings, which give things away themselves


def test_a_heading_needs_what_its_first_text_needs(shelf: Shelf) -> None:
    text = "## Karla’s daughter\n<!-- reveals: 19 -->\nOne.\n\n<!-- reveals: 3 -->\nTwo.\n"
    assert [block.heading_reveals for block in shelf.blocks(text)] == [Reveals.of({PEOPLE: 19})] * 2


def test_a_heading_that_names_marks_needs_them_whatever_stands_below(shelf: Shelf) -> None:
    (block,) = shelf.blocks("## Chapter 20: The crossing\n<!-- reveals: 3 -->\nOne.\n")
    assert block.reveals == Reveals.of({PEOPLE: 3})
    assert block.heading_reveals == Reveals.of({PEOPLE: 20})


def test_a_heading_that_nothing_places_stays_unplaced(shelf: Shelf) -> None:
    blocks = shelf.blocks("## Karla’s daughter\n\nOne.\n\n<!-- reveals: 0 -->\nTwo.\n")
    assert [block.heading_reveals for block in blocks] == [None, None]


def test_a_long_heading_is_cut(shelf: Shelf) -> None:
    (block,) = shelf.blocks(f"## {'Karla ' * 100}\n\nOne.\n")
    assert len(block.heading) <= 201
