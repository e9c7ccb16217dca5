"""Books by what people call them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.books import Book, Unit
from corpus.names import UnknownBook, find_book, names_in


def book(slug: str, title: str, *aliases: str) -> Book:
    return Book(slug, title, "John le Carré", Unit.CHAPTER, 10, aliases=aliases)


LIBRARY = {
    b.slug: b
    for b in (
        book("a-legacy-of-spies", "A Legacy of Spies"),
        book("smileys-people", "Smiley's People", "Quest for Karla 3"),
        book("tinker-tailor-soldier-spy", "Tinker Tailor Soldier Spy", "Tinker Tailor", "TTSS"),
        book("spies", "Spies"),
        book("emma", "Emma"),
        book("it", "It"),
        book("the-dead", "The Dead"),
        book("l-ete", "L’Été à Noël"),
        book("pride", "Pride & Prejudice"),
        book("three-body", "三体"),
    )
}


def nearest(typed: str) -> list[str]:
    with pytest.raises(UnknownBook) as unknown:
        find_book(typed, LIBRARY)
    return [near.slug for near in unknown.value.nearest]


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("smileys-people", "smileys-people"), ("  smileys-people ", "smileys-people"),
        ("Smiley's People", "smileys-people"), ("Smiley’s People", "smileys-people"),
        ("SMILEYS PEOPLE", "smileys-people"), ("“Smiley’s People”!", "smileys-people"),
        ("the smileys people", "smileys-people"), ("quest for karla 3", "smileys-people"),
        ("Legacy of Spies", "a-legacy-of-spies"), ("The Legacy of Spies", "a-legacy-of-spies"),
        ("tinker, tailor; soldier -- spy", "tinker-tailor-soldier-spy"), ("ttss", "tinker-tailor-soldier-spy"),
        ("L'Ete a Noel", "l-ete"), ("pride and prejudice", "pride"), ("the dead", "the-dead"), ("Dead", "the-dead"),
        ("it", "it"), ("三体", "three-body"),
    ],
)  # fmt: skip
def test_case_accents_punctuation_and_the_article_do_not_matter(typed: str, slug: str) -> None:
    assert find_book(typed, LIBRARY).slug == slug


def test_a_name_that_nobody_knows_brings_those_that_come_near() -> None:
    assert nearest("smilys peple") == ["smileys-people"]
    assert nearest("soldier") == ["tinker-tailor-soldier-spy"]
    assert nearest("tinker tailor sodlier spy")[0] == "tinker-tailor-soldier-spy"
    assert nearest("qqqqqq") == []


def test_the_beginning_of_the_only_title_that_begins_so_will_do_unless_whole_names_are_wanted() -> None:
    assert find_book("tinker", LIBRARY).slug == "tinker-tailor-soldier-spy"
    assert find_book("legacy of", LIBRARY).slug == "a-legacy-of-spies"
    for typed in ("tinker", "legacy of"):
        with pytest.raises(UnknownBook):
            find_book(typed, LIBRARY, whole=True)
    assert nearest("emm") == ["emma"], "too short to be meant"
    two = LIBRARY | {"tinker-bell": book("tinker-bell", "Tinker Bell")}
    with pytest.raises(UnknownBook, match="Did you mean Tinker Tailor Soldier Spy or Tinker Bell"):
        find_book("tinker", two)


def test_the_message_can_be_acted_on() -> None:
    with pytest.raises(UnknownBook, match=r"^I don’t know “smilys peple”\. Did you mean Smiley's People\?$"):
        find_book("smilys peple", LIBRARY)
    with pytest.raises(UnknownBook, match=r"^I don’t know “qqq”\. Please use the title as it is in the library\.$"):
        find_book("qqq", LIBRARY)
    with pytest.raises(UnknownBook, match="The library has no books yet"):
        find_book("emma", {})


def test_at_most_three_are_suggested() -> None:
    many = {f"spy-{n}": book(f"spy-{n}", f"The Spy {n}") for n in range(20)}
    with pytest.raises(UnknownBook, match=r"Did you mean The Spy 0, The Spy 1 or The Spy 2\?"):
        find_book("spy", many)


def test_a_name_of_two_books_is_not_guessed_at() -> None:
    twice = {slug: book(slug, "Emma") for slug in ("emma-1815", "emma-2009")}
    with pytest.raises(UnknownBook, match=r"Did you mean Emma \(emma-1815\) or Emma \(emma-2009\)\?"):
        find_book("emma", twice)
    assert find_book("emma-2009", twice).slug == "emma-2009"


@pytest.mark.parametrize("typed", ["", "   ", "?!", "’", "x" * 100_000, "spy " * 50_000, "\0\n\x1b[31m", "@everyone"])
def test_anything_may_be_typed(typed: str) -> None:
    start = time.thread_time()
    with pytest.raises(UnknownBook) as unknown:
        find_book(typed, LIBRARY)
    assert time.thread_time() - start < 2
    assert len(str(unknown.value)) < 300
    assert str(unknown.value).isprintable()


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("What happens in Smiley’s People?", ["smileys-people"]),
        ("smileys people and TTSS", ["smileys-people", "tinker-tailor-soldier-spy"]),
        ("TTSS before Smiley's People, TTSS again", ["tinker-tailor-soldier-spy", "smileys-people"]),
        ("I read a legacy of spies.", ["a-legacy-of-spies"]),
        ("Legacy Of Spies; then spies", ["a-legacy-of-spies", "spies"]),
        ("“Tinker, Tailor, Soldier, Spy”", ["tinker-tailor-soldier-spy"]),
        ("tinker tailor", ["tinker-tailor-soldier-spy"]),
        ("the slug is tinker-tailor-soldier-spy", ["tinker-tailor-soldier-spy"]),
        ("Smiley’s People’s ending", ["smileys-people"]), ("Emma's choice", ["emma"]), ("EMMA", ["emma"]),
        ("Emmanuel, dilemma", []), ("smileys peoples", []), ("people of Smiley", []), ("what is it?", []),
        ("Have you read “It”?", ["it"]), ("*It* is long", ["it"]), ("who is dead?", []),
        ("who dies in The Dead?", ["the-dead"]), ("pride and prejudice", ["pride"]), ("L'ETE A NOEL", ["l-ete"]),
        ("我读了三体吗", ["three-body"]), ("", []), ("…", []),
    ],
)  # fmt: skip
def test_names_in_a_text(text: str, slugs: list[str]) -> None:
    assert names_in(text, LIBRARY) == slugs


def test_books_of_one_name_are_all_meant() -> None:
    twice = {slug: book(slug, "Emma") for slug in ("emma-1815", "emma-2009")}
    assert names_in("Is Emma right?", twice) == ["emma-1815", "emma-2009"]


def test_a_library_that_changes_is_read_again() -> None:
    assert names_in("Emma", {"emma": LIBRARY["emma"]}) == ["emma"]
    assert names_in("Emma", {"emma": book("emma", "Ulysses", "Bloom")}) == ["emma"]
    assert names_in("Ulysses", {"emma": book("emma", "Ulysses", "Bloom")}) == ["emma"]
    assert names_in("Emma", {}) == []


@pytest.mark.parametrize(
    "text", ["spies " * 30_000, "a legacy of " * 20_000, "'" * 200_000, "a'" * 100_000, "e\u0301" * 100_000]
)
def test_long_texts_take_bounded_time(text: str) -> None:
    many = LIBRARY | {f"legacy-{n}": book(f"legacy-{n}", "A Legacy " + "of " * (n % 30) + f"{n}") for n in range(1_000)}
    start = time.thread_time()
    names_in(text, many)
    assert time.thread_time() - start < 2


@given(st.permutations(["Emma", "Spies", "TTSS"]), st.sampled_from([" ", ", ", " — ", "\n", "? "]))
def test_the_order_is_that_of_the_text(names: list[str], between: str) -> None:
    slugs = {"Emma": "emma", "Spies": "spies", "TTSS": "tinker-tailor-soldier-spy"}
    assert names_in(between.join(names), LIBRARY) == [slugs[name] for name in names]
