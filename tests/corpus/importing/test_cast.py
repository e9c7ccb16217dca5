"""An open cast and recaps: read in the shapes that the catalogue has, and no chapter of it is simply believed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import ImportRefused
from corpus.importing import ImportReport, Status, import_files
from corpus.importing.gates import Ground
from corpus.library import Library
from corpus.passages import cut, source_line
from tests.corpus.importing.books import Saved

BOOK = 'title = "The Lamp"\nauthor = "Ada Winterbourne"\nunit = "chapter"\nmarks = 12\n'
STORY = {
    1: "Nell Marrow keeps a lamp on the salt marsh, and the ferry brings her oil every second Friday.",
    2: "A stranger with a wooden hand rents the boathouse. He calls himself Corbin.",
    4: "Corbin paints the shutters green, and the children of the village begin to follow him.",
    7: "The harbour master Ludd forbids the ferry, because Corbin owes him money for the boathouse.",
    9: "Nell learns from a drowned letter that Corbin is her brother, whom their mother sold to a circus.",
    12: "Corbin burns the boathouse, and Nell puts out the lamp and leaves the marsh with him.",
}
SUMMARY = "".join(f"## Chapter {mark}\n\n{text}\n\n" for mark, text in STORY.items())
NELL = "Nell keeps the lamp on the marsh, and waits for oil from the ferry."
TWIST = "Corbin is the brother of Nell, and their mother sold him to a circus."


def person(name: str, chapter: int, text: str) -> dict[str, Any]:
    return {"id": name.lower(), "name": name, "reveal": {"chapter": chapter}, "description": text}


def recap(chapter: int, text: str) -> dict[str, Any]:
    return {"through": {"chapter": chapter}, "scope": "book", "text": text}


WORK: dict[str, Any] = {
    "id": "the-lamp", "title": "The Lamp", "authors": [{"id": "a", "name": "Ada Winterbourne"}], "language": "en",
    "series": [], "recordings": None,
    "characters": [
        person("Nell Marrow", 1, NELL), person("Ludd", 2, "Ludd is the harbour master and forbids the ferry."),
        person("Corbin", 3, TWIST), person("Old Bess", 1, "Old Bess gathers eels and gossip at the quay."),
    ],
    "recaps": [
        recap(0, "Previously: the war has ended."), recap(2, "Previously: it was a long war.") | {"scope": "series"},
        recap(4, "A stranger called Corbin has rented the boathouse and paints the shutters green."),
        recap(5, "Nell puts out the lamp, the boathouse burns, and the two leave the marsh."),
        recap(11, "Corbin and Nell have left the marsh."),
    ],
    "recap_summary": {"in_short": "A lamp keeper finds her brother.", "ending": "They leave together."},
}  # fmt: skip


def told(saved: Saved, library: Path, said: Mapping[str, Any], summary: str = SUMMARY) -> ImportReport:
    if summary:
        (library / "the-lamp" / "summary.md").write_text(summary, encoding="utf-8")
    return import_files([saved("work.json", json.dumps(said))], "the-lamp", library)


def marks(library: Path) -> dict[str, int]:
    loaded = Library.load(library)
    assert loaded.problems == ()
    documents = [d for d in loaded.documents["the-lamp"] if "AudioSilo" in d.source]
    return {b.text: b.reveals.marks["the-lamp"] for d in documents for b in d.blocks if b.reveals}


def test_a_chapter_that_fits_the_summary_is_kept_and_any_other_is_later(saved: Saved, lamp: Path) -> None:
    report = told(saved, lamp, WORK)
    found = marks(lamp)
    assert found[NELL] == 1
    assert found["A stranger called Corbin has rented the boathouse and paints the shutters green."] == 4
    assert found["Ludd is the harbour master and forbids the ferry."] == 7, "where he is first mentioned"
    assert found[TWIST] == 12, "it is not told by chapter 3"
    assert found["Old Bess gathers eels and gossip at the quay."] == 12, "nobody can check it"
    assert found["Nell puts out the lamp, the boathouse burns, and the two leave the marsh."] == 12
    assert found["They leave together."] == found["A lamp keeper finds her brother."] == 12
    assert found["Corbin and Nell have left the marsh."] == 12, "the last recap tells the ending"
    assert not any("Previously" in text for text in found)
    noted = " ".join(str(entry) for entry in report.of(Status.NOTED))
    assert "3 of 4 people wait longer than their source says" in noted
    assert "chapter 2 → chapter 7" in noted
    assert "Ludd" not in noted, "who reads the report may not have come to him"


def test_without_anything_to_check_with_all_of_it_waits_for_the_end(saved: Saved, lamp: Path) -> None:
    report = told(saved, lamp, WORK, summary="")
    assert set(marks(lamp).values()) == {12}
    assert "nothing yet to check its chapters with" in " ".join(map(str, report.of(Status.NOTED)))


def test_a_summary_of_the_first_chapters_alone_is_nothing_to_check_with(saved: Saved, lamp: Path) -> None:
    told(saved, lamp, WORK, summary=SUMMARY.partition("## Chapter 4")[0])
    assert set(marks(lamp).values()) == {12}


def test_an_article_that_waits_for_the_end_as_a_whole_is_nothing_to_check_with(saved: Saved, lamp: Path) -> None:
    article = "---\nkind: summary\nreveals: 12\n---\n\n" + "\n\n".join(f"{text} At last." for text in STORY.values())
    (lamp / "the-lamp" / "summary-wikipedia.md").write_text(article, encoding="utf-8")
    told(saved, lamp, WORK)
    assert marks(lamp)[NELL] == 1


def test_it_is_no_ground_for_itself(saved: Saved, lamp: Path) -> None:
    told(saved, lamp, WORK, summary="")
    again = WORK | {"characters": [person("Nell Marrow", 1, "Nell finds her brother, the lamp keeper, together.")]}
    told(saved, lamp, again, summary="")
    assert set(marks(lamp).values()) == {12}


def test_a_recap_that_is_out_of_order_is_asked_for_more(saved: Saved, lamp: Path) -> None:
    text = "Corbin paints shutters green for the harbour village, and the children follow."
    (in_order, out_of_order) = (
        [recap(2, "Corbin comes."), recap(4, text)],
        [recap(6, "Corbin comes."), recap(4, text)],
    )
    told(saved, lamp, WORK | {"recaps": [*in_order, recap(12, "The end.")]})
    assert marks(lamp)[text] == 4
    (lamp / "the-lamp" / "summary-audiosilo.md").unlink()
    told(saved, lamp, WORK | {"recaps": [*out_of_order, recap(12, "The end.")]})
    assert marks(lamp)[text] == 12


def test_the_words_of_a_novel_check_names(saved: Saved) -> None:
    told = [(mark, f"{text} The evening was grey, and the tide went out.") for mark, text in STORY.items()]
    ground = Ground(12, (), told)
    assert ground.checked("Nell Marrow keeps the lamp, and the ferry brings oil.", 1, ["Nell Marrow"]) == 1
    assert ground.checked("Ludd forbids the ferry, because Corbin owes money.", 2, ["Ludd"]) == 7
    assert ground.checked("Somebody else altogether.", 2, ["Ghost"]) == 12


def test_the_catalogue_s_own_files_are_read_too(saved: Saved, lamp: Path) -> None:
    entry = {
        "characters": {"characters": WORK["characters"], "license": "CC-BY-SA-4.0", "work": "the-lamp"},
        "recaps": {"recaps": WORK["recaps"], "ending": "They leave together.", "license": "CC-BY-SA-4.0"},
    }
    told(saved, lamp, {"entries": {"the-lamp": entry}})
    assert marks(lamp)[NELL] == 1
    with pytest.raises(ImportRefused, match="of one book"):
        told(saved, lamp, {"entries": {"the-lamp": entry, "another": entry}})


@pytest.mark.parametrize("recaps", [WORK["recaps"], {"recaps": WORK["recaps"]}, {"recaps": []}, []])
def test_a_list_that_is_empty_or_not_nested_takes_nothing_from_the_other(
    saved: Saved, lamp: Path, recaps: object
) -> None:
    told(saved, lamp, {"entries": {"the-lamp": {"characters": WORK["characters"], "recaps": recaps}}})
    assert NELL in marks(lamp)


@pytest.mark.parametrize(
    "said",
    [
        {"characters": [], "recaps": []},
        {"characters": [{"name": "Nell", "description": "x"}]},
        {"entries": {"the-lamp": []}},
        {"characters": [{"name": "Nell", "reveal": {"chapter": "1"}, "description": "x"}]},
        {"characters": [{"name": "Nell", "reveal": {"chapter": -1}, "description": "x"}], "recaps": {"recaps": 7}},
        {"characters": "Nell", "recaps": [{"through": 3, "text": "y"}, {"through": {"chapter": True}, "text": "z"}, 4]},
        {"entries": []},
    ],
)
def test_what_has_no_chapters_is_refused(saved: Saved, lamp: Path, said: dict[str, Any]) -> None:
    with pytest.raises(ImportRefused):
        told(saved, lamp, {"title": "The Lamp"} | said)


def test_a_book_in_percent_shows_none_of_it_before_the_end(saved: Saved, library: Path) -> None:
    (library / "the-lamp").mkdir()
    text = BOOK.replace('"chapter"', '"percent"').replace("12", "100")
    (library / "the-lamp" / "book.toml").write_text(text, encoding="utf-8")
    told(saved, library, WORK, summary=SUMMARY.replace("Chapter 12", "100%").replace("Chapter ", "5%, then "))
    assert {mark for mark in marks(library).values() if mark} == {100}


def test_every_answer_from_it_names_its_source_and_licence(saved: Saved, lamp: Path) -> None:
    told(saved, lamp, WORK)
    loaded = Library.load(lamp)
    book = loaded.books["the-lamp"]
    passages, _ = cut(book, loaded.documents["the-lamp"])
    lines = {p.text: source_line(p, book) for p in passages}
    source = "AudioSilo Meta community contributors, meta.audiosilo.app, CC BY-SA 4.0"
    assert lines[NELL] == f"who is who, chapter 1 ({source})"
    assert lines[STORY[1]] == "summary, chapter 1"
