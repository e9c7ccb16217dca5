"""The packaged embedding model, run by NumPy alone.

sentence-transformers and torch read the same numbers from it, and would take 400 MB of memory and some seconds of every
start more (docs/weights.md has the figures); they run every other model.
"""

import json
import mmap
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import erf
from tokenizers import Tokenizer

from retrieval.types import Matrix, TokenVectors

LONGEST = 256  # tokens of a text that are read
TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
ADAPTER, DOWN, UP = "base_model.model.", ".lora_A.weight", ".lora_B.weight"  # PEFT: around the name of a layer
HIDDEN = np.float32(-1e9)  # added to how much a token looks at what is no text

Ints = npt.NDArray[np.int64]


class PackagedModel:
    """A BERT as all-MiniLM-L6-v2 is one, plain or with a low-rank adapter beside its weights, for any thread."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self._layers, self._heads = config["num_hidden_layers"], config["num_attention_heads"]
        self._eps = np.float32(config["layer_norm_eps"])
        self._weights = read_weights(folder / "model.safetensors")
        self._added: Mapping[str, tuple[Matrix, Matrix]] = {}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()

    def adapted(self, folder: Path) -> "PackagedModel":
        """Return the model with what PEFT has learned beside some of its weights (LoRA); it shares all of them."""
        told = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        found, scale = read_weights(folder / "adapter_model.safetensors"), told["lora_alpha"] / told["r"]
        other = copy(self)
        other._added = {
            key.removeprefix(ADAPTER).removesuffix(DOWN): (
                down.T.astype(np.float32), found[key.replace(DOWN, UP)].T.astype(np.float32) * np.float32(scale),
            )
            for key, down in found.items() if key.endswith(DOWN)
        }  # fmt: skip
        return other

    def read(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it."""
        read = self._tokenizer.encode_batch(list(texts))
        used = np.array([each.attention_mask for each in read], bool)
        hidden = self._hidden(np.array([each.ids for each in read]), used)
        spans = [np.array(each.offsets, np.int64) for each in read]
        return [(vectors[rows], span[rows]) for vectors, span, rows in zip(hidden, spans, used, strict=True)]

    def _hidden(self, ids: Ints, used: npt.NDArray[np.bool_]) -> Matrix:
        """Return the last layer's vectors of a batch of tokens; `used` says which of them are text."""
        count, length = ids.shape
        words, places = (self._weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position"))
        x = words[ids] + places[:length] + self._weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(x.reshape(count * length, -1), "embeddings.")
        unseen = np.where(used, np.float32(0), HIDDEN)[:, None, None]
        for n in range(self._layers):
            at = f"encoder.layer.{n}."
            query, key, value = (
                self._linear(x, f"{at}attention.self.{name}").reshape(count, length, self._heads, -1).swapaxes(1, 2)
                for name in ("query", "key", "value")
            )
            looks: Matrix = query @ key.swapaxes(2, 3)
            looks *= np.float32(query.shape[-1] ** -0.5)
            looks += unseen
            looks -= looks.max(axis=-1, keepdims=True)
            np.exp(looks, out=looks)
            looks /= looks.sum(axis=-1, keepdims=True)
            seen = (looks @ value).swapaxes(1, 2).reshape(x.shape)
            x = self._norm(x + self._linear(seen, f"{at}attention.output.dense"), f"{at}attention.output.")
            inner = self._linear(x, f"{at}intermediate.dense")
            inner *= erf(inner * np.float32(0.5**0.5)) * np.float32(0.5) + np.float32(0.5)  # GELU
            x = self._norm(x + self._linear(inner, f"{at}output.dense"), f"{at}output.")
        return x.reshape(count, length, -1)

    def _linear(self, x: Matrix, name: str) -> Matrix:
        y: Matrix = x @ self._weights[f"{name}.weight"].T
        y += self._weights[f"{name}.bias"]
        if name in self._added:
            down, up = self._added[name]
            y += (x @ down) @ up
        return y

    def _norm(self, x: Matrix, name: str) -> Matrix:
        """Return rows of mean 0 and variance 1, scaled as the layer has learned."""
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[-1] + self._eps)
        return x * self._weights[f"{name}LayerNorm.weight"] + self._weights[f"{name}LayerNorm.bias"]


def read_weights(file: Path) -> dict[str, Matrix]:
    """Return the arrays of a safetensors file; what is never used of them takes no memory."""
    with file.open("rb") as opened:
        held = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    begin = 8 + int.from_bytes(held[:8], "little")
    told = json.loads(held[8:begin])
    told.pop("__metadata__", None)
    return {
        name: np.require(np.ndarray(of["shape"], TYPES[of["dtype"]], held, begin + of["data_offsets"][0]), None, "A")
        for name, of in told.items()
    }
