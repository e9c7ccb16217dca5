"""Learning to rank: a small network that finds where the answer stands, and a logistic rule whether it does at all."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression

from retrieval.book import Floats, VisibleBook
from retrieval.gate import Audience, Gate
from retrieval.ranking import FITTING, HIDDEN, KINDS, Fit, Question, Ranker, Weights, features, fit_traits, recency
from retrieval.training.stories import Shelf, StoryQuestion, answer_shares

BATCH, EPOCHS, RATE, SEED = 64, 3, 3e-3, 0
RANK, DROPPED = 16, 0.3


@dataclass(frozen=True, slots=True)
class Example:
    """One question asked at one position: features, where the answer is, and what the bilinear part needs."""

    view: VisibleBook
    question: Question
    features: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float32]
    golden: npt.NDArray[np.bool_]


def examples(
    shelf: Shelf, asked: Sequence[StoryQuestion], questions: Sequence[Question],
    positions: Sequence[Callable[[StoryQuestion, int], int]], *, as_reader: bool = True,
) -> list[Example]:  # fmt: skip
    """Return every question asked at each position; without `as_reader`, nothing is recent."""
    found = []
    for one, question in zip(asked, questions, strict=True):
        book, marks = shelf.opened[one.story], shelf.books[one.story].marks
        shares = answer_shares(book, one)
        for position in positions:
            at = position(one, marks)
            view = book.seen_through(Gate(Audience({one.story: at})))
            rows = features(view, question, recency(view, at, marks) if as_reader else None)
            golden = np.isin(view.marks[view.passage_of], one.sections)
            found.append(Example(view, question, rows, shares[view.rows], golden))
    return found


class Network(torch.nn.Module):
    """Features and a low-rank comparison of question and sentence in, one number a sentence out."""

    def __init__(self, width: int, dimensions: int) -> None:
        super().__init__()
        self.question = torch.nn.Parameter(torch.randn(dimensions, RANK) * 0.05)
        self.sentence = torch.nn.Parameter(torch.randn(dimensions, RANK) * 0.05)
        self.first = torch.nn.Linear(width + RANK, HIDDEN[0])
        self.second = torch.nn.Linear(HIDDEN[0], HIDDEN[1])
        self.last = torch.nn.Linear(HIDDEN[1], 1)
        self.straight = torch.nn.Linear(width, 1)
        self.drop = torch.nn.Dropout(DROPPED)

    def forward(self, rows: torch.Tensor, question: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
        """Return scores, shape (questions, sentences)."""
        compared = 3 * (question @ self.question) * (sentences @ self.sentence)
        hidden = torch.relu(self.first(self.drop(torch.cat([rows, compared], -1))))
        score = self.last(torch.relu(self.second(hidden))) + self.straight(rows)
        return torch.as_tensor(score.squeeze(-1))


def train(found: Sequence[Example], say: Callable[[str], None], start: Weights | None = None) -> Weights:
    """Train on examples, from the weights of `start` if there are any; the seed is fixed."""
    torch.manual_seed(SEED)
    rng = random.Random(SEED)  # noqa: S311 (no secret)
    sample = np.concatenate([e.features for e in found[::7]])
    mean, deviation = sample.mean(0), sample.std(0) + 1e-3
    network = Network(len(mean), found[0].view.sentence_vectors.shape[1])
    if start is not None:
        resume(network, start, mean, deviation)
    low = [network.question, network.sentence]
    rest = [p for name, p in network.named_parameters() if name not in ("question", "sentence")]
    optimiser = torch.optim.AdamW(
        [{"params": low, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.02}], lr=RATE
    )
    steps = EPOCHS * (len(found) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        order = sorted(range(len(found)), key=lambda n: len(found[n].features) + 40 * rng.random())
        batches = [order[n : n + BATCH] for n in range(0, len(order), BATCH)]
        rng.shuffle(batches)
        total = 0.0
        for batch in batches:
            loss = _loss(network, [found[n] for n in batch], mean, deviation)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        say(f"ranking, epoch {epoch}: loss {total / len(batches):.3f}")
    return weights_of(network, mean, deviation)


def _loss(network: Network, batch: Sequence[Example], mean: Floats, deviation: Floats) -> torch.Tensor:
    """Return the loss: where in the answer's sections (all of the mass), and on which sentences (half of it)."""
    longest = max(len(e.features) for e in batch)
    width, dimensions = batch[0].features.shape[1], batch[0].view.sentence_vectors.shape[1]
    rows = np.zeros((len(batch), longest, width), np.float32)
    sentences = np.zeros((len(batch), longest, dimensions), np.float32)
    shares, golden = np.zeros((len(batch), longest), np.float32), np.zeros((len(batch), longest), bool)
    shown = np.zeros((len(batch), longest), bool)
    for n, e in enumerate(batch):
        count = len(e.features)
        rows[n, :count] = (e.features - mean) / deviation
        sentences[n, :count] = e.view.sentence_vectors
        shares[n, :count], golden[n, :count], shown[n, :count] = e.shares, e.golden, True
    question = torch.from_numpy(np.stack([e.question.vectors.adapted for e in batch])[:, None])
    scores = network(torch.from_numpy(rows), question, torch.from_numpy(sentences))
    logs = torch.log_softmax(scores.masked_fill(~torch.from_numpy(shown), -1e4), -1)
    best = torch.from_numpy(shares.max(1, keepdims=True))
    held = torch.from_numpy(shares)
    wanted = torch.where(held >= 0.6 * best, held**2, torch.zeros(()))
    wanted = wanted / wanted.sum(-1, keepdim=True).clamp_min(1e-6)
    on_sentences = -(wanted * logs).sum(-1)[best[:, 0] > 0.2].sum() / len(batch)
    in_sections = -torch.logsumexp(logs.masked_fill(~torch.from_numpy(golden), -1e4), -1).mean()
    return in_sections + 0.5 * on_sentences


def weights_of(network: Network, mean: npt.NDArray[np.float32], deviation: npt.NDArray[np.float32]) -> Weights:
    """Return the network as arrays, with the scaling of the features folded into the first layers."""
    arrays = {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}
    width = len(mean)
    first, straight = arrays["first.weight"], arrays["straight.weight"][0]
    return Weights(
        question=np.sqrt(3, dtype=np.float32) * arrays["question"],
        sentence=np.sqrt(3, dtype=np.float32) * arrays["sentence"],
        first=np.concatenate([first[:, :width] / deviation, first[:, width:]], 1).T,
        first_bias=arrays["first.bias"] - first[:, :width] @ (mean / deviation),
        second=arrays["second.weight"].T,
        second_bias=arrays["second.bias"],
        last=arrays["last.weight"][0],
        straight=straight / deviation,
    )


def resume(network: Network, start: Weights, mean: Floats, deviation: Floats) -> None:
    """Give a network weights that were learned before: the reverse of `weights_of`."""
    width = len(mean)
    first = start.first[:width].T
    arrays = {
        "question": start.question / np.sqrt(3, dtype=np.float32),
        "sentence": start.sentence / np.sqrt(3, dtype=np.float32),
        "first.weight": np.concatenate([first * deviation, start.first[width:].T], 1),
        "first.bias": start.first_bias + first @ mean,
        "second.weight": start.second.T,
        "second.bias": start.second_bias,
        "last.weight": start.last[None],
        "straight.weight": (start.straight * deviation)[None],
    }
    read = {name: torch.from_numpy(value.astype(np.float32)) for name, value in arrays.items()}
    network.load_state_dict(read, strict=False)  # the biases of the last layers mean nothing: scores are compared


TRAITS = len(FITTING) * 2 + 3 + KINDS  # numbers that a fit decides by
PENALTY, STEPS = 1e-3, 3000
ASKED_PENALTY = 0.3  # the same where the question's vector is weighed too: many numbers for few thousand questions


def logistic(
    rows: Sequence[Floats], held: Sequence[bool], counts: Floats | None = None, penalty: float = PENALTY
) -> Fit:
    """Fit a logistic rule; both classes count alike, unless `counts` says how much a row does."""
    data, wanted = np.stack(rows).astype(np.float64), np.array(held)
    mean, deviation = data.mean(0), data.std(0) + 1e-3
    counted = balanced(held) if counts is None else counts
    rule = LogisticRegression(C=1 / (2 * penalty * len(data)), max_iter=STEPS)
    rule.fit((data - mean) / deviation, wanted, counted / counted.mean())
    learned = rule.coef_[0] / deviation
    return Fit(learned.astype(np.float32), float(rule.intercept_[0] - learned @ mean))


def balanced(held: Sequence[bool]) -> Floats:
    """Return how much each row counts if both classes count alike, 1 on average."""
    share = float(np.mean(held))
    return np.where(held, 0.5 / share, 0.5 / (1 - share))


Try = tuple[str, int, Question, bool]  # a story, a position, a question, and whether it is answered there


def tried(
    shelf: Shelf, tries: Iterable[Try], reader: Ranker, *, as_reader: bool = True, least: int = 1
) -> tuple[list[Floats], list[bool]]:
    """Return what a fit decides by for each try with `least` sentences visible, and which of them were answered."""
    rows, held = [], []
    for story, at, question, answered in tries:
        view = shelf.opened[story].seen_through(Gate(Audience({story: at})))
        if len(view) >= least:
            recent = recency(view, at, shelf.books[story].marks) if as_reader else None
            ranking = reader.rank(view, question, recent)
            rows.append(fit_traits(features(view, question, recent), ranking.chances, question))
            held.append(answered)
    return rows, held
