"""A damaged store is noticed, moved aside and replaced by an empty one; one that only cannot be had is left alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import rmtree

import pytest
from chromadb.errors import InternalError

from corpus.books import Reveals
from corpus.passages import ClubText
from retrieval.damaged import DOUBT, Garbled, look_into, told
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from retrieval.search import StoreLook
from retrieval.store import Store
from retrieval.types import StoreDamaged, StoreUnavailable, StoreUnclear
from tests.fakes.bookshelf import LANTERN, opened, silent, write_lantern
from tests.fakes.embedder import HashedEmbedder

FINISHED = Audience({LANTERN: 10}, club="7")


def file_of(data: Path) -> Path:
    return data / "chroma" / "chroma.sqlite3"


def overwrite(data: Path) -> None:
    file_of(data).write_bytes(b"This was a database once. " * 400)


def flip(data: Path) -> None:
    """Turn round every bit of a page that lists what tables there are."""
    with file_of(data).open("r+b") as file:
        file.seek(100)
        page = file.read(400)
        file.seek(100)
        file.write(bytes(byte ^ 0xFF for byte in page))


def cut_short(data: Path) -> None:
    os.truncate(file_of(data), file_of(data).stat().st_size // 2)


def lose_the_database(data: Path) -> None:
    (data / "chroma" / "0b7f").mkdir()  # an index of Chroma's, whose name it knew
    file_of(data).unlink()


def run_sql(statement: str) -> Callable[[Path], None]:
    def run(data: Path) -> None:
        with closing(sqlite3.connect(file_of(data))) as database, database:
            database.execute(statement)

    return run


DAMAGES = {
    "overwritten": overwrite,
    "a page flipped": flip,
    "cut short": cut_short,
    "the database lost": lose_the_database,
    "a table lost": run_sql("DROP TABLE collections"),
}


@pytest.fixture
def filled(library: Path, data: Path) -> tuple[Path, Path]:
    """A library, and a data folder whose store was made from it."""
    write_lantern(library)
    with opened(library, data):
        pass
    return library, data


def answers(retriever: Retriever) -> int:
    return len(retriever.search("Who keeps the lighthouse?", FINISHED, LANTERN).passages)


def aside(data: Path) -> list[Path]:
    return sorted(data.glob("chroma-damaged-*"))


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_store_is_moved_aside_and_built_again(
    filled: tuple[Path, Path], damage: Callable[[Path], None]
) -> None:
    library, data = filled
    damage(data)
    said: list[str] = []
    with Store(data, HashedEmbedder().name, said.append) as store:
        assert store.manifests() == {}
    assert len(aside(data)) == 1
    assert len(said) == 1
    assert str(aside(data)[0]) in said[0]
    with opened(library, data) as retriever:
        assert answers(retriever) > 0
    assert len(aside(data)) == 1, "what is sound is left where it is"


def test_a_bit_that_was_lost_from_how_far_a_passage_reveals_shows_nothing_too_early(
    filled: tuple[Path, Path],
) -> None:
    library, data = filled
    run_sql("UPDATE embedding_metadata SET string_value = replace(string_value, '10}', '00}')")(data)
    with opened(library, data) as retriever:
        with pytest.raises(StoreDamaged):
            retriever.search("Who is the murderer?", Audience({LANTERN: 1}), LANTERN)
        assert (data / DOUBT).exists()
        assert retriever.mend()
        assert answers(retriever) > 0
        assert not retriever.search("Who is the murderer?", Audience({LANTERN: 0}), LANTERN).confidence > 0.9
    assert len(aside(data)) == 1


def test_what_is_found_in_use_is_looked_into_by_the_next_who_opens_it(filled: tuple[Path, Path]) -> None:
    library, data = filled
    run_sql("UPDATE embedding_metadata SET string_value = substr(string_value, 2) WHERE key = 'passages'")(data)
    with opened(library, data) as retriever, pytest.raises(StoreDamaged):
        retriever.passages(LANTERN, FINISHED)
    with opened(library, data) as retriever:
        assert answers(retriever) > 0
    assert len(aside(data)) == 1
    assert not (data / DOUBT).exists()


def test_a_running_process_mends_its_store_and_answers_from_memory_meanwhile(filled: tuple[Path, Path]) -> None:
    library, data = filled
    review = ClubText("7", "1", LANTERN, "Silas is a patient man.", Reveals.of({LANTERN: 2}), 4, None)
    with opened(library, data) as retriever:
        retriever.keep(review)
        before = answers(retriever)
        overwrite(data)
        assert answers(retriever) == before
        with pytest.raises(StoreUnavailable):
            retriever.check_store()
        assert [retriever.doubted, retriever.mend(), retriever.doubted] == [True, True, False]
        assert retriever.reconcile([review]) == 1
        assert answers(retriever) == before
        assert retriever.look_closely([review]) == StoreLook(1, 1, ())
    assert len(aside(data)) == 1


@pytest.mark.parametrize("deleted", [lambda data: file_of(data).unlink(), lambda data: rmtree(data / "chroma")])
def test_a_store_that_is_deleted_in_use_answers_from_memory_and_is_built_again(
    filled: tuple[Path, Path], deleted: Callable[[Path], None]
) -> None:
    library, data = filled
    texts = [ClubText("7", n, LANTERN, "Silas is a patient man.", Reveals.of({LANTERN: 2}), 4, None) for n in "12"]
    with opened(library, data) as retriever:
        retriever.keep(texts[0])
        before = answers(retriever)
        deleted(data)
        assert answers(retriever) == before
        with pytest.raises(StoreUnavailable, match="is damaged"):
            retriever.keep(texts[1])
        assert [retriever.doubted, retriever.mend(), retriever.doubted] == [True, True, False]
        assert retriever.reconcile(texts) == 2
        assert retriever.look_closely(texts) == StoreLook(1, 2, ())
        assert not retriever.mend()
    with opened(library, data) as retriever:
        assert retriever.look_closely(texts) == StoreLook(1, 2, ())


def test_a_store_that_somebody_put_another_in_place_of_is_opened_anew(filled: tuple[Path, Path]) -> None:
    library, data = filled
    with opened(library, data) as retriever:
        before = file_of(data).read_bytes()
        file_of(data).unlink()
        file_of(data).write_bytes(before)
        text = ClubText("7", "1", LANTERN, "Silas is a patient man.", Reveals.of({LANTERN: 2}), 4, None)
        with pytest.raises(StoreUnavailable):
            retriever.keep(text)
        retriever.mend()
        assert retriever.reconcile([text]) == 1
        assert retriever.look_closely([text]) == StoreLook(1, 1, ())


def test_a_store_that_cannot_be_opened_anew_says_so_until_it_can(filled: tuple[Path, Path]) -> None:
    library, data = filled
    with opened(library, data) as retriever, closing(sqlite3.connect(file_of(data), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="in use by another program"):
            retriever.mend()
        with pytest.raises(StoreUnavailable, match="in use by another program"):
            retriever.check_store()
        other.execute("ROLLBACK")
        assert not retriever.mend()
        retriever.check_store()
        assert answers(retriever) > 0
    assert aside(data) == []


def test_a_store_in_doubt_is_read_and_not_written_until_it_is_mended(filled: tuple[Path, Path]) -> None:
    _, data = filled
    told_of: list[bool] = []
    with Store(data, HashedEmbedder().name, silent) as store:
        store.when_doubted(lambda: told_of.append(store.doubted))
        for _ in range(2):
            store.doubt(InternalError("error returned from database: (code: 13) database or disk is full"))
        assert told_of == [True], "once"
        with pytest.raises(StoreUnavailable, match="the disk is full"):
            store.forget(LANTERN)
        assert store.read_book(LANTERN)
        assert not store.mend()
        store.forget(LANTERN)
        assert store.manifests() == {}
    assert aside(data) == []


def test_a_doubt_that_turns_out_to_be_none_moves_nothing(filled: tuple[Path, Path]) -> None:
    library, data = filled
    (data / DOUBT).write_text("something", encoding="utf-8")
    with opened(library, data) as retriever:
        assert answers(retriever) > 0
    assert not (data / DOUBT).exists()
    assert aside(data) == []


def test_a_store_that_somebody_else_writes_to_is_left_alone(filled: tuple[Path, Path]) -> None:
    _, data = filled
    with closing(sqlite3.connect(file_of(data), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="in use by another program"):
            Store(data, HashedEmbedder().name, silent)
    assert aside(data) == []


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("error returned from database: (code: 13) database or disk is full", "the disk is full. Make room"),
        ("error returned from database: (code: 8) attempt to write a readonly database", "the right to write"),
        ("error returned from database: (code: 1032) attempt to write a readonly database", "the right to write"),
        ("error returned from database: (code: 14) unable to open database file", "the right to write"),
        ("error returned from database: (code: 5) database is locked", "another program"),
        ("No space left on device (os error 28)", "the disk is full"),
        ("Read-only file system (os error 30)", "the right to write"),
        ("Too many open files (os error 24)", "ulimit -n"),
    ],
)
def test_what_only_hinders_a_store_is_no_damage(tmp_path: Path, says: str, words: str) -> None:
    found = told(tmp_path, InternalError(says))
    assert words in str(found)
    assert type(found) is StoreUnavailable


def test_what_is_damage_and_what_is_not_clear(tmp_path: Path) -> None:
    assert isinstance(told(tmp_path, InternalError("(code: 11) database disk image is malformed")), StoreDamaged)
    assert isinstance(told(tmp_path, InternalError("(code: 26) file is not a database")), StoreDamaged)
    assert isinstance(told(tmp_path, Garbled("a checksum")), StoreDamaged)
    assert type(told(tmp_path, InternalError("Error loading hnsw index"))) is StoreUnclear


def test_the_words_of_a_passage_are_in_no_error(tmp_path: Path) -> None:
    assert "Silas" not in str(told(tmp_path, InternalError("cannot parse “Silas is the murderer”")))


def test_where_there_is_no_store_there_is_nothing_wrong(tmp_path: Path) -> None:
    look_into(tmp_path)
    (tmp_path / "chroma").mkdir()
    look_into(tmp_path)


def test_a_large_store_is_looked_into_only_where_it_is_in_doubt(filled: tuple[Path, Path]) -> None:
    _, data = filled
    overwrite(data)
    look_into(data, most=0)
    (data / DOUBT).write_text("something", encoding="utf-8")
    with pytest.raises(sqlite3.DatabaseError):
        look_into(data, most=0)
