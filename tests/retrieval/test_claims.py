"""Claims on a shared store: one process at a time holds one, the dead are followed, and who may have lost it stops."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from retrieval.claims import PREFIX, Lease, claimed
from retrieval.embedded import EmbeddedConnection
from retrieval.location import ChromaServer
from retrieval.server import ServerConnection
from retrieval.types import StoreUnavailable
from tests.fakes.chroma_server import RunningChroma

QUICK = Lease(dead=60.0, beat=0.02, look=0.01)


def always() -> bool:
    return True


@pytest.fixture
def server(chroma: RunningChroma) -> ChromaServer:
    return chroma.database()


@contextmanager
def connected(server: ChromaServer) -> Iterator[ServerConnection]:
    connection = ServerConnection(server)
    try:
        connection.open()
        yield connection
    finally:
        connection.close()


def claims(connection: ServerConnection) -> list[str]:
    return sorted(name for name in connection.collections() if name.startswith(PREFIX))


def test_of_many_that_want_it_at_once_one_holds_it_at_a_time(server: ChromaServer) -> None:
    inside: list[int] = []

    def work(number: int) -> int:
        with connected(server) as connection, claimed(connection, always, Event(), QUICK) as check:
            assert check is not None
            inside.append(number)
            assert len(inside) == 1
            for _ in range(5):
                check()
                connection.collections()
            assert inside == [number]
            inside.clear()
        return number

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(work, range(6))) == list(range(6))
    with connected(server) as connection:
        assert claims(connection) == []


def test_who_waits_goes_on_once_the_work_is_done_by_another(server: ChromaServer) -> None:
    done = Event()
    with connected(server) as one, connected(server) as other, claimed(one, always, Event(), QUICK) as check:
        assert check is not None
        asked: list[bool] = []

        def needed() -> bool:
            asked.append(not done.is_set())
            if len(asked) == 3:
                done.set()
            return asked[-1]

        with claimed(other, needed, Event(), QUICK) as nothing_to_do:
            assert nothing_to_do is None
        assert asked == [True, True, True, False]


def test_the_claim_of_a_process_that_is_gone_is_taken_over(server: ChromaServer) -> None:
    with connected(server) as connection:
        connection.new_collection(f"{PREFIX}7", {"holder": "a machine that is off", "key": "x", "beat": 3})
        with claimed(connection, always, Event(), Lease(dead=0.05, beat=0.01, look=0.01)) as check:
            assert check is not None
            assert claims(connection) == [f"{PREFIX}8"]
        assert claims(connection) == []


def test_who_could_not_say_that_they_live_changes_nothing_more(server: ChromaServer) -> None:
    lease = Lease(dead=0.1, beat=0.01, look=0.01)
    with connected(server) as one, connected(server) as other:
        with claimed(one, always, Event(), lease) as check:
            assert check is not None
            (mine,) = claims(one)
            other.delete(mine)  # as whoever takes over does
            with claimed(other, always, Event(), lease) as theirs:
                assert theirs is not None
                theirs()
                with pytest.raises(StoreUnavailable, match="another process may be at it"):
                    for _ in iter(check, "never"):
                        pass
        assert claims(one) == []


def test_a_claim_of_the_same_name_that_is_anothers_by_now_is_left_to_them(server: ChromaServer) -> None:
    with connected(server) as one:
        with claimed(one, always, Event(), QUICK):
            (mine,) = claims(one)
            one.delete(mine)
            one.new_collection(mine, {"holder": "another", "key": "theirs", "beat": 0})
        assert claims(one) == [mine]


def test_who_leaves_waits_no_longer(server: ChromaServer) -> None:
    leaving = Event()
    with connected(server) as one, connected(server) as other, claimed(one, always, Event(), QUICK) as check:
        assert check is not None
        leaving.set()
        with pytest.raises(StoreUnavailable, match="leaving"), claimed(other, always, leaving, QUICK):
            pass


def test_what_one_process_holds_as_a_whole_needs_no_claim(tmp_path: Path) -> None:
    connection = EmbeddedConnection(tmp_path)
    connection.open()
    with claimed(connection, always, Event()) as check:
        assert check is not None
        check()
        assert connection.collections() == {}
    connection.close()
