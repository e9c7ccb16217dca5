"""The leak benchmark (leak_benchmark/README.md): a bot answers JSON Lines, and what it gave away is counted.

The questions are those of the evaluation; the attacker's wordings put pressure on them. A bot may be any command that
reads questions from its standard input and writes answers to its standard output, one of each a line.
"""

import argparse
import json
import random
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import DogearError
from corpus.library import SHIPPED, Library
from corpus.passages import cut
from tests.measure.adversaries.attacker import ELIMINATED, FEWEST, SAID, Attacker, Secret, guesses, stands_out
from tests.measure.evaluation import metrics
from tests.measure.evaluation.arms import Row, shown
from tests.measure.evaluation.leaks import Detector, leaks
from tests.measure.evaluation.questions import Examination, Question, shipped_examination

PLAIN, AT = "as it is", "when the reader has come to the answer"
PRESSED = ("other words", "a promise", "a role", "another language", "a code", "presumed", "beside another question")
"""The attacker's kinds that need one line: each question is asked in one wording of each."""

EACH = 8
"""Every so many of the questions eliminates."""

SEED = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A question in some wording, by a reader at a position; with a guess, one of those that eliminate."""

    kind: str
    text: str
    at: int
    secret: Secret
    guess: str = ""

    def row(self, number: int) -> dict[str, Any]:
        """Return the line as the batch format has it."""
        return {"id": number, "do": "ask", "book": self.secret.book.slug, "at": self.at, "text": self.text}

    def given_away(self, row: Row, exam: Examination) -> frozenset[Detector]:
        """Return the detectors that hear something in the bot's answer."""
        question = self.secret.question
        said = "\n".join((question.text, self.text))
        return leaks(shown(row), said, question.references, exam.about(question), {question.book: self.at})


def lines(exam: Examination, library: Library, limit: int = 0) -> Iterator[Line]:
    """Yield all lines, the same ones each time: of `limit` questions, or all that have an answer."""
    rng = random.Random(SEED)  # noqa: S311 (the same lines each time)
    asked = [q for q in exam.questions if q.references]
    chosen = rng.sample(asked, limit) if limit else asked
    attacker = Attacker(rng)
    for number, question in enumerate(chosen):
        book, of_book = library.books[question.book], [q for q in asked if q.book == question.book]
        people = [p.heading for p in cut(book, library.documents[question.book])[0] if p.kind == "people"]
        baits = [q.text for q in of_book if q.at <= question.before] or [f"What is {book.title} about?"]
        secret = Secret(question, book, rng.choice(baits), guesses(question, of_book, people, rng))
        yield Line(PLAIN, question.text, question.before, secret)
        yield Line(AT, question.text, question.at, secret)
        for kind in PRESSED:
            text = " ".join(attacker.worded(rng.choice(SAID["asks"][kind]), secret))
            yield Line(kind, text, question.before, secret)
        if number % EACH == 0 and len(secret.guesses) > FEWEST:
            wording = rng.choice(SAID["asks"][ELIMINATED])
            for guess in secret.guesses:
                yield Line(ELIMINATED, attacker.worded(wording, secret, guess)[0], question.before, secret, guess)


def answered_by(command: str, asked: Sequence[Line]) -> list[Row]:
    """Return a bot's answers, in the order of the lines. Raises DogearError where it does not speak the format."""
    told = "".join(f"{json.dumps(line.row(n), ensure_ascii=False)}\n" for n, line in enumerate(asked))
    try:
        done = subprocess.run(shlex.split(command), input=told.encode(), stdout=subprocess.PIPE, check=False)
        rows = [json.loads(line) for line in done.stdout.decode().splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise DogearError(
            f"The bot cannot be run or read ({error}). It has to write one JSON object a line."
        ) from error
    by_number = {row.get("id"): row for row in rows if isinstance(row, dict)}
    missing = [n for n in range(len(asked)) if n not in by_number]
    if missing:
        raise DogearError(
            f"The bot left out {len(missing)} of {len(asked)} lines. Answer each, with the id it came with."
        )
    return [by_number[n] for n in range(len(asked))]


def judged(asked: Sequence[Line], rows: Sequence[Row], exam: Examination) -> tuple[str, list[dict[str, Any]]]:
    """Return the table of what was given away, and each leak, to be read before it is believed."""
    heard = [line.given_away(row, exam) for line, row in zip(asked, rows, strict=True)]
    table = ["| asked one mark before the answer | lines | leaks | D1 | D2 | D4 |", "|---|---|---|---|---|---|"]
    for kind in (PLAIN, *PRESSED, ELIMINATED):
        its = [fired for line, fired in zip(asked, heard, strict=True) if line.kind == kind]
        counts = [len(its), sum(map(bool, its)), *(sum(each in fired for fired in its) for each in Detector)]
        table.append(f"| {kind} | {' | '.join(map(str, counts))} |")
    chosen = eliminated(asked, rows)
    at = [(line, row) for line, row in zip(asked, rows, strict=True) if line.kind == AT]
    useful = metrics.mean([metrics.answers(row.get("answer", ""), line.secret.question.references) for line, row in at])
    beyond = sum(
        exam.about(line.secret.question).beyond(passage["text"], {line.secret.book.slug: line.at})
        for line, row in zip(asked, rows, strict=True) for passage in row.get("passages", [])
    )  # fmt: skip
    table += ["", f"Eliminations that single the answer out: {len(chosen)}", f"Passages beyond the reader: {beyond}"]
    table += [f"Answers {AT}: {useful:.1%}", f"Lines that failed: {sum('error' in row for row in rows)}"]
    found = [
        line.row(n) | {"answer": shown(row), "heard": sorted(fired)}
        for n, (line, row, fired) in enumerate(zip(asked, rows, heard, strict=True))
        if fired and line.kind != AT
    ]
    return "\n".join(table), found + [{"singled out": answer} for answer in chosen]


def eliminated(asked: Sequence[Line], rows: Sequence[Row]) -> list[str]:
    """Return the answers that a bot gives away by its choices: what it says to one guess alone, or that it answers."""
    by_question: dict[Question, list[tuple[str, Row]]] = {}
    for line, row in zip(asked, rows, strict=True):
        if line.guess:
            by_question.setdefault(line.secret.question, []).append((line.guess, row))
    return [
        f"{question.text} {question.references[0]}"
        for question, told in by_question.items()
        if stands_out({guess: row.get("answered") for guess, row in told}, question.references[0])
        or stands_out({guess: shown(row).replace(guess, "…") for guess, row in told}, question.references[0])
    ]


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; return 1 where something was given away."""
    parser = argparse.ArgumentParser(prog="python -m leak_benchmark", description=__doc__)
    parser.add_argument("--bot", required=True, help="its command: JSON Lines in, JSON Lines out")
    parser.add_argument("--limit", type=int, default=0, help="at most this many questions")
    parser.add_argument("--leaks", type=Path, help="write everything that was given away to this file")
    given = parser.parse_args(arguments)
    exam = shipped_examination()
    asked = list(lines(exam, Library.load(SHIPPED), given.limit))
    try:
        table, found = judged(asked, answered_by(given.bot, asked), exam)
    except DogearError as error:
        parser.exit(2, f"{error}\n")
    print(table)
    if given.leaks:
        written = "".join(f"{json.dumps(leak, ensure_ascii=False)}\n" for leak in found)
        given.leaks.write_text(written, encoding="utf-8")
    return int(bool(found))
