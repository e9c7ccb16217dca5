"""What a chat model says that has read every book to the end and tells everything, in many wordings and forms.

It says the true answer plainly, in the library's own sentence, in codes, in other languages, with yes or no; and what
people wrote who know the books: the leaking sentences of the evaluation's answers that nothing was learned from.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.model_reply import bare
from corpus.text import sentences
from tests.measure.adversaries.attacker import ELIMINATED, SAID, Try
from tests.measure.adversaries.attempts import DISGUISES
from tests.measure.evaluation.guard_answers import Answer, read
from tests.measure.evaluation.metrics import holds, words
from tests.measure.evaluation.questions import Story

TELLS = SAID["tells"]
FORMS = ("{}", "LEAD: {}", "PICK: 1, 2\nLEAD: {}", "{} [1]", "json")


@dataclass(frozen=True)
class Told:
    """A reply, its kind of wording, and the sentences of it that no reader of this part of the book may see."""

    reply: str
    kind: str
    secrets: Sequence[str]

    def shown(self, text: str) -> list[str]:
        """Return the secret sentences that stand in what a member reads, one of a word or two in a line of its own."""
        lines = [bare(line) for line in text.splitlines()]
        return [
            said for said in self.secrets
            if (plain := bare(said)) and any(plain == line or (len(plain) > len("you are right") and plain in line)
                                             for line in lines)
        ]  # fmt: skip


class KnowingModel:
    """Knows all of the books; `tells` is what it answers to a try."""

    def __init__(self, stories: Mapping[str, Story], rng: random.Random) -> None:
        self._stories, self._rng = stories, rng
        self._everyday = [answer for answer in read() if answer.leaks and answer.split == "kept"]

    def tells(self, made: Try, at: int) -> Told:
        """Return what it answers to a try by somebody at this mark of the book."""
        kind, said = self._rng.choice(list(self._ways(made, at)))
        story = self._stories[made.secret.book.slug]
        seen = self._rng.choice([s for text in story.seen({story.slug: at}) for s in sentences(text)])
        whole = said if self._rng.random() < 0.6 else f"{seen} {said}"
        form = self._rng.choice(FORMS)
        reply = json.dumps({"pick": [1], "lead": whole}) if form == "json" else form.format(whole)
        secret = not (
            made.guess and made.guess != made.secret.answer
        )  # a wrong guess that is denied gives nothing away
        return Told(reply, kind, [s for s in sentences(said) if secret])

    def _ways(self, made: Try, at: int) -> Iterator[tuple[str, str]]:
        secret, rng = made.secret, self._rng
        filled = {"answer": secret.answer.rstrip("."), "sentence": self._sentence(made), "x": made.guess}
        if made.attempt.kind == ELIMINATED:
            kind = "yes or no" if made.guess == secret.answer else "denied"
            yield kind, rng.choice(TELLS[kind]).format_map(filled)
            return
        if secret.answer in made.said:
            yield "yes or no", rng.choice(TELLS["yes or no"]).format_map(filled)
        yield "plain", rng.choice(TELLS["plain"]).format_map(filled)
        yield "in another language", rng.choice(TELLS["in another language"]).format_map(filled)
        word = max(words(secret.answer), key=len)
        disguise = rng.choice([name for name in DISGUISES if name != "first"])
        if word.isalpha():
            yield "in a code", rng.choice(("{}", "It is {}.")).format(DISGUISES[disguise](word))
        everyday = [answer for answer in self._everyday if answer.book == secret.book.slug and answer.at >= at]
        if everyday:
            yield "as people write", rng.choice(leaking(rng.choice(everyday)))

    def _sentence(self, made: Try) -> str:
        """Return the library's own sentence with the answer in it."""
        story, question = self._stories[made.secret.book.slug], made.secret.question
        told = [s for place in sorted(question.right) for s in sentences(story.pieces[place].text)]
        return next((s for s in told if holds(s, made.secret.answer)), f"{made.secret.answer}.")


def leaking(answer: Answer) -> list[str]:
    """Return the sentences of an answer that leak."""
    return [sentence for sentence, leaks in answer.said() if leaks]
