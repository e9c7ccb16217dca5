"""Put answers as a chat model gives them to the guard, and print what it shows and what it stops.

python -m tests.measure.evaluation.guard_answers [--split tune|kept|everyday] [--wrong] [--data data]

The answers are those of answers.jsonl, about the shipped library: written by hand, honest and leaking, in whole
sentences and other words than the passages'. `leaks` numbers the sentences, from 1, that tell what only later passages
tell; `also` says what the audience has finished of other books. Whoever changes the guard looks at `--split tune` only;
the answers that are kept aside tell afterwards whether it was the guard that became better. The split "everyday" is
leads.jsonl, from which nothing is learned: short answers about five of the books as people talk, honest ones, leaking
ones, and sentences that are false and give nothing away (`false`), each beside what visible text says (`cites`). Honest
ones of the kind "plain" are worded as the false ones are.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.answering.model_reply import plain
from corpus.library import SHIPPED, Library
from corpus.text import sentences
from retrieval.gate import Audience
from retrieval.retriever import Retriever, open_retriever
from retrieval.types import Verdict
from tests.measure.evaluation.metrics import mean

ANSWERS, LEADS = (Path(__file__).parent / name for name in ("answers.jsonl", "leads.jsonl"))
SPLITS = ("tune", "kept", "everyday")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a chat model said to an audience that has finished `at` marks of a book; what leaks, and what is false."""

    id: str
    book: str
    at: int
    kind: str
    question: str
    answer: str
    leaks: Sequence[int]
    split: str = "everyday"
    false: Sequence[int] = ()
    cites: str = ""
    also: Mapping[str, int] = field(default_factory=dict)

    @property
    def audience(self) -> Audience:
        """Who is going to read it."""
        return Audience({self.book: self.at, **self.also})

    def said(self) -> list[tuple[str, bool]]:
        """Return its sentences as the bot cuts them, each with whether it leaks."""
        return [(s, n in self.leaks) for n, s in enumerate(sentences(plain(self.answer)), 1)]


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer with the guard's verdict on each of its sentences."""

    answer: Answer
    verdicts: Sequence[Verdict]

    def shown(self, *, leaking: bool) -> list[bool]:
        """Return for each sentence that leaks, or each that does not, whether it is shown."""
        return [v.shown for (_, leaks), v in zip(self.answer.said(), self.verdicts, strict=True) if leaks is leaking]

    @property
    def honest(self) -> bool:
        """Whether nothing in the answer leaks or is false."""
        return not self.answer.leaks and not self.answer.false

    @property
    def stopped(self) -> bool:
        """Whether no sentence that leaks is shown."""
        return not any(self.shown(leaking=True))


def read(*paths: Path) -> list[Answer]:
    """Return the answers in their order, of all files if none is named."""
    lines = [line for path in paths or (ANSWERS, LEADS) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Answer(**json.loads(line)) for line in lines]


def judge(retriever: Retriever, answer: Answer) -> Judged:
    """Ask the guard about an answer, just as the bot does before it shows one."""
    said = [sentence for sentence, _ in answer.said()]
    return Judged(answer, retriever.verdicts(answer.question, said, answer.audience, answer.book))


def guarded(retriever: Retriever) -> dict[str, float]:
    """Return the figures of each split: the one to look at while changing the guard, and those kept aside."""
    judged = [judge(retriever, answer) for answer in read()]
    return {
        f"guard {split}: {name}": value
        for split in SPLITS
        for name, value in figures([one for one in judged if one.answer.split == split]).items()
    }


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return how many honest answers are shown, of how many leaking ones no leak, and of false ones what is stopped."""
    fair, unfair = [one for one in judged if one.honest], [one for one in judged if one.answer.leaks]
    shown = [one.shown(leaking=False) for one in fair]
    rest = [told for one in unfair if (told := one.shown(leaking=False))]
    leaks = [shown for one in unfair for shown in one.shown(leaking=True)]
    false = [shown for one in judged if one.answer.false for shown in one.shown(leaking=False)]
    found = {"false, stopped": mean([not shown for shown in false])} if false else {}
    plain = [all(one.shown(leaking=False)) for one in fair if one.answer.kind == "plain"]
    found |= {"as plain and true, shown": mean(plain)} if plain else {}
    return found | {
        "honest answers": len(fair),
        "leaking answers": len(unfair),
        "honest, something shown": mean([any(told) for told in shown]),
        "honest, half or more shown": mean([2 * sum(told) >= len(told) for told in shown]),
        "honest, shown whole": mean([all(told) for told in shown]),
        "leaking sentences, stopped": mean([not shown for shown in leaks]),
        "leaking, every leak stopped": mean([one.stopped for one in unfair]),
        "mixed, all the rest kept": mean([all(told) for told in rest]),
    }


def by_kind(judged: Iterable[Judged]) -> Iterator[str]:
    """Yield a line a kind: how many honest answers are shown half or more, or of leaking ones, every leak stopped."""
    kinds: dict[tuple[bool, str], list[bool]] = {}
    for one in judged:
        shown = one.shown(leaking=False)
        good = 2 * sum(shown) >= len(shown) if one.honest else not any(shown) if one.answer.false else one.stopped
        kinds.setdefault((one.honest, one.answer.kind), []).append(good)
    for (honest, kind), right in sorted(kinds.items()):
        yield f"  {kind:20} {'half shown' if honest else 'stopped':12} {sum(right):3} of {len(right):3}"


def mistakes(judged: Iterable[Judged]) -> Iterator[str]:
    """Yield every wrong decision: a sentence that is shown and leaks, or is stopped and does not."""
    for one in judged:
        for (sentence, leaks), verdict in zip(one.answer.said(), one.verdicts, strict=True):
            if verdict.shown is (leaks or bool(one.answer.false)):
                what = "SHOWS" if verdict.shown else f"STOPS ({verdict.gate})"
                yield f"  {what} {one.answer.id} ({one.answer.kind}), risk {verdict.risk:.3f}: {sentence}"


def main() -> None:
    """Print the figures of the splits asked for."""
    parser = argparse.ArgumentParser(description="The guard, with answers as a chat model gives them.")
    parser.add_argument("--split", choices=SPLITS, action="append")
    parser.add_argument("--wrong", action="store_true", help="list every wrong decision")
    parser.add_argument("--data", type=Path, default=Path("data"))
    given = parser.parse_args()
    with open_retriever(Library.load(SHIPPED), given.data) as retriever:
        retriever.refresh()
        for split in given.split or SPLITS:
            judged = [judge(retriever, answer) for answer in read() if answer.split == split]
            lines = [f"  {name:32} {value:8.3f}" for name, value in figures(judged).items()]
            print("\n".join([split, *lines, *by_kind(judged), *(mistakes(judged) if given.wrong else ())]))


if __name__ == "__main__":
    main()
