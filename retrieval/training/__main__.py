"""Make the learned weights again, from what docs/weights.md names: about half an hour on two cores."""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.book import Floats, OpenedBook
from retrieval.embedding import load_embedder
from retrieval.guard import PassageTokens
from retrieval.ranking import WEIGHTS, Fit, Question, Ranker, Weights
from retrieval.training import adapter, guarding, ranker
from retrieval.training.stories import (
    Shelf,
    StoryQuestion,
    as_one_stretch,
    open_stories,
    open_summaries,
    read_club_questions,
    read_questions,
)
from retrieval.types import Embedder, QuestionVectors
from retrieval.words import stems

TALK = Path(__file__).parent / "talk.txt"
"""What club members say that tells nothing of a story, a message a line."""

CLUB_QUESTIONS = Path(__file__).parent / "club_questions.jsonl"
"""What club members ask, about the plot summaries of NarrativeQA; written for this."""

SHARE = 0.5
"""How much of what is learned from club questions ships: with all of it, ranking in full text gets worse."""

SHORT = 4
"""An answer of fewer stems says too little to be placed without its question."""


def main() -> None:
    """Learn all weights, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m retrieval.training", description="Make the learned weights.")
    parser.add_argument("--stories", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--summaries", type=Path, nargs="+")
    parser.add_argument("--club", action="store_true", help="learn from what club members ask alone, in five minutes")
    parser.add_argument("--confidence", action="store_true", help="learn what club members' questions go unanswered")
    parser.add_argument("--guard", action="store_true", help="learn the guard's rule alone")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--readings", type=Path, default=Path("readings.npy"), help="kept between runs")
    given = parser.parse_args()
    alone = given.club or given.confidence
    if not (alone or (given.stories and given.questions and given.answers)):
        parser.error("--stories, --questions and --answers are needed, unless --club or --confidence is given")
    if not (given.guard or given.summaries):
        parser.error("--summaries is needed, unless --guard is given")
    given.weights.mkdir(parents=True, exist_ok=True)
    embedder = load_embedder()
    if not alone:
        lesson = Lesson(open_stories(given.stories, embedder), read_questions(given.questions), embedder, given.weights)
        if not given.guard:
            lesson.learn_questions(lesson.question_vectors(given.readings))
            lesson.learn_statements()
        lesson.learn_guard(given.answers)
    if not given.guard:
        summaries = open_summaries(given.summaries, embedder)
        asked = read_club_questions(CLUB_QUESTIONS, summaries)
        club = Lesson(summaries, asked, embedder, given.weights)
        if not given.confidence:
            club.learn_club_questions()
        club.learn_confidence()


class Lesson:
    """The stories that are learned from, and each thing that is learned from them."""

    def __init__(self, shelf: Shelf, asked: Sequence[StoryQuestion], embedder: Embedder, weights: Path) -> None:
        self.opened, self.books, self.asked = shelf.opened, shelf.books, asked
        self._embedder, self._weights = embedder, weights

    def question_vectors(self, readings: Path) -> list[QuestionVectors]:
        """Return the questions' vectors as a reader sees them who has not learned from their stories.

        Two readers each learn from half of the stories and read the other half; a third learns from all, and is
        what ships. Without this, ranking would trust the adapter more than it deserves on new stories.
        """
        plain = self._vectors([one.text for one in self.asked])
        if not readings.exists():
            adapter.save(adapter.train(self.opened, self.asked), self._weights / "question_adapter")
            np.save(readings, self._read_unlearned())
        read = np.load(readings)
        return [QuestionVectors(p, a) for p, a in zip(plain, read, strict=True)]

    def _read_unlearned(self) -> npt.NDArray[np.float32]:
        halves = {story: n % 2 for n, story in enumerate(sorted(self.opened))}
        read: dict[int, npt.NDArray[np.float32]] = {}
        for fold in (0, 1):
            reader = adapter.train(self.opened, [one for one in self.asked if halves[one.story] != fold])
            rows = [n for n, one in enumerate(self.asked) if halves[one.story] == fold]
            vectors = reader.encode([self.asked[n].text for n in rows], normalize_embeddings=True)
            read |= dict(zip(rows, vectors, strict=True))
        return np.stack([read[n] for n in range(len(self.asked))])

    def learn_questions(self, vectors: Sequence[QuestionVectors]) -> None:
        """Learn to rank for questions, asked at their answer, at the end, and anywhere between."""
        rng = random.Random(1)  # noqa: S311 (no secret)
        found = ranker.examples(
            self.opened, self.books, self.asked, vectors,
            [lambda one, _: one.at, lambda one, b: rng.randint(one.at, b.marks), lambda _, b: b.marks],
        )  # fmt: skip
        whole = {slug: as_one_stretch(opened) for slug, opened in self.opened.items()}
        found += ranker.examples(whole, self.books, self.asked, vectors, [lambda _, b: b.marks])
        weights = ranker.train(found, print)
        weights.save(self._weights / "question.npz")
        reader = Ranker(weights, NO_FIT)
        questions = [Question.of(one.text, v) for one, v in zip(self.asked, vectors, strict=True)]
        self._learn_fit("question", reader, self.asked, questions, whole, as_reader=True)

    def learn_club_questions(self) -> None:
        """Learn to rank for what club members ask, from the weights that are there; then whether anything answers.

        The adapter has not learned from these stories, so that its reading of their questions is that of new ones.
        """
        rng = random.Random(1)  # noqa: S311 (no secret)
        vectors = {one: self._embedder.question(one.text) for one in self.asked}
        answered = [one for one in self.asked if one.sections]
        found = ranker.examples(
            self.opened, self.books, answered, [vectors[one] for one in answered],
            [lambda one, _: one.at, lambda one, b: rng.randint(one.at, b.marks), lambda _, b: b.marks],
        )  # fmt: skip
        before = Weights.load(self._weights / "question.npz")
        weights = before.towards(ranker.train(found, print, before), SHARE)
        weights.save(self._weights / "question.npz")
        reader = Ranker(weights, NO_FIT)
        questions = [Question.of(one.text, vectors[one]) for one in answered]
        open_ = [one for one in self.asked if not one.sections]
        unheld = ranker.unanswered_rows(
            self.opened, open_, [Question.of(one.text, vectors[one]) for one in open_], reader
        )
        self._learn_fit("question", reader, answered, questions, self.opened, unheld, as_reader=True)

    def learn_confidence(self) -> None:
        """Learn whether visible text answers what club members ask, from how it compares and from the question itself.

        The vectors are the packaged model's; other models go by the comparisons alone.
        """
        questions = [Question.of(one.text, self._embedder.question(one.text)) for one in self.asked]
        weights = Weights.load(self._weights / "question.npz")
        rows, held = ranker.asked_rows(self.opened, self.books, self.asked, questions, Ranker(weights, NO_FIT))
        fit = ranker.logistic(rows, held, penalty=ranker.ASKED_PENALTY)
        np.savez_compressed(self._weights / "question_asked_fit.npz", weights=fit.weights, bias=fit.bias)

    def learn_statements(self) -> None:
        """Learn to place statements."""
        together = self._vectors([told(one) for one in self.asked])
        alone = self._vectors([answer(one) for one in self.asked])
        statements = [Question.stated(told(o), v) for o, v in zip(self.asked, together, strict=True)]
        bare = [Question.stated(answer(o), v) for o, v in zip(self.asked, alone, strict=True)]
        long = [n for n, one in enumerate(self.asked) if len(stems(answer(one))) >= SHORT]
        found = ranker.stated_examples(self.opened, self.asked, statements)
        found += ranker.stated_examples(self.opened, [self.asked[n] for n in long], [bare[n] for n in long])
        weights = ranker.train(found, print)
        weights.save(self._weights / "statement.npz")
        reader = Ranker(weights, NO_FIT)
        talk = ranker.talk_rows(self.opened, self._talk(), reader)
        self._learn_fit("statement", reader, self.asked, statements, self.opened, talk, as_reader=False)

    def _learn_fit(
        self, name: str, reader: Ranker, asked: Sequence[StoryQuestion], questions: Sequence[Question],
        whole: dict[str, OpenedBook], unheld: Sequence[Floats] = (), *, as_reader: bool,
    ) -> None:  # fmt: skip
        """Learn whether a book holds what was asked or stated; `unheld` are traits of more that no book holds."""
        rows, held = ranker.fit_rows(self.opened, self.books, asked, questions, reader, as_reader=as_reader)
        more, kept = ranker.whole_rows(whole, asked, questions, reader, as_reader=as_reader)
        traits = [row[: ranker.TRAITS] for row in (*rows, *more, *unheld)]
        fit = ranker.logistic(traits, held + kept + [False] * len(unheld))
        np.savez_compressed(self._weights / f"{name}_fit.npz", weights=fit.weights, bias=fit.bias)

    def learn_guard(self, answers: Path) -> None:
        """Learn what gives hidden text away, with the reader of statements that ships or was just learned."""
        reader = Ranker.load("statement", adapted=True, folder=self._weights)
        shipped, library = guarding.open_shipped(self._embedder)
        shelf = guarding.AnswerJudge(
            self.opened | shipped, self.books | library, reader, self._embedder, PassageTokens(self._embedder)
        )
        stories = list(guarding.story_cases(shelf, [one for one in self.asked if min(one.sections) > 1]))
        rule = guarding.learn(stories, list(guarding.marked_cases(shelf, answers)))
        guarding.save(rule, self._weights / "guard.npz")

    def _talk(self) -> list[Question]:
        lines = TALK.read_text(encoding="utf-8").splitlines()
        return [Question.stated(line, vector) for line, vector in zip(lines, self._vectors(lines), strict=True)]

    def _vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.stack([v.passage for v in self._embedder.passages([[text] for text in texts])])


NO_FIT = Fit(np.zeros(ranker.TRAITS, np.float32), 0.0)


def answer(one: StoryQuestion) -> str:
    """Return the reference answer as a sentence."""
    return one.answers[0].rstrip(".") + "."


def told(one: StoryQuestion) -> str:
    """Return a question with its answer, as somebody tells it in a club."""
    return f"{one.text} {answer(one)}"


if __name__ == "__main__":
    main()
