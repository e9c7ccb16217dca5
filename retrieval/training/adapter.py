"""Learning to read questions: low-rank changes (LoRA, Hu et al. 2021, arXiv:2106.09685) to the question's encoder.

Passages keep the published model's vectors, so the store need not be made again; only the question is read by the
adapted model, and it is drawn towards the sentences and passages that answer it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer

from retrieval.book import OpenedBook
from retrieval.embedding import published_model
from retrieval.packaged_encoder import QUESTION_TOKENS
from retrieval.training.stories import Asked, answer_shares

RANK, EPOCHS, BATCH, RATE, SEED = 8, 3, 32, 1e-3, 0
TEMPERATURE = 0.05
STAY = 1.0
"""How strongly a question is held to where the published model puts it."""

SECTION_SHARE = 0.05
"""What a sentence of the right section counts that holds nothing of the answer."""


class LowRank(torch.nn.Module):
    """A linear layer with a low-rank change beside it."""

    def __init__(self, layer: torch.nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.A = torch.nn.Parameter(torch.randn(layer.in_features, RANK) / layer.in_features**0.5)
        self.B = torch.nn.Parameter(torch.zeros(RANK, layer.out_features))
        self.drop = torch.nn.Dropout(0.1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the layer's output with the change added."""
        return torch.as_tensor(self.layer(rows) + self.drop(rows) @ self.A @ self.B)


class QuestionReader:
    """The published encoder with changes to learn."""

    def __init__(self) -> None:
        torch.manual_seed(SEED)
        model = SentenceTransformer(str(published_model()), device="cpu")
        self.tokenizer: Any = model.tokenizer
        first: Any = model[0]
        self.encoder: Any = first.auto_model
        for parameter in self.encoder.parameters():
            parameter.requires_grad = False
        self._wrap(self.encoder.encoder)
        self.learned = [p for p in self.encoder.parameters() if p.requires_grad]

    def _wrap(self, module: torch.nn.Module) -> None:
        for name, child in module.named_children():
            if isinstance(child, torch.nn.Linear):
                setattr(module, name, LowRank(child))
            else:
                self._wrap(child)

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """Return unit vectors, shape (texts, dimensions)."""
        tokens = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=QUESTION_TOKENS, return_tensors="pt"
        )
        hidden = self.encoder(**tokens).last_hidden_state
        used = tokens["attention_mask"].unsqueeze(-1).float()
        return torch.nn.functional.normalize((hidden * used).sum(1) / used.sum(1), dim=-1)

    def read(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors without learning."""
        self.encoder.eval()
        with torch.no_grad():
            parts = [self.vectors(texts[n : n + BATCH]).numpy() for n in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def save(self, path: Path) -> None:
        """Write the changes in half precision, by the layer's name."""
        arrays = {
            f"{name}.{part}": getattr(module, part).detach().numpy().astype(np.float16)
            for name, module in self.encoder.named_modules()
            if isinstance(module, LowRank)
            for part in "AB"
        }
        np.savez_compressed(path, allow_pickle=False, **arrays)


def train(opened: dict[str, OpenedBook], questions: Sequence[Asked], say: Callable[[str], None]) -> QuestionReader:
    """Train on questions about opened stories."""
    reader = QuestionReader()
    stays = torch.from_numpy(reader.read([q.text for q in questions]))
    rng = random.Random(SEED)  # noqa: S311 (no secret)
    optimiser = torch.optim.AdamW(reader.learned, lr=RATE, weight_decay=0.01)
    batches_in_all = EPOCHS * (len(questions) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=batches_in_all)
    reader.encoder.train()
    for epoch in range(EPOCHS):
        order = sorted(range(len(questions)), key=lambda n: len(questions[n].text) + 30 * rng.random())
        batches = [order[n : n + BATCH] for n in range(0, len(order), BATCH)]
        rng.shuffle(batches)
        total = 0.0
        for batch in batches:
            vectors = reader.vectors([questions[n].text for n in batch])
            losses = [_loss(opened[questions[n].story], questions[n], v) for n, v in zip(batch, vectors, strict=True)]
            loss = torch.stack(losses).mean() + STAY * (1 - (vectors * stays[batch]).sum(-1)).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(reader.learned, 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        say(f"adapter, epoch {epoch}: loss {total / len(batches):.3f}")
    reader.encoder.eval()
    return reader


def _loss(book: OpenedBook, asked: Asked, vector: torch.Tensor) -> torch.Tensor:
    """Return the cross entropy of sentences and of passages against where the answer stands."""
    golden = np.array([p.reveals.marks[book.book] in asked.sections for p in book.passages])[book.passage_of]
    shares = answer_shares(book, asked) + SECTION_SHARE * golden
    wanted = np.where(shares >= 0.5 * shares.max(), shares, SECTION_SHARE * shares)
    wanted /= wanted.sum()
    by_passage = np.bincount(book.passage_of, wanted, len(book.passages)).astype(np.float32)
    sentences = torch.log_softmax(torch.from_numpy(book.sentence_vectors) @ vector / TEMPERATURE, -1)
    passages = torch.log_softmax(torch.from_numpy(book.passage_vectors) @ vector / TEMPERATURE, -1)
    by_sentence = torch.from_numpy(wanted.astype(np.float32))
    return -(by_sentence * sentences).sum() - (torch.from_numpy(by_passage) * passages).sum()
