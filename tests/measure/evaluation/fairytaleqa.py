"""Turn a copy of FairytaleQA as it is published into the files that the evaluation and the training read.

python -m tests.measure.evaluation.fairytaleqa FairytaleQAData --part val --to FOLDER

The copy is that of github.com/uci-soe/FairytaleQAData (Apache-2.0); docs/weights.md has the form of what is written.
"""

import argparse
import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PARTS = ("train", "val", "test")
SPLIT = Path("data-by-train-split")

FIRST, SECOND = "answer1", "answer4"
"""What the first and the second reader answered; their other wordings stand in the columns behind."""

OTHERS = ("answer2", "answer3", "answer5", "answer6")


def story(slug: str, lines: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return a story as a line of STORIES.jsonl."""
    sections = [{"n": int(line["section"]), "text": re.sub(r"\r\n?", "\n", line["text"]).strip()} for line in lines]
    return {"book_id": slug, "title": slug.replace("-", " ").title(), "sections": sections}


def question(slug: str, line: Mapping[str, str]) -> dict[str, Any]:
    """Return a question as a line of QUESTIONS.jsonl."""
    return {
        "qid": f"{slug}#{line['question_id']}",
        "book_id": slug,
        "question": line["question"].strip(),
        "answers": _given(line, FIRST, SECOND),
        "answers_alt": _given(line, *OTHERS),
        "sections": sorted(map(int, re.findall(r"\d+", line["cor_section"]))),
        "explicit": line["ex-or-im1"].strip() == "explicit",
        "scope": line["local-or-sum"].strip(),
    }


def _given(line: Mapping[str, str], *columns: str) -> list[str]:
    return [text for column in columns if (text := (line.get(column) or "").strip())]


def table(path: Path) -> list[dict[str, str]]:
    """Return the lines of a published table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def converted(copy: Path, part: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the stories of a part and their questions."""
    stories, questions = [], []
    for path in sorted((copy / SPLIT / "section-stories" / part).glob("*-story.csv")):
        slug = path.name.removesuffix("-story.csv")
        asked = copy / SPLIT / "questions" / part / f"{slug}-questions.csv"
        stories.append(story(slug, table(path)))
        questions += [question(slug, line) for line in table(asked)]
    return stories, questions


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description="FairytaleQA as JSON Lines.")
    parser.add_argument("copy", type=Path, help="where FairytaleQAData was copied to")
    parser.add_argument("--part", choices=PARTS, default="val")
    parser.add_argument("--to", type=Path, default=Path(), help="the folder to write to; otherwise this one")
    given = parser.parse_args()
    stories, questions = converted(given.copy, given.part)
    if not stories:
        parser.error(f"{given.copy / SPLIT} has no stories of that part; name the folder of the copy itself")
    for name, lines in (("stories", stories), ("questions", questions)):
        written = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (given.to / f"fairytale_{given.part}_{name}.jsonl").write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
