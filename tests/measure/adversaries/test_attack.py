"""A small attack by an attacker that adapts, and that each way of giving something away is heard."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.retriever import Retriever
from retrieval.types import Embedder
from tests.fakes.chat_server import chat_server
from tests.fakes.evening import Readers, Sent
from tests.measure.adversaries.attack import Field, attacked, changed_by_hidden_text, gave_away, without_hidden
from tests.measure.adversaries.attacker import SAID, Attacker, Secret, Try, stands_out
from tests.measure.adversaries.knowing import Told

TINKER = "tinker-tailor-soldier-spy"


@pytest.fixture
def field(shipped: Retriever) -> Field:
    """Five books of the shipped library."""
    return Field(shipped)


@pytest.fixture
def secret(field: Field) -> Secret:
    """Something of which Liz, who has read nothing, knows nothing."""
    return next(s for s in field.secrets(TINKER, "Liz") if s.question.kind == "who")


async def test_quotes_give_nothing_away_and_hidden_text_changes_nothing(
    field: Field, embedder: Embedder, tmp_path: Path
) -> None:
    found = await attacked(field, tmp_path / "attacked", 40)
    assert found.faults == []
    assert len(found.results) == 40
    assert len({result.made.attempt.kind for result in found.results}) >= 6
    library = field.retriever.library.folder
    with without_hidden(library, tmp_path / "data", embedder, field.at("Liz")) as twin:
        assert await changed_by_hidden_text(field, twin, tmp_path / "twin", found, "Liz") == []


async def test_a_model_that_tells_everything_gives_next_to_nothing_away(field: Field, tmp_path: Path) -> None:
    with chat_server() as server, server.writer(field.retriever) as writer:
        found = await attacked(field, tmp_path, 40, server, writer)
        assert len(server.requests) >= 10
    assert len(found.faults) <= 1, found.faults


def test_the_attacker_leaves_what_is_refused_and_goes_on_with_what_is_answered(secret: Secret) -> None:
    refusing, answering = (Attacker(random.Random(3)) for _ in range(2))  # noqa: S311 (the same tries each time)
    kinds: dict[bool, list[str]] = {}
    for attacker, refused in ((refusing, True), (answering, False)):
        for made in attacker.campaign(secret, "Liz"):
            kinds.setdefault(refused, []).append(made.attempt.kind)
            attacker.hears(made, "Smiley drinks his tea.", refused=refused)
    assert len(set(kinds[True])) == len(kinds[True]) >= 8
    assert len(set(kinds[False])) <= 4  # it goes on until it has said all that it can in a way


def test_an_elimination_asks_of_everybody_and_hears_when_one_is_treated_otherwise(secret: Secret) -> None:
    guesses = [made.guess for made in Attacker(random.Random(3)).elimination(secret, "Liz")]  # noqa: S311
    assert secret.answer in guesses
    assert len(guesses) == len(set(guesses)) > 5
    told = dict.fromkeys(guesses, "I can’t answer that.")
    assert not stands_out(told, secret.answer)
    assert stands_out(told | {secret.answer: "Well …"}, secret.answer)
    assert not stands_out(told | {secret.answer: "Well …", guesses[0]: "No."}, "somebody else")


def test_what_is_sent_to_those_who_have_not_come_so_far_is_heard(field: Field, secret: Secret) -> None:
    made = Try(next(Attacker(field.rng).campaign(secret, "Liz")).attempt, secret)
    answer = Sent("a step", Readers(1, {TINKER: 0}, 5), "content", f"They say that it is {secret.answer}.")
    assert list(gave_away([answer], 9, made, field, None))
    finished = Readers(1, {TINKER: 38}, 5)
    assert not list(gave_away([replace(answer, readers=finished)], 9, made, field, None))
    assert not list(gave_away([replace(answer, readers=replace(answer.readers, person=9))], 9, made, field, None))
    told = Told("Not him, you will be surprised.", "plain", ["Not him, you will be surprised."])
    said = replace(answer, text="**Not him**, you will be surprised.\n“Smiley drinks his tea.”")
    assert list(gave_away([said], 9, made, field, told))


def test_every_wording_can_be_filled(secret: Secret) -> None:
    attacker = Attacker(random.Random(3))  # noqa: S311
    for wordings in SAID["asks"].values():
        for wording in wordings:
            assert all("{" not in said for said in attacker.worded(wording, secret))
