"""Text files, sentences and words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import capitalised, plural, sentences, write_atomically


def test_a_file_is_written_into_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "data" / "notes.json"
    write_atomically(path, "Élan\n")
    assert path.read_bytes() == "Élan\n".encode()
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_what_fails_on_the_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notes.json"
    write_atomically(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("Smiley waits.", ["Smiley waits."]),
        ("Smiley waits. Karla crosses.", ["Smiley waits.", "Karla crosses."]),
        ("Dr. Watson and Mr. Holmes met. They spoke.", ["Dr. Watson and Mr. Holmes met.", "They spoke."]),
        ("Who is he? Nobody knows! Yes.", ["Who is he?", "Nobody knows!", "Yes."]),
        ("Smiley\nwaits\tlong.", ["Smiley waits long."]),
        ("No full stop", ["No full stop"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_closing_quotation_mark_stays_with_its_sentence() -> None:
    for sentence in sentences("“George, you won.” “Did I?” said Smiley. “Yes. Yes, well I suppose I did.”"):
        assert any(map(str.isalnum, sentence))


@given(st.text(max_size=300))
def test_nothing_is_lost_or_added(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("words", "begun"), [("the store in /Data", "The store in /Data"), ("éclair", "Éclair"), ("A", "A"), ("", "")]
)
def test_words_that_begin_a_sentence_keep_all_letters_but_the_first(words: str, begun: str) -> None:
    assert capitalised(words) == begun


@pytest.mark.parametrize(("number", "said"), [(0, "0 books"), (1, "1 book"), (2, "2 books"), (1_200, "1,200 books")])
def test_a_number_of_things(number: int, said: str) -> None:
    assert plural(number, "book") == said
