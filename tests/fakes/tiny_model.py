"""A sentence-transformers model of a few kilobytes, untrained: a folder that EMBEDDING_MODEL can name."""

import json
import string
from pathlib import Path

DIMENSIONS = 32
TOKENS = 96  # tokens that it reads; a token is a letter, a digit or a sign


def write_tiny_model(folder: Path) -> Path:
    """Write the model, always the same, in the form in which published models come."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    signs = [*string.ascii_lowercase, *string.digits]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs, *(f"##{sign}" for sign in signs), ".", ",", "?"]
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(words), hidden_size=DIMENSIONS, intermediate_size=DIMENSIONS, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=TOKENS,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=TOKENS).save_pretrained(folder)
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    _write(folder / "modules.json", modules)
    _write(folder / "sentence_bert_config.json", {"max_seq_length": TOKENS, "do_lower_case": False})
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": DIMENSIONS})
    return folder


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
