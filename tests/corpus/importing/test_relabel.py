"""Moving one text of a document: it alone reveals something else afterwards."""

from pathlib import Path

import pytest

from corpus.books import Book, Reveals, Unit
from corpus.documents import read_document
from corpus.errors import ImportRefused
from corpus.importing.write import relabelled

TIDE = Book("the-tide", "The Tide", "Ortensia Vale", Unit.CHAPTER, 12)
OTHER = Book("the-kite", "The Kite", "A. Vale", Unit.CHAPTER, 9)

BY_HEADING = "## Chapter 3\n\nOne is *bold*.\n\nTwo.\n\n## Chapter 5\n\nThree.\n"
UNPLACED = "---\nkind: review\ntitle: What readers said\n---\n\nOne.\n\n- Two. (12 likes)\n- Three.\n"
BY_FRONT = "---\nkind: background\nreveals:\n  the-tide: 2\n  the-kite: 4\nimported: abc\n---\n\nOne.\n\nTwo.\n"
BY_COMMENT = "## ★★★★ · 2020-02-01\n\n<!-- reveals: 4 -->\n\nOne.\n\nTwo.\n\n<!-- reveals: 7 -->\n\nThree.\n"
UNCLEAR = "## Chapter 44\n\nOne.\n\nTwo.\n\n### Nell\n\nThree.\n"
MIXED = "One.\n\n## Nell\n\nTwo.\n\n<!-- reveals: 2 -->\n\nThree.\n\n## Silas\n\nFour.\n"


def read(text: str, folder: Path) -> list[tuple[str, dict[str, int] | None, int | None]]:
    path = folder / "guide.md"
    path.write_text(text, encoding="utf-8")
    blocks = read_document(path, TIDE, {OTHER.slug: OTHER}, []).blocks
    return [(block.text, dict(block.reveals.marks) if block.reveals else None, block.rating) for block in blocks]


def lines(text: str, folder: Path) -> list[int]:
    read(text, folder)
    return [block.line for block in read_document(folder / "guide.md", TIDE, {OTHER.slug: OTHER}, []).blocks]


@pytest.mark.parametrize("text", [BY_HEADING, UNPLACED, BY_FRONT, BY_COMMENT, UNCLEAR, MIXED])
@pytest.mark.parametrize("mark", [0, 6, 12])
def test_the_moved_text_alone_reveals_something_else(text: str, mark: int, tmp_path: Path) -> None:
    before = read(text, tmp_path)
    for n, line in enumerate(lines(text, tmp_path)):
        after = read(relabelled(text, "guide.md", [line], mark, TIDE, {OTHER.slug: OTHER}), tmp_path)
        assert after[:n] + after[n + 1 :] == before[:n] + before[n + 1 :]
        assert after[n] == (before[n][0], (before[n][1] or {}) | {"the-tide": mark}, before[n][2])


def test_all_of_a_document_is_moved_and_moved_again(tmp_path: Path) -> None:
    text = MIXED
    for mark in (12, 3):
        text = relabelled(text, "guide.md", lines(text, tmp_path), mark, TIDE, {})
        assert {told[1]["the-tide"] for told in read(text, tmp_path) if told[1]} == {mark}


def test_what_the_other_books_of_a_text_need_stays(tmp_path: Path) -> None:
    moved = relabelled(BY_FRONT, "guide.md", lines(BY_FRONT, tmp_path)[:1], 5, TIDE, {OTHER.slug: OTHER})
    assert read(moved, tmp_path)[0][1] == dict(Reveals.of({"the-tide": 5, "the-kite": 4}).marks)
    assert "imported: abc" in moved


@pytest.mark.parametrize("text", ["\n---\nkind: review\n---\n\nOne.\n", "--- \nkind: review\nrating: 2\n---\n\nOne.\n"])
def test_a_document_whose_front_matter_would_be_lost_is_not_moved(text: str, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused):
        relabelled(text, "guide.md", lines(text, tmp_path), 5, TIDE, {})


def test_a_label_at_the_end_of_the_front_matter_alone_goes(tmp_path: Path) -> None:
    text = "---\nkind: background\nreveals: 2\n---\n\nOne.\n"
    assert relabelled(text, "guide.md", None, 5, TIDE, {}).startswith("---\nkind: background\n---\n")
