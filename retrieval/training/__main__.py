"""Make the learned weights again, from what docs/weights.md names: about half an hour on two cores."""

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.embedding import load_embedder
from retrieval.guard import PassageTokens
from retrieval.ranking import WEIGHTS, Fit, Question, Ranker, Weights
from retrieval.training import adapter, guarding, ranker, remarks, stories
from retrieval.training.stories import LibraryQuestion, Shelf, StoryQuestion, as_one_stretch
from retrieval.types import Embedder, QuestionVectors, Vector
from retrieval.words import stems

HERE = Path(__file__).parent
TALK = HERE / "talk.txt"  # what club members say that tells nothing of a story, a message a line
CLUB_QUESTIONS = HERE / "club_questions.jsonl"  # what they ask, about plot summaries; written for this
LIBRARY_QUESTIONS = HERE / "library_questions.jsonl"  # the same about the shipped library, which answers otherwise
LIBRARY = 10.0  # how much more one of those counts for confidence than one about a plot summary
SHARE = 0.5  # how much of what is learned from club questions ships: all of it would harm ranking in full text
SHORT = 4  # an answer of fewer stems says too little to be placed without its question
TALK_STEP = 5  # each message is matched against every so many of the stories
LEAST_SENTENCES = 3  # sentences that have been read before a question is asked there


def main() -> None:
    """Learn all weights, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m retrieval.training", description="Make the learned weights.")
    parser.add_argument("--stories", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--summaries", type=Path, nargs="+", required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    given = parser.parse_args()
    given.weights.mkdir(parents=True, exist_ok=True)
    embedder = load_embedder()
    told, asked = stories.open_stories(given.stories, embedder), stories.read_questions(given.questions)
    lesson = Lesson(told, asked, embedder, given.weights)
    lesson.learn_questions(lesson.question_vectors())
    lesson.learn_statements()
    lesson.learn_guard(given.answers)
    summaries = stories.open_summaries(given.summaries, embedder)
    club = Lesson(summaries, stories.read_club_questions(CLUB_QUESTIONS, summaries), embedder, given.weights)
    club.learn_club_questions()
    club.learn_confidence(guarding.open_shipped(embedder), stories.read_library_questions(LIBRARY_QUESTIONS))
    club.learn_remarks()


class Lesson:
    """The stories that are learned from, and each thing that is learned from them."""

    def __init__(self, shelf: Shelf, asked: Sequence[StoryQuestion], embedder: Embedder, weights: Path) -> None:
        self.shelf, self.asked = shelf, asked
        self._embedder, self._weights = embedder, weights

    def question_vectors(self) -> list[QuestionVectors]:
        """Return the questions' vectors as a reader sees them who has not learned from their stories.

        Two readers each learn from half of the stories and read the other half; a third learns from all, and is
        what ships. Without this, ranking would trust the adapter more than it deserves on new stories.
        """
        adapter.save(adapter.train(self.shelf.opened, self.asked), self._weights / "question_adapter")
        halves = {story: n % 2 for n, story in enumerate(sorted(self.shelf.opened))}
        read: dict[int, npt.NDArray[np.float32]] = {}
        for fold in (0, 1):
            reader = adapter.train(self.shelf.opened, [one for one in self.asked if halves[one.story] != fold])
            rows = [n for n, one in enumerate(self.asked) if halves[one.story] == fold]
            vectors = reader.encode([self.asked[n].text for n in rows], normalize_embeddings=True)
            read |= dict(zip(rows, vectors, strict=True))
        plain = self._vectors([one.text for one in self.asked])
        return [QuestionVectors(vector, read[n]) for n, vector in enumerate(plain)]

    def learn_questions(self, vectors: Sequence[QuestionVectors]) -> None:
        """Learn to rank for questions, asked at their answer, at the end, and anywhere between."""
        questions = [Question.of(one.text, v) for one, v in zip(self.asked, vectors, strict=True)]
        whole = Shelf({slug: as_one_stretch(opened) for slug, opened in self.shelf.opened.items()}, self.shelf.books)
        found = ranker.examples(self.shelf, self.asked, questions, at_three_places())
        found += ranker.examples(whole, self.asked, questions, [lambda _, marks: marks])
        weights = ranker.train(found, print)
        weights.save(self._weights / "question.npz")
        self._learn_fit("question", Ranker(weights, NO_FIT), self.asked, questions, whole)

    def learn_club_questions(self) -> None:
        """Learn to rank for what club members ask, from the weights that are there; then whether anything answers."""
        asked = {one: Question.of(one.text, self._embedder.question(one.text)) for one in self.asked}
        answered = [one for one in self.asked if one.sections]
        questions = [asked[one] for one in answered]
        before = Weights.load(self._weights / "question.npz")
        found = ranker.examples(self.shelf, answered, questions, at_three_places())
        weights = before.towards(ranker.train(found, print, before), SHARE)
        weights.save(self._weights / "question.npz")
        untold = [(one.story, self._end(one.story), asked[one], False) for one in self.asked if not one.sections]
        self._learn_fit("question", Ranker(weights, NO_FIT), answered, questions, self.shelf, untold)

    def learn_confidence(self, library: Shelf, questions: Sequence[LibraryQuestion]) -> None:
        """Learn whether visible text answers what members ask, about the stories and about books of a library."""
        rng = random.Random(ranker.SEED)  # noqa: S311 (no secret)
        tries = []
        for one in self.asked:
            question, end = Question.of(one.text, self._embedder.question(one.text)), self._end(one.story)
            first = min(one.sections, default=end)
            places = sorted({end, *one.sections, rng.randint(1, first), first - 1} - {0})
            tries += [(one.story, at, question, bool(one.sections) and at >= first) for at in places]
        reader = Ranker(Weights.load(self._weights / "question.npz"), NO_FIT)
        rows, held = ranker.tried(self.shelf, tries, reader, least=LEAST_SENTENCES)
        more_tries = [
            (one.book, at, question, answered)
            for one in questions
            for question in (Question.of(one.text, self._embedder.question(one.text)),)
            for at, answered in one.places(library.books[one.book].marks, rng).items()
        ]
        more, also = ranker.tried(library, more_tries, reader, least=LEAST_SENTENCES)
        counts = np.concatenate([ranker.balanced(held), LIBRARY * ranker.balanced(also)])
        self._save("question_asked_fit", ranker.logistic([*rows, *more], [*held, *also], counts, ranker.ASKED_PENALTY))

    def learn_statements(self) -> None:
        """Learn to place statements, told with their question and, where they are long enough, alone."""
        answers = [one.answer for one in self.asked]
        told = self._stated([f"{one.text} {said}" for one, said in zip(self.asked, answers, strict=True)])
        bare = self._stated(answers)
        long = [n for n, said in enumerate(answers) if len(stems(said)) >= SHORT]
        end: list[Place] = [lambda _, marks: marks]
        found = ranker.examples(self.shelf, self.asked, told, end, as_reader=False)
        found += ranker.examples(
            self.shelf, [self.asked[n] for n in long], [bare[n] for n in long], end, as_reader=False
        )
        weights = ranker.train(found, print)
        weights.save(self._weights / "statement.npz")
        talk = [
            (story, self._end(story), message, False)
            for n, message in enumerate(self._stated(TALK.read_text(encoding="utf-8").splitlines()))
            for story in sorted(self.shelf.opened)[n % TALK_STEP :: TALK_STEP]
        ]
        reader = Ranker(weights, NO_FIT)
        self._learn_fit("statement", reader, self.asked, told, self.shelf, talk, as_reader=False)

    def learn_guard(self, answers: Path) -> None:
        """Learn what gives hidden text away and what is false, with the reader of statements that was just learned."""
        reader = Ranker.load("statement", adapted=True, folder=self._weights)
        shipped = guarding.open_shipped(self._embedder)
        judge = guarding.AnswerJudge(shipped, reader, self._embedder, PassageTokens(self._embedder))
        learned = guarding.learn(list(guarding.cases(judge, answers, guarding.LEADS)))
        np.savez_compressed(self._weights / "guard.npz", allow_pickle=False, **learned)

    def learn_remarks(self) -> None:
        """Learn which remarks of club members spoil, about the shipped library and the plot summaries."""
        shipped = guarding.open_shipped(self._embedder)
        shelf = Shelf(self.shelf.opened | shipped.opened, self.shelf.books | shipped.books)
        reader = Ranker.load("statement", adapted=True, folder=self._weights)
        judge = guarding.AnswerJudge(shelf, reader, self._embedder, PassageTokens(self._embedder))
        remarks.save(remarks.learn(list(remarks.remarks(judge))), self._weights / "remarks.npz")

    def _learn_fit(
        self, name: str, reader: Ranker, asked: Sequence[StoryQuestion], questions: Sequence[Question], whole: Shelf,
        untold: Sequence[ranker.Try] = (), *, as_reader: bool = True,
    ) -> None:  # fmt: skip
        """Learn whether a book holds what was asked or stated; `untold` is more that no book holds.

        Each question is asked one section before its answer, if it can be, and at it; and after the end of its story,
        which answers it, and of another one, which does not.
        """
        pairs = list(zip(asked, questions, strict=True))
        before_and_at = [
            (one.story, at, question, at == one.at)
            for one, question in pairs
            for at in ((min(one.sections) - 1, one.at) if min(one.sections) > 1 else ())
        ]
        every = sorted(whole.opened)
        after = [
            (story, self._end(story), question, story == one.story)
            for one, question in pairs
            for story in (one.story, every[(every.index(one.story) + len(question.text)) % len(every)])
        ]
        rows, held = ranker.tried(self.shelf, before_and_at, reader, as_reader=as_reader)
        more, also = ranker.tried(whole, [*after, *untold], reader, as_reader=as_reader)
        self._save(f"{name}_fit", ranker.logistic([row[: ranker.TRAITS] for row in (*rows, *more)], held + also))

    def _end(self, story: str) -> int:
        return self.shelf.books[story].marks

    def _save(self, name: str, fit: Fit, **more: Any) -> None:  # noqa: ANN401 (numbers)
        np.savez_compressed(self._weights / f"{name}.npz", weights=fit.weights, bias=fit.bias, **more)

    def _stated(self, texts: Sequence[str]) -> list[Question]:
        return [Question.stated(text, vector) for text, vector in zip(texts, self._vectors(texts), strict=True)]

    def _vectors(self, texts: Sequence[str]) -> list[Vector]:
        return [v.passage for v in self._embedder.passages([[text] for text in texts])]


NO_FIT = Fit(np.zeros(ranker.TRAITS, np.float32), 0.0)

Place = Callable[[StoryQuestion, int], int]  # told a question and its story's marks, where to ask it


def at_three_places() -> list[Place]:
    """Return where questions are asked: at their answer, anywhere after it, and after the end."""
    rng = random.Random(1)  # noqa: S311 (no secret)
    return [lambda one, _: one.at, lambda one, marks: rng.randint(one.at, marks), lambda _, marks: marks]


if __name__ == "__main__":
    main()
