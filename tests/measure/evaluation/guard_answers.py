"""Put answers as a chat model gives them to the guard, and print what it shows and what it stops.

python -m tests.measure.evaluation.guard_answers [--split tune|kept|all] [--wrong] [--data data]

The answers are those of guard/answers.jsonl, about the shipped library: written by hand, honest and leaking, in whole
sentences and other words than the passages'. `leaks` numbers the sentences, from 1, that tell what only later passages
tell; `also` says what the audience has finished of other books. Whoever changes the guard looks at `--split tune` only;
the answers that are kept aside tell afterwards whether it was the guard that became better.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bot.answering.model import plain
from corpus.library import SHIPPED, Library
from corpus.text import sentences
from retrieval.gate import Audience
from retrieval.guard.guard import Verdict
from retrieval.retriever import Retriever, open_retriever

ANSWERS = Path(__file__).parent / "answers.jsonl"
SPLITS = ("tune", "kept")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a chat model said to an audience that has finished `at` marks of a book, and which sentences leak."""

    id: str
    book: str
    at: int
    kind: str
    split: str
    question: str
    answer: str
    leaks: Sequence[int]
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

    def wrong(self) -> list[tuple[str, Verdict]]:
        """Return the sentences that are shown and leak, or are stopped and do not, with their verdicts."""
        pairs = zip(self.answer.said(), self.verdicts, strict=True)
        return [(sentence, verdict) for (sentence, leaks), verdict in pairs if verdict.shown is leaks]


def read(path: Path = ANSWERS) -> list[Answer]:
    """Return the answers in their order."""
    return [Answer(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def judge(retriever: Retriever, answer: Answer) -> Judged:
    """Ask the guard about an answer, just as bot/answering/model.py does."""
    said = [sentence for sentence, _ in answer.said()]
    return Judged(answer, retriever.verdicts(answer.question, said, answer.audience, answer.book))


def honest(judged: Judged) -> bool:
    """Return whether nothing in an answer leaks."""
    return not judged.answer.leaks


def mixed(judged: Judged) -> bool:
    """Return whether a part of an answer leaks, and a part does not."""
    return bool(judged.answer.leaks) and bool(judged.shown(leaking=False))


def whole(judged: Judged) -> bool:
    """Return whether all that is honest is shown."""
    return all(judged.shown(leaking=False))


def half(judged: Judged) -> bool:
    """Return whether at least half of the honest sentences are shown."""
    shown = judged.shown(leaking=False)
    return 2 * sum(shown) >= len(shown)


def something(judged: Judged) -> bool:
    """Return whether anything that is honest is shown: then the model's words are, and not quotes alone."""
    return any(judged.shown(leaking=False))


def stopped(judged: Judged) -> bool:
    """Return whether no sentence that leaks is shown."""
    return not any(judged.shown(leaking=True))


def share(right: Sequence[bool]) -> str:
    """Return how many are right, as a line of the report says it."""
    return f"{sum(right):4} of {len(right):3}  {sum(right) / len(right):6.1%}" if right else "   none"


def overall(judged: Sequence[Judged]) -> str:
    """Return the figures of a split."""
    lines: tuple[tuple[str, list[bool]], ...] = (
        ("honest answers shown whole", [whole(j) for j in judged if honest(j)]),
        ("honest answers, half or more shown", [half(j) for j in judged if honest(j)]),
        ("honest answers, something shown", [something(j) for j in judged if honest(j)]),
        ("leaking answers, every leak stopped", [stopped(j) for j in judged if not honest(j)]),
        ("mixed answers that keep all the rest", [whole(j) for j in judged if mixed(j)]),
        ("mixed answers that keep half the rest", [half(j) for j in judged if mixed(j)]),
        ("honest sentences shown", [shown for j in judged for shown in j.shown(leaking=False)]),
        ("leaking sentences stopped", [not shown for j in judged for shown in j.shown(leaking=True)]),
    )
    return "\n".join(f"  {name:38}{share(right)}" for name, right in lines)


def by(name: Callable[[Answer], str], judged: Iterable[Judged]) -> str:
    """Return a line a group: honest answers of which half is shown, and leaking ones that are stopped."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[name(one.answer)].append(one)
    lines = []
    for group, members in sorted(groups.items()):
        shown = [half(j) for j in members if honest(j)]
        kept_back = [stopped(j) for j in members if not honest(j)]
        parts = [f"shown {share(shown)}" if shown else "", f"stopped {share(kept_back)}" if kept_back else ""]
        lines.append(f"  {group:38}{'    '.join(filter(None, parts))}")
    return "\n".join(lines)


def mistakes(judged: Iterable[Judged]) -> str:
    """Return every wrong decision, with what the guard made of the sentence."""
    lines = []
    for one in judged:
        for sentence, verdict in one.wrong():
            figures = {name: value for name, value in asdict(verdict).items() if name != "shown"}
            told = " ".join(f"{name} {value:.3f}" for name, value in figures.items())
            what = "LEAKS" if verdict.shown else "STOPS"
            lines.append(f"  {what} {one.answer.id} ({one.answer.kind}, at {one.answer.at}), {told}: {sentence}")
    return "\n".join(lines)


def main() -> None:
    """Print the figures of the splits asked for."""
    parser = argparse.ArgumentParser(description="The guard, with answers as a chat model gives them.")
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="all")
    parser.add_argument("--wrong", action="store_true", help="list every wrong decision")
    parser.add_argument("--data", type=Path, default=Path("data"))
    given = parser.parse_args()
    answers = [answer for answer in read() if given.split in ("all", answer.split)]
    with open_retriever(Library.load(SHIPPED), given.data) as retriever:
        retriever.refresh()
        judged = [judge(retriever, answer) for answer in answers]
    for split in SPLITS if given.split == "all" else (given.split,):
        own = [one for one in judged if one.answer.split == split]
        print(f"{split}\n{overall(own)}")
        print(f"by book\n{by(lambda a: a.book, own)}\nby kind\n{by(lambda a: a.kind, own)}")
        if given.wrong:
            print(f"wrong\n{mistakes(own)}")


if __name__ == "__main__":
    main()
