"""Published tables become the lines that the evaluation reads."""

from pathlib import Path

from tests.measure.evaluation.fairytaleqa import SPLIT, converted

STORY = (
    'section,text\n1,"A miller has a black cat.\r\nShe says: ""Good day!"""\n'
    '2,"The cat speaks to a pedlar\rnamed Osbert."\n'
)  # fmt: skip
HEADER = "question_id,local-or-sum,cor_section,attribute1,attribute2,question,ex-or-im1,answer1,answer2,answer3,"
QUESTIONS = (
    f"{HEADER}ex-or-im2,answer4,answer5,answer6\n"
    "1,local,1,character,,Who has a cat?,explicit,a miller,,,explicit,The miller,,\n"
    '2,summary,"1, 2",prediction,,What comes of it? ,implicit,a bargain,,a talk,,,,\n'
)


def copy(folder: Path) -> Path:
    for kind, name, text in (
        ("section-stories", "the-black-cat-story.csv", STORY),
        ("questions", "the-black-cat-questions.csv", QUESTIONS),
    ):
        home = folder / SPLIT / kind / "val"
        home.mkdir(parents=True)
        (home / name).write_bytes(text.encode("utf-8-sig"))
    return folder


def test_a_story_keeps_its_sections_and_is_named_after_its_file(tmp_path: Path) -> None:
    [story], _ = converted(copy(tmp_path), "val")
    assert story["title"] == "The Black Cat"
    assert story["sections"] == [
        {"n": 1, "text": 'A miller has a black cat.\nShe says: "Good day!"'},
        {"n": 2, "text": "The cat speaks to a pedlar\nnamed Osbert."},
    ]


def test_a_question_has_the_answers_of_both_readers_and_their_other_wordings(tmp_path: Path) -> None:
    _, [one, two] = converted(copy(tmp_path), "val")
    assert one == {
        "qid": "the-black-cat#1", "book_id": "the-black-cat", "question": "Who has a cat?",
        "answers": ["a miller", "The miller"], "answers_alt": [], "sections": [1], "explicit": True, "scope": "local",
    }  # fmt: skip
    assert (two["answers"], two["answers_alt"], two["sections"]) == (["a bargain"], ["a talk"], [1, 2])
    assert (two["explicit"], two["scope"], two["question"]) == (False, "summary", "What comes of it?")
