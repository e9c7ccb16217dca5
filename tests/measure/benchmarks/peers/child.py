"""One contender in a process of its own, which tells when it has answered first and how much memory it then holds.

python -m tests.measure.benchmarks.peers.child CONTENDER SHELF MODEL QUESTIONS.json

What a contender does not need is not imported.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.measure.benchmarks.peers.contender import DOGEAR, ENSEMBLE, LLAMA, Asked, Found, Way

ANSWERED, RESIDENT = "answered", "resident"


@contextmanager
def opened(name: str, folder: Path, model: Path) -> Iterator[Way]:
    """Open a contender over the stores of a shelf."""
    if name == DOGEAR:
        from bot.opening import open_discussion
        from bot.settings import Settings
        from retrieval.gate import Audience

        with open_discussion(Settings(library=folder / "library", data=folder / "dogear")) as discussion:
            yield lambda a: Found(discussion.ask(a.text, Audience({a.book: a.at or 0}), a.book).answer, ())
        return
    from tests.measure.benchmarks.peers.contender import COLLECTION, open_client, open_collection

    client = open_client(folder / "peers")
    if name == LLAMA:
        from tests.measure.benchmarks.peers.llamaindex_peer import LlamaIndexPeer

        yield LlamaIndexPeer(open_collection(client), model).search
        return
    from tests.measure.benchmarks.peers.langchain_peer import LangChainPeer

    peer = LangChainPeer(client, COLLECTION, model)
    yield peer.ensemble if name == ENSEMBLE else peer.search


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    return int(told["VmRSS"].split()[0]) * 1024


def main() -> None:
    """Answer all questions."""
    name, folder, model, questions = sys.argv[1:]
    asked = [Asked(**row) for row in json.loads(Path(questions).read_text(encoding="utf-8"))]
    with opened(name, Path(folder), Path(model)) as way:
        for n, one in enumerate(asked):
            way(one)
            if not n:
                print(ANSWERED, flush=True)
        print(RESIDENT, resident(), flush=True)


if __name__ == "__main__":
    main()
