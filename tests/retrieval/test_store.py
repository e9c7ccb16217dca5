"""The store: what was written is read back, one process holds it at a time, and what is wrong is said."""

import datetime as dt
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from corpus.books import Reveals
from corpus.passages import AFTER_THE_LIBRARY, Passage
from retrieval.chroma import FAILED
from retrieval.location import Location
from retrieval.store import BookManifest, ClubManifest, Store, StoredPassage
from retrieval.types import Embedded, StoreHeld, StoreUnavailable
from tests.fakes.bookshelf import LANTERN, silent

ROOT = Path(__file__).parents[2]


def passage(key: str = "a", **changed: object) -> Passage:
    fields: dict[str, object] = {
        "id": f"{LANTERN}/{key}", "book": LANTERN, "kind": "summary", "document": "summary.md",
        "sentences": ("Dorothea waits.", "Silas rows out."), "reveals": Reveals.of({LANTERN: 3}), "inferred": False,
        "order": 4, "group": 2,
    }  # fmt: skip
    return Passage(**(fields | changed))  # type: ignore[arg-type]


def unit(*numbers: float) -> np.ndarray:
    vector = np.array(numbers, np.float32)
    return vector / np.linalg.norm(vector)


AT = unit(3, 2, 1, 0)
"""The vector of a passage."""


def stored(one: Passage, whole: np.ndarray = AT) -> StoredPassage:
    """Return a passage with vectors that differ from sentence to sentence."""
    sentences = np.stack([unit(1, n, -2.5, 0.01) for n in range(len(one.sentences))])
    return StoredPassage(one, Embedded(whole, sentences))


@contextmanager
def store_in(place: Location, model: str = "model", said: list[str] | None = None) -> Iterator[Store]:
    with Store(place, model, silent if said is None else said.append) as store:
        yield store


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with store_in(tmp_path_factory.mktemp("shared")) as store:
        yield store


@pytest.fixture(scope="module", params=["embedded", "server"])
def shared(request: pytest.FixtureRequest) -> Iterator[Store]:
    """One store for many tests, of each kind."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded")
        return
    with store_in(request.getfixturevalue("chroma").database()) as store:
        yield store


WHOLE = passage(
    "whole", kind="review", heading="★★☆☆☆ · 2017-09-24", origin="Goodreads", rating=2, date=dt.date(2017, 9, 24),
    likes=31, explicit=True, inferred=True, reveals=Reveals.of({LANTERN: 10, "the-kite": 0}),
    sentences=("“Nein!”, he said… 😱", "Straße — naïve.", "1 < 2 & \\n {x}"),
)  # fmt: skip


@pytest.mark.parametrize("one", [passage(), WHOLE], ids=["plain", "with everything"])
def test_a_passage_is_read_as_it_was_written(shared: Store, one: Passage) -> None:
    shared.write([stored(one)])
    (found,) = shared.read([one.id])
    assert found.passage == one
    assert np.allclose(found.embedded.passage, stored(one).embedded.passage, atol=1e-6)
    assert np.allclose(found.embedded.sentences, stored(one).embedded.sentences, atol=1e-2)
    assert np.allclose(np.linalg.norm(found.embedded.sentences, axis=1), 1, atol=1e-5)


def test_passages_come_in_the_order_asked_and_missing_ones_are_passed_over(shared: Store) -> None:
    ids = [passage(str(n)).id for n in range(900)]  # more than are read at once
    shared.write([stored(passage(str(n), order=n)) for n in range(900)])
    asked = [*reversed(ids), f"{LANTERN}/nowhere"]
    assert [row.passage.id for row in shared.read(asked)] == ids[::-1]
    assert shared.having(asked) == set(ids)
    assert shared.read([]) == []
    shared.remove(ids)
    assert shared.having(ids) == set()


def test_a_book_is_in_the_store_once_it_is_finished_and_until_it_is_forgotten(shared: Store) -> None:
    manifest = BookManifest.of(LANTERN, "f1", {"the-kite": "f2"}, [passage("1"), passage("2", explicit=True)])
    shared.finish(manifest)
    assert shared.manifests() == {LANTERN: manifest}
    shared.finish(BookManifest.of(LANTERN, "f3", {}, ()))
    assert shared.manifests() == {LANTERN: BookManifest.of(LANTERN, "f3", {}, ())}
    shared.forget(LANTERN)
    shared.forget(LANTERN)
    assert shared.manifests() == {}


def test_the_ids_of_a_book_are_none_of_a_clubs(shared: Store) -> None:
    shared.write([stored(passage("c", id="club/c", book="the-garden", club="north", group=AFTER_THE_LIBRARY))])
    shared.write([stored(passage("g", id="the-garden/g", book="the-garden"))])
    assert shared.ids_of("the-garden") == {"the-garden/g"}
    (found,) = shared.read(["club/c"])
    assert found.passage.club == "north"


def test_what_is_noted_of_club_texts_is_no_book(shared: Store) -> None:
    texts = [
        ClubManifest("north", "1", LANTERN, "f", ("club/a", "club/b")),
        ClubManifest("north", "1,2", LANTERN, "", ()),
        ClubManifest("north,1", "2", LANTERN, "f", ()),
    ]
    for text in texts:
        shared.note_club(text)
    assert sorted(shared.club_manifests(), key=str) == sorted(texts, key=str)
    assert shared.manifests() == {}
    changed = ClubManifest("north", "1", "the-kite", "g", ("club/a",))
    shared.note_club(changed)
    for text in (*texts[1:], *texts[1:]):
        shared.forget_club(text)
    assert shared.club_manifests() == [changed]
    shared.forget_club(changed)


def test_a_store_keeps_what_it_holds_when_it_is_opened_again(place: Location) -> None:
    said: list[str] = []
    with store_in(place) as store:
        store.write([stored(passage())])
        store.finish(BookManifest.of(LANTERN, "f", {}, [passage()]))
    with store_in(place, said=said) as store:
        assert store.manifests().keys() == {LANTERN}
        assert [row.passage for row in store.read([passage().id])] == [passage()]
    assert said == []


def test_a_book_is_read_whole_in_its_own_order_without_what_a_run_left_beside_it(shared: Store) -> None:
    kite = [passage(f"k{n}", id=f"the-kite/{n}", book="the-kite", order=n) for n in range(450)]  # more than at once
    shared.write([stored(one) for one in kite])
    manifest = BookManifest.of("the-kite", "f", {}, kite[:-1][::-1])
    found = shared.read_book(manifest)
    assert found is not None
    assert [row.passage for row in found] == kite[:-1][::-1]
    shared.remove([kite[7].id])
    assert shared.read_book(manifest) is None
    shared.remove([one.id for one in kite])


def test_the_nearest_passages_come_first_whoever_may_see_them(data: Path) -> None:
    with store_in(data) as store:
        rows = [
            (passage("near"), unit(1, 0, 0, 0)),
            (passage("late", reveals=Reveals.of({LANTERN: 9})), unit(4, 1, 0, 0)),
            (passage("club", id="club/c", club="north"), unit(1, 1, 0, 0)),
        ]
        store.write([StoredPassage(one, Embedded(vector, np.stack([vector] * 2))) for one, vector in rows])
        near, late = passage("near").id, passage("late").id
        assert store.nearest(np.stack([unit(1, 0, 0, 0), unit(0, 1, 0, 0)]), 9) == [
            [near, late, "club/c"], ["club/c", late, near]
        ]  # fmt: skip
        assert store.nearest(unit(1, 0, 0, 0)[None], 2) == [[near, late]]


def test_a_store_of_another_model_is_emptied_with_one_line(place: Location) -> None:
    said: list[str] = []
    with store_in(place, "one") as store:
        store.write([stored(passage())])
        store.finish(BookManifest.of(LANTERN, "f", {}, [passage()]))
    with store_in(place, "other", said) as store:
        assert store.manifests() == {}
        assert store.having([passage().id]) == set()
        wider = StoredPassage(passage(), Embedded(unit(*range(1, 9)), np.stack([unit(*range(1, 9))] * 2)))
        store.write([wider])  # other models have vectors of other lengths
        assert len(store.read([passage().id])[0].embedded.passage) == 8
    assert len(said) == 1
    assert "another model" in said[0]
    assert "built again" in said[0]


def overwrite(data: Path) -> None:
    (data / "chroma" / "chroma.sqlite3").write_bytes(b"This was a database once. " * 400)


def lose_database(data: Path) -> None:
    (data / "chroma" / "chroma.sqlite3").unlink()


def change_what_is_revealed(data: Path) -> None:
    with closing(sqlite3.connect(data / "chroma" / "chroma.sqlite3")) as database, database:
        query = "UPDATE embedding_metadata SET string_value = '{}' WHERE key = 'reveals'"
        assert database.execute(query).rowcount


def lose_a_passage(data: Path) -> None:
    with store_in(data) as store:
        store.remove([passage().id])


@pytest.mark.parametrize("damage", [overwrite, lose_database])
def test_a_store_that_cannot_be_opened_is_moved_aside(data: Path, damage: Callable[[Path], None]) -> None:
    with store_in(data) as store:
        store.finish(BookManifest.of(LANTERN, "f", {}, ()))
    damage(data)
    said: list[str] = []
    with store_in(data, said=said) as store:
        assert store.manifests() == {}
        store.finish(BookManifest.of(LANTERN, "f", {}, ()))
    (aside,) = data.glob("chroma-damaged-*")
    assert said == [f"The vector store was damaged and is built again. What was there is in {aside}."]
    with store_in(data, said=said) as store:
        assert store.manifests().keys() == {LANTERN}
    assert len(said) == 1


def test_a_store_whose_index_changed_since_it_was_closed_is_moved_aside(data: Path) -> None:
    """A search in such an index ends the process."""
    with store_in(data) as store:  # from 1,000 on, Chroma writes its index; equal vectors would not be linked in it
        store.write([stored(passage(str(n)), unit(1, n % 40, n // 40, 1)) for n in range(1_200)])
    with store_in(data) as store:
        assert len(store.nearest(unit(1, 0, 0, 0)[None], 10)[0]) == 10
    (index,) = (data / "chroma").glob("*/data_level0.bin")
    index.write_bytes(bytes(byte ^ 64 for byte in index.read_bytes()))
    with store_in(data) as store:
        assert store.nearest(unit(1, 0, 0, 0)[None], 500) == [[]]
    assert list(data.glob("chroma-damaged-*"))


@pytest.mark.parametrize("damage", [change_what_is_revealed, lose_a_passage])
def test_a_store_that_cannot_be_read_is_moved_aside_by_whoever_opens_it_next(
    data: Path, damage: Callable[[Path], None]
) -> None:
    manifest = BookManifest.of(LANTERN, "f", {}, [passage()])
    with store_in(data) as store:
        store.write([stored(passage())])
        store.finish(manifest)
    damage(data)
    with store_in(data) as store:
        if damage is change_what_is_revealed:  # nobody is shown it meanwhile
            with pytest.raises(StoreUnavailable, match="built again where it is damaged"):
                store.read([passage().id])
        else:
            assert store.incomplete() == ["the-lantern is not whole"]
            (data / FAILED).touch()
    with store_in(data) as store:
        assert store.manifests() == {}
    assert len(list(data.glob("chroma-damaged-*"))) == 1


def test_a_store_that_fails_says_so_once_and_is_written_again_after_it_was_reopened(data: Path) -> None:
    told: list[str] = []
    with store_in(data) as store:
        store.on_failure(lambda: told.append("failed"))
        store.write([stored(passage())])
        store._passages._client.delete_collection("passages")
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                store.read([passage().id])
            with pytest.raises(StoreUnavailable):
                store.remove([passage().id])
        assert (bool(store.failed), told) == (True, ["failed"])
        assert not store.reopen()
        assert not store.failed
        store.write([stored(passage())])
        assert store.having([passage().id]) == {passage().id}


def test_a_full_disk_is_named_and_nothing_is_moved(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with store_in(data) as store:
        store.finish(BookManifest.of(LANTERN, "f", {}, ()))
    overwrite(data)
    monkeypatch.setattr("retrieval.chroma.ROOM", 1 << 62)
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        Store(data, "model", silent)
    assert not list(data.glob("chroma-damaged-*"))


HOLD = """
import sys
from pathlib import Path
from retrieval.store import Store
with Store(Path(sys.argv[1]), "model", print):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the store in a process of its own, until its standard input ends."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_while_a_process_holds_the_store_another_is_told_which_one_and_what_to_do(data: Path) -> None:
    with another_process(data) as holder:
        with pytest.raises(StoreHeld, match=rf"process {holder.pid}, since .* UTC.*Stop that one, or give"):
            Store(data, "model", silent)
        with pytest.raises(StoreHeld):  # the one who was turned away has not changed who holds it
            Store(data, "model", silent)
    with store_in(data) as store:
        assert store.manifests() == {}


def test_a_store_whose_holder_was_killed_can_be_had(data: Path) -> None:
    with another_process(data) as holder:
        holder.kill()
        holder.wait()
        with store_in(data) as store:
            store.write([stored(passage())])
            with pytest.raises(StoreHeld, match=rf"process {os.getpid()}"):
                Store(data, "model", silent)


@pytest.mark.parametrize("blocked", ["", "deeper/still"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, blocked: str) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / blocked if blocked else tmp_path / "file"
    with pytest.raises(StoreUnavailable, match=r"data folder .*file.* cannot be written .*Give another with --data"):
        Store(folder, "model", silent)
