"""Learning to read questions: a low-rank adapter (LoRA, Hu et al. 2021, arXiv:2106.09685) of the embedding model."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from datasets import Dataset  # type: ignore[import-untyped]
from peft import LoraConfig
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments

from retrieval.book import OpenedBook
from retrieval.embedding import published_model
from retrieval.training.stories import StoryQuestion, answer_shares

RANK, EPOCHS, BATCH, RATE, SEED = 8, 3, 32, 1e-3, 0
BASE = "sentence-transformers/all-MiniLM-L6-v2"
LAYERS = r"encoder\.layer\..*\.(query|key|value|dense)"  # the linear layers that the adapter changes, by their names

TEMPERATURE = 0.05
STAY = 1.0  # how strongly a question is held to where the published model puts it
SECTION_SHARE = 0.05  # what a sentence of the right section counts that holds nothing of the answer


def train(
    opened: dict[str, OpenedBook], questions: Sequence[StoryQuestion], epochs: float = EPOCHS
) -> SentenceTransformer:
    """Train an adapter that draws a question towards the sentences that answer it, and return the model with it."""
    torch.manual_seed(SEED)
    model = SentenceTransformer(str(published_model()), device="cpu")
    texts = [question.text for question in questions]
    plain = model.encode(texts, convert_to_tensor=True, normalize_embeddings=True).clone()
    model.add_adapter(LoraConfig(r=RANK, lora_alpha=RANK, lora_dropout=0.1, target_modules=LAYERS))
    with TemporaryDirectory() as folder:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=folder, num_train_epochs=epochs, per_device_train_batch_size=BATCH, learning_rate=RATE,
            warmup_steps=0.1, weight_decay=0.01, seed=SEED, use_cpu=True, dataloader_pin_memory=False,
            save_strategy="no", report_to="none", logging_steps=50, disable_tqdm=True,
        )  # fmt: skip
        numbered = Dataset.from_dict({"question": texts, "label": list(range(len(texts)))})
        loss = AnswerLoss(model, opened, questions, plain)
        SentenceTransformerTrainer(model, arguments, numbered, loss=loss).train()
    return model.eval()


def save(model: SentenceTransformer, folder: Path) -> None:
    """Write the adapter alone, in PEFT's format and half precision."""
    bert: Any = model[0].model
    learned = [weight for name, weight in bert.named_parameters() if "lora_" in name]
    for weight in learned:
        weight.data = weight.data.half()
    bert.save_pretrained(folder)
    for weight in learned:
        weight.data = weight.data.float()
    config = folder / "adapter_config.json"
    kept = json.loads(config.read_text(encoding="utf-8")) | {"base_model_name_or_path": BASE}  # not this machine's path
    config.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


class AnswerLoss(torch.nn.Module):
    """The cross entropy of a story's text against where the answer stands; the label is the question's number."""

    def __init__(
        self, model: SentenceTransformer, opened: dict[str, OpenedBook], questions: Sequence[StoryQuestion],
        plain: torch.Tensor,
    ) -> None:  # fmt: skip
        super().__init__()
        self.model = model
        self._opened, self._questions, self._plain = opened, questions, plain

    def forward(self, features: Sequence[dict[str, torch.Tensor]], labels: torch.Tensor) -> torch.Tensor:
        """Return the loss of a batch."""
        vectors = torch.nn.functional.normalize(self.model(features[0])["sentence_embedding"], dim=-1)
        found = [self._of(self._questions[n], v) for n, v in zip(labels.tolist(), vectors, strict=True)]
        return torch.stack(found).mean() + STAY * (1 - (vectors * self._plain[labels]).sum(-1)).mean()

    def _of(self, asked: StoryQuestion, vector: torch.Tensor) -> torch.Tensor:
        book = self._opened[asked.story]
        golden = np.array([p.mark in asked.sections for p in book.passages])[book.passage_of]
        shares = answer_shares(book, asked) + SECTION_SHARE * golden
        wanted = np.where(shares >= 0.5 * shares.max(), shares, SECTION_SHARE * shares)
        wanted /= wanted.sum()
        by_passage = np.bincount(book.passage_of, wanted, len(book.passages)).astype(np.float32)
        sentences = torch.log_softmax(torch.from_numpy(book.sentence_vectors) @ vector / TEMPERATURE, -1)
        passages = torch.log_softmax(torch.from_numpy(book.passage_vectors) @ vector / TEMPERATURE, -1)
        by_sentence = torch.from_numpy(wanted.astype(np.float32))
        return -(by_sentence * sentences).sum() - (torch.from_numpy(by_passage) * passages).sum()
