"""The reading order, on small libraries of plain values: its rules, and how it is told."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading_order.advice import (
    LIMIT,
    Advice,
    OrderKind,
    ReadingState,
    Scope,
    kind_text,
    order_text,
    reading_orders,
)
from bot.reading_order.graph import OrderRule, drawn, reached
from corpus.book_file import read_book
from corpus.books import Book, Requirement, Reveals, Unit
from corpus.library import SHIPPED

SECRET = "The lighthouse keeper dies there."


def a_book(
    slug: str, year: int | None = None, *requires: Requirement, number: float | None = None,
    series: str = "Lighthouse", story: int | None = None,
) -> Book:  # fmt: skip
    return Book(
        slug, slug.replace("-", " ").title(), "An Author", Unit.CHAPTER, 10, year=year, series=series,
        series_number=number, story_time=story, requires=requires,
    )  # fmt: skip


def first(slug: str, reason: str = "", reveals: Reveals | None = None) -> Requirement:
    return Requirement(slug, "first", reason, reveals or Reveals())


def helps(slug: str, reason: str = "") -> Requirement:
    return Requirement(slug, "helps", reason)


def shelf(*books: Book) -> dict[str, Book]:
    return {book.slug: book for book in books}


def order(advice: Advice) -> list[str]:
    return list(advice.recommended.books)


def states(advice: Advice) -> dict[str, str]:
    return {step.book: step.state for step in advice.recommended.steps}


def reasons(advice: Advice, slug: str) -> tuple[str, ...]:
    return next(tuple(map(str, step.needs)) for step in advice.recommended.steps if step.book == slug)


ORDERS = {
    "what must come first": ([a_book("early", 1950, first("late")), a_book("late", 1990)], ["late", "early"]),
    "what helps": ([a_book("early", 1950, helps("late")), a_book("late", 1990)], ["late", "early"]),
    "what helps gives way": ([a_book("one", 1950, helps("two")), a_book("two", 1960, first("one"))], ["one", "two"]),
    "year, then number, then title": (
        [a_book("d", 1961), a_book("c", 1960, number=2), a_book("b", 1960, number=1), a_book("z", 1962),
         a_book("y", 1962), a_book("no-year")],
        ["b", "c", "d", "y", "z", "no-year"],
    ),
    "series by series, and single books last": (
        [a_book("single", 1900, series=""), a_book("a-one", 1960, series="A"), a_book("b-one", 1950, series="B"),
         a_book("a-two", 1940, first("a-one"), series="A"), a_book("b-two", 1970, series="B")],
        ["a-one", "a-two", "b-one", "b-two", "single"],
    ),
    "series that ask for each other": (
        [a_book("a-one", 1940, series="A"), a_book("a-two", 1960, first("b-one"), series="A"),
         a_book("b-one", 1950, first("a-one"), series="B")],
        ["a-one", "b-one", "a-two"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("books", "expected"), ORDERS.values(), ids=ORDERS)
def test_books_come_by_what_they_ask_for_and_then_by_publication(books: list[Book], expected: list[str]) -> None:
    advice = reading_orders(shelf(*books), {})
    assert (advice.scope, order(advice), advice.notes) == (Scope.LIBRARY, expected, ())


def test_a_book_brings_its_prerequisites_through_others_and_nothing_else() -> None:
    books = shelf(
        a_book("start", 1950), a_book("extra", 1955, first("start")), a_book("base", 1960), a_book("aside", 1940),
        a_book("goal", 1970, first("base"), helps("extra")), a_book("after", 1980, first("goal")),
    )  # fmt: skip
    steps = reading_orders(books, {}, book="goal").recommended.steps
    assert {step.book: step.optional for step in steps} == {
        "start": True, "extra": True, "base": False, "goal": False,
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["Night Harbour", "night harbour", "the Night Harbour series", "night"])
def test_a_series_is_found_by_the_words_of_its_name(typed: str) -> None:
    books = shelf(a_book("one", 1960, series="Night Harbour"), a_book("two", 1970, series="Day Harbour"))
    advice = reading_orders(books, {}, series=typed)
    assert (advice.scope, advice.name, order(advice)) == (Scope.SERIES, "Night Harbour", ["one"])
    neither = reading_orders(books, {}, series="harbour")
    assert (order(neither), neither.notes) == ([], ("No series of the library is called harbour.",))


# Other orders


def test_publication_and_story_time_are_orders_of_their_own() -> None:
    books = shelf(a_book("one", 1960, first("two"), story=1940), a_book("two", 1961, story=1950))
    recommended, *others = reading_orders(books, {}).orders
    assert recommended.books == ("two", "one")
    assert [step.state for step in recommended.steps] == ["next", "later"]
    assert [(order.kind, order.books) for order in others] == [
        (OrderKind.PUBLICATION, ("one", "two")), (OrderKind.STORY, ("one", "two")),
    ]  # fmt: skip


def test_a_book_without_story_time_goes_last_and_no_order_is_made_of_a_single_one() -> None:
    books = shelf(a_book("one", 1960), a_book("two", 1961, story=1950), a_book("three", 1962, story=1940))
    assert reading_orders(books, {}).orders[-1].books == ("three", "two", "one")
    alone = reading_orders(shelf(a_book("one", 1960, story=1940), a_book("two", 1961)), {}).orders
    assert [found.kind for found in alone] == [OrderKind.RECOMMENDED, OrderKind.PUBLICATION]


# The reader

CHAIN = shelf(
    a_book("one", 1960), a_book("two", 1961, first("one")), a_book("three", 1962, first("two")), a_book("four", 1963)
)


@pytest.mark.parametrize(
    ("positions", "told"),
    [
        ({"one": 10}, ("read", "next", "later", "later")), ({"one": 99}, ("read", "next", "later", "later")),
        ({"four": 3}, ("next", "later", "later", "reading")),
        (dict.fromkeys(CHAIN, 10), ("read", "read", "read", "read")),
    ],
)  # fmt: skip
def test_what_is_read_is_ticked_and_the_next_book_is_named(positions: dict[str, int], told: tuple[str, ...]) -> None:
    advice = reading_orders(CHAIN, positions)
    assert tuple(states(advice).values()) == told
    assert advice.begun is ("reading" in told)
    assert ("You have read all of these." in advice.notes) is (set(told) == {ReadingState.READ})


def test_books_that_need_none_of_the_others_may_be_read_in_any_order() -> None:
    free = "None of these needs another: read them in any order."
    assert free in reading_orders(CHAIN, {"one": 10, "two": 10}, series="Lighthouse").notes
    assert free not in reading_orders(CHAIN, {"one": 10}, series="Lighthouse").notes


# Reasons


@pytest.mark.parametrize(("marks", "shown"), [(0, False), (6, False), (7, True)])
def test_a_reason_beyond_the_reader_is_put_neutrally(marks: int, shown: bool) -> None:
    books = shelf(a_book("one", 1960), a_book("two", 1961, first("one", SECRET, Reveals.of({"one": 7}))))
    said = reasons(reading_orders(books, {"one": marks}), "two")
    assert said == ((f"best read after One: {SECRET}",) if shown else ("best read after One",))


def test_what_must_come_first_is_said_before_what_helps_and_each_once() -> None:
    three = a_book("three", 1962, helps("one"), first("two"), first("two"), helps("two"))
    books = shelf(a_book("one", 1960, series=""), a_book("two", 1961), three)
    for series in (None, "Lighthouse"):  # a book outside the series is named as well
        told = reasons(reading_orders(books, {}, series=series), "three")
        assert told == ("best read after Two", "richer after One")


def test_a_book_that_stands_alone_or_requires_nothing_says_so() -> None:
    books = shelf(a_book("one", 1960), a_book("two", 1961, first("one")), a_book("alone", 1962))
    assert [step.book for step in reading_orders(books, {}).recommended.steps if step.stands_alone] == ["alone"]
    assert [reading_orders(books, {}, book=slug).notes for slug in ("alone", "one")] == [
        ("Alone stands alone: you don’t need any other book for it.",),
        ("One needs no other book first; it comes before Two.",),
    ]


# Books that are not there, and circles


def test_a_prerequisite_that_is_not_in_the_library_is_named_and_marked_and_never_next() -> None:
    books = shelf(a_book("early", 1950), a_book("goal", 1960, first("the-lamp-and-the-sea"), first("early")))
    advice = reading_orders(books, {"early": 10, "the-lamp-and-the-sea": 5}, book="goal")
    absent = advice.recommended.steps[1]
    assert (absent.title, absent.in_library) == ("The Lamp and the Sea", False)
    assert states(advice) == {"early": "read", "the-lamp-and-the-sea": "later", "goal": "next"}
    told = reasons(reading_orders(books, {}, series="Lighthouse"), "goal")
    assert told == ("best read after The Lamp and the Sea (not in the library)", "best read after Early")


@pytest.mark.parametrize(
    ("book", "series", "said"),
    [
        ("no-such-book", None, "No Such Book is not in the library."),
        (None, "Nowhere", "No series of the library is called Nowhere."),
        (None, "", "No series of the library is called ."),
    ],
)
def test_nothing_found_is_said(book: str | None, series: str | None, said: str) -> None:
    advice = reading_orders(shelf(a_book("one", 1960)), {}, book=book, series=series)
    assert (order(advice), advice.notes) == ([], (said,))
    assert reading_orders({}, {}).notes == ("The library is empty.",)


def test_a_circle_is_broken_against_publication_and_reported() -> None:
    advice = reading_orders(shelf(a_book("one", 1960, first("two")), a_book("two", 1961, first("one"))), {})
    assert order(advice) == ["one", "two"]
    assert advice.notes == ("The library’s advice contradicts itself, so I ignore that it puts Two before One.",)
    assert reasons(advice, "one") == ()
    slugs = [f"b{n}" for n in range(6)]
    books = shelf(*(a_book(s, 1960, *(first(other) for other in slugs)) for s in slugs))
    assert reading_orders(books, {}).notes[-1].endswith(" and 18 more.")


# Every library


@st.composite
def libraries(draw: st.DrawFn, *, circles: bool) -> dict[str, Book]:
    """Up to 12 books in up to three series that ask for each other, for earlier ones only unless `circles`."""
    slugs = draw(st.permutations([f"b{n}" for n in range(draw(st.integers(1, 12)))]))
    books = []
    for n, slug in enumerate(slugs):
        open_to = list(slugs) if circles else [*slugs[:n]]
        wanted = draw(st.lists(st.sampled_from(open_to), max_size=4)) if open_to else []
        needs = [Requirement(w, draw(st.sampled_from(["first", "helps"])), f"Because of {w}.",
                             Reveals.of({w: draw(st.integers(0, 10))})) for w in wanted]  # fmt: skip
        year, story = draw(st.none() | st.integers(1900, 1905)), draw(st.none() | st.integers(1900, 1905))
        books.append(a_book(slug, year, *needs, series=draw(st.sampled_from(["", "A", "B"])), story=story))
    return shelf(*books)


def places(books: dict[str, Book]) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(sorted(books)), st.integers(0, 12))


@settings(deadline=None)
@given(st.data())
def test_without_circles_every_firm_rule_holds(data: st.DataObject) -> None:
    books = data.draw(libraries(circles=False))
    found = order(reading_orders(books, data.draw(places(books))))
    asked = [OrderRule(need.book, b.slug, need.need == "first") for b in books.values() for need in b.requires]
    assert all(found.index(rule.before) < found.index(rule.after) for rule in asked if rule.firm)


@settings(deadline=None)
@given(st.data())
def test_no_book_is_lost_or_repeated_and_no_reason_beyond_the_reader_is_given(data: st.DataObject) -> None:
    books = data.draw(libraries(circles=True))
    positions = data.draw(places(books))
    advice = reading_orders(books, positions)
    assert all(sorted(found.books) == sorted(books) for found in advice.orders)
    goal = data.draw(st.sampled_from(sorted(books)))
    found = reading_orders(books, {}, book=goal).recommended
    assert len(set(found.books)) == len(found.books)
    assert goal in found.books
    needs = [need for book in books.values() for need in book.requires]
    seen = {need.reason for need in needs if need.reveals.within(positions)}
    said = order_text(advice, 100_000)
    assert not [need.reason for need in needs if need.reason not in seen and need.reason in said]


@settings(deadline=None)
@given(st.data())
def test_the_same_library_gets_the_same_advice_in_any_order_of_its_books(data: st.DataObject) -> None:
    books = data.draw(libraries(circles=True))
    turned = dict(data.draw(st.permutations(list(books.items()))))
    assert reading_orders(books, {}) == reading_orders(turned, {})


@settings(deadline=None)
@given(st.data())
def test_arrows_that_are_left_out_follow_from_the_others(data: st.DataObject) -> None:
    books = data.draw(libraries(circles=True))
    rules = reading_orders(books, {}).rules
    assert all(reached(slug, drawn(rules)) == reached(slug, rules) for slug in books)


@pytest.mark.parametrize("step", [1, 3, 99])
def test_a_hundred_books_take_no_time(step: int) -> None:
    books = shelf(*(a_book(f"b{n}", 1900 + n, *(first(f"b{(n + step) % 100}") for _ in range(2))) for n in range(100)))
    start = time.process_time()
    reading_orders(books, {})
    assert time.process_time() - start < 1


# In words

TOLD = shelf(
    a_book("one", 1960, story=1950), a_book("aside", 1961, story=1930),
    a_book("two", 1962, first("one", "The quarrel begins there."), story=1951),
    a_book("three", 1963, helps("two", "It is funnier then."), helps("one"), story=1940),
)  # fmt: skip


def test_a_series_for_a_reader_who_is_on_the_way() -> None:
    assert order_text(reading_orders(TOLD, {"one": 10, "two": 4}, series="Lighthouse")) == (
        "Lighthouse, recommended for you:\n"
        "\n"
        "1. ✓ One (1960)\n"
        "2. Aside (1961) – after that, stands alone\n"
        "3. ▶ Two (1962) – you are reading it\n"
        "   best read after One: The quarrel begins there.\n"
        "4. Three (1963)\n"
        "   richer after Two: It is funnier then.\n"
        "   richer after One\n"
        "\n"
        "Publication order: the same.\n"
        "Story time: Aside → Three → One → Two.\n"
        "\n"
        "None of these needs another: read them in any order."
    )


def test_a_book_with_what_leads_to_it_and_a_library_with_a_heading_for_each_series() -> None:
    assert order_text(reading_orders(TOLD, {}, book="three")).splitlines()[:4] == [
        "On the way to Three, recommended for you:", "", "1. One (1960) – next, optional", "2. Two (1962) – optional",
    ]  # fmt: skip
    books = shelf(a_book("one", 1960), a_book("two", 1961, series="Harbour"), a_book("three", 1950, series=""))
    assert order_text(reading_orders(books, {})).splitlines()[:9] == [
        "All books, recommended for you:", "", "Lighthouse", "1. One (1960) – next, stands alone", "", "Harbour",
        "2. Two (1961) – stands alone", "", "Other books",
    ]  # fmt: skip


@pytest.mark.parametrize("read", [0, 4, 9])
def test_the_shipped_series_fits_a_message(read: int) -> None:
    books = {home.name: read_book(home, []) for home in sorted(SHIPPED.iterdir()) if (home / "book.toml").exists()}
    advice = reading_orders(books, {}, series="George Smiley")
    positions = {slug: books[slug].marks for slug in advice.recommended.books[:read]}
    text = order_text(reading_orders(books, positions, series="George Smiley"))
    assert len(text) <= LIMIT
    assert all(step.title in text for step in advice.recommended.steps)


def test_a_long_series_shows_the_books_around_the_next_one() -> None:
    books = shelf(*(a_book(f"volume-{n}-of-the-tales", 1900 + n) for n in range(100)))
    positions = {f"volume-{n}-of-the-tales": 10 for n in range(60)}
    text = order_text(reading_orders(books, positions, series="Lighthouse"))
    assert len(text) <= LIMIT
    assert "… 59 before these" in text
    assert "61. Volume 60 Of The Tales (1960) – next" in text
    assert "more\n" in text


@settings(deadline=None)
@given(st.integers(1, 60), st.text(min_size=1, max_size=400), st.integers(80, 2_000))
def test_the_limit_holds_whatever_is_in_the_library(count: int, text: str, limit: int) -> None:
    books = {
        f"b{n}": Book(f"b{n}", text, text, Unit.CHAPTER, 10, series=text,
                      requires=(Requirement(f"b{(n * 7) % count}", "first", text, Reveals.of({"b0": n % 3})),))
        for n in range(count)
    }  # fmt: skip
    assert len(order_text(reading_orders(books, {"b1": 3, "b2": 10}), limit)) <= limit


def test_an_order_by_itself_is_a_list_and_says_which_other_it_is() -> None:
    advice = reading_orders(TOLD, {"one": 10}, series="Lighthouse")
    assert kind_text(OrderKind.STORY, advice) == (
        "Lighthouse, story time:\n\n1. Aside (1961) – next, stands alone\n2. Three (1963)\n3. ✓ One (1960)\n"
        "4. Two (1962)"
    )
    told = kind_text(OrderKind.PUBLICATION, advice)
    assert told.startswith("Lighthouse, publication order:")
    assert told.endswith("It is the same as the recommended order.")
