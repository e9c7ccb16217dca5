"""The rules of the reading order, on small libraries of plain values."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading_order.advice import Advice, OrderKind, ReadingState, Scope
from bot.reading_order.graph import OrderRule, after, drawn
from bot.reading_order.plan import reading_orders
from corpus.books import Book, Requirement, Reveals, Unit

SECRET = "The lighthouse keeper dies there."


def a_book(
    slug: str,
    year: int | None = None,
    *requires: Requirement,
    number: float | None = None,
    series: str = "Lighthouse",
    story: int | None = None,
) -> Book:
    return Book(
        slug=slug,
        title=slug.replace("-", " ").title(),
        author="An Author",
        unit=Unit.CHAPTER,
        marks=10,
        year=year,
        series=series,
        series_number=number,
        story_time=story,
        requires=requires,
    )


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


class TestTheOrderOfBooks:
    def test_what_must_come_first_comes_first_whatever_the_years_say(self) -> None:
        books = shelf(a_book("early", 1950, first("late")), a_book("late", 1990))
        assert order(reading_orders(books, {})) == ["late", "early"]

    def test_what_helps_comes_first_where_nothing_stands_against_it(self) -> None:
        books = shelf(a_book("early", 1950, helps("late")), a_book("late", 1990))
        assert order(reading_orders(books, {})) == ["late", "early"]

    def test_what_helps_gives_way_to_what_must_come_first(self) -> None:
        books = shelf(a_book("one", 1950, helps("two")), a_book("two", 1960, first("one")))
        advice = reading_orders(books, {})
        assert order(advice) == ["one", "two"]
        assert reasons(advice, "one") == ()
        assert advice.notes == ()

    def test_ties_go_by_year_then_number_then_title(self) -> None:
        books = shelf(
            a_book("d", 1961),
            a_book("c", 1960, number=2),
            a_book("b", 1960, number=1),
            a_book("z", 1962),
            a_book("y", 1962),
            a_book("no-year"),
        )
        assert order(reading_orders(books, {})) == ["b", "c", "d", "y", "z", "no-year"]

    def test_a_book_brings_its_prerequisites_through_others_and_nothing_else(self) -> None:
        books = shelf(
            a_book("one", 1960),
            a_book("two", 1961, first("one")),
            a_book("three", 1962, first("two")),
            a_book("aside", 1950),
            a_book("after", 1970, first("three")),
        )
        assert order(reading_orders(books, {}, book="three")) == ["one", "two", "three"]

    def test_what_only_helps_on_the_way_to_a_book_is_optional(self) -> None:
        books = shelf(
            a_book("start", 1950),
            a_book("extra", 1955, first("start")),
            a_book("base", 1960),
            a_book("goal", 1970, first("base"), helps("extra")),
        )
        steps = reading_orders(books, {}, book="goal").recommended.steps
        assert {step.book: step.optional for step in steps} == {
            "start": True,
            "extra": True,
            "base": False,
            "goal": False,
        }

    def test_a_series_is_all_of_its_books_and_no_other(self) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1970), a_book("other", 1965, series="Harbour"))
        assert order(reading_orders(books, {}, series="lighthouse")) == ["one", "two"]

    @pytest.mark.parametrize("typed", ["Night Harbour", "night harbour", "the Night Harbour series", "harbour"])
    def test_a_series_is_found_by_the_words_of_its_name(self, typed: str) -> None:
        books = shelf(a_book("one", 1960, series="Night Harbour"), a_book("two", 1970))
        advice = reading_orders(books, {}, series=typed)
        assert (advice.scope, advice.name, order(advice)) == (Scope.SERIES, "Night Harbour", ["one"])

    def test_words_that_fit_two_series_name_neither(self) -> None:
        books = shelf(a_book("one", 1960, series="Night Harbour"), a_book("two", 1970, series="Day Harbour"))
        advice = reading_orders(books, {}, series="harbour")
        assert order(advice) == []
        assert advice.notes == ("No series of the library is called harbour.",)

    def test_the_whole_library_goes_series_by_series_and_single_books_last(self) -> None:
        books = shelf(
            a_book("single", 1900, series=""),
            a_book("a-one", 1960, series="A"),
            a_book("b-one", 1950, series="B"),
            a_book("a-two", 1940, first("a-one"), series="A"),
            a_book("b-two", 1970, series="B"),
        )
        advice = reading_orders(books, {})
        assert advice.scope is Scope.LIBRARY
        assert order(advice) == ["a-one", "a-two", "b-one", "b-two", "single"]

    def test_a_series_that_asks_for_another_comes_after_it_as_a_whole(self) -> None:
        books = shelf(
            a_book("a-one", 1940, series="A"),
            a_book("a-two", 1941, first("b-one"), series="A"),
            a_book("b-one", 1950, series="B"),
            a_book("b-two", 1970, series="B"),
        )
        assert order(reading_orders(books, {})) == ["b-one", "b-two", "a-one", "a-two"]

    def test_series_that_ask_for_each_other_are_split_where_they_must(self) -> None:
        books = shelf(
            a_book("a-one", 1940, series="A"),
            a_book("a-two", 1960, first("b-one"), series="A"),
            a_book("b-one", 1950, first("a-one"), series="B"),
        )
        assert order(reading_orders(books, {})) == ["a-one", "b-one", "a-two"]


class TestOtherOrders:
    def test_story_time_is_an_order_of_its_own(self) -> None:
        books = shelf(a_book("one", 1960, story=1955), a_book("two", 1961, story=1940))
        recommended, story = reading_orders(books, {}).orders
        assert (recommended.kind, recommended.also) == (OrderKind.RECOMMENDED, (OrderKind.PUBLICATION,))
        assert recommended.note == "Publication order is the same."
        assert (story.kind, story.books) == (OrderKind.STORY, ("two", "one"))

    def test_publication_and_story_time_may_agree_against_the_advice(self) -> None:
        books = shelf(a_book("one", 1960, first("two"), story=1940), a_book("two", 1961, story=1950))
        recommended, other = reading_orders(books, {}).orders
        assert recommended.books == ("two", "one")
        assert (other.kind, other.also) == (OrderKind.PUBLICATION, (OrderKind.STORY,))
        assert other.note == (
            "Publication order and story time agree. It puts One before Two, which read better the other way round."
        )

    def test_where_all_agree_there_is_one_order(self) -> None:
        books = shelf(a_book("one", 1960, story=1940), a_book("two", 1961, story=1950))
        (only,) = reading_orders(books, {}).orders
        assert only.note == "Publication order and story time are the same."

    def test_a_book_without_story_time_goes_last_and_is_named(self) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1961, story=1950), a_book("three", 1962, story=1940))
        story = reading_orders(books, {}).orders[-1]
        assert story.books == ("three", "two", "one")
        assert story.note == "Story time not known, so last: One."

    def test_no_order_is_made_of_a_single_story_time(self) -> None:
        books = shelf(a_book("one", 1960, story=1940), a_book("two", 1961))
        orders = reading_orders(books, {}, series="Lighthouse").orders
        assert [found.kind for found in orders] == [OrderKind.RECOMMENDED]

    def test_every_order_has_all_the_books(self) -> None:
        books = shelf(
            a_book("one", 1960, first("absent"), story=1990),
            a_book("two", None, story=1950),
            a_book("three", 1950),
        )
        assert {frozenset(found.books) for found in reading_orders(books, {}, book="one").orders} == {
            frozenset({"absent", "one"})
        }
        assert all(len(found.books) == 3 for found in reading_orders(books, {}).orders)


class TestTheReader:
    books = shelf(
        a_book("one", 1960),
        a_book("two", 1961, first("one")),
        a_book("three", 1962, first("two")),
        a_book("four", 1963),
    )

    def test_what_is_read_is_ticked_and_the_next_book_is_named(self) -> None:
        assert states(reading_orders(self.books, {"one": 10})) == {
            "one": "read", "two": "next", "three": "later", "four": "later",
        }  # fmt: skip

    def test_a_book_that_is_being_read_is_finished_before_the_next(self) -> None:
        advice = reading_orders(self.books, {"four": 3})
        assert states(advice) == {"one": "next", "two": "later", "three": "later", "four": "reading"}
        assert advice.begun

    def test_a_place_beyond_the_end_is_the_end(self) -> None:
        assert states(reading_orders(self.books, {"one": 99}))["one"] == ReadingState.READ

    def test_who_has_read_everything_is_told_so(self) -> None:
        assert reading_orders(self.books, dict.fromkeys(self.books, 10)).notes == ("You have read all of these.",)

    def test_books_that_need_none_of_the_others_may_be_read_in_any_order(self) -> None:
        free = "None of these needs another: read them in any order."
        assert free in reading_orders(self.books, {"one": 10, "two": 10}, series="Lighthouse").notes
        assert free not in reading_orders(self.books, {"one": 10}, series="Lighthouse").notes

    def test_each_order_has_its_own_next_book(self) -> None:
        books = shelf(a_book("one", 1960, first("two")), a_book("two", 1961))
        recommended, publication = reading_orders(books, {}).orders
        assert [step.state for step in recommended.steps] == ["next", "later"]
        assert (publication.books, publication.steps[0].state) == (("one", "two"), "next")


class TestReasons:
    def test_a_reason_within_reach_is_given(self) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1961, first("one", "The quarrel begins there.")))
        assert reasons(reading_orders(books, {}), "two") == ("best read after One: The quarrel begins there.",)

    @pytest.mark.parametrize(("marks", "shown"), [(0, False), (6, False), (7, True)])
    def test_a_reason_beyond_the_reader_is_put_neutrally(self, marks: int, shown: bool) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1961, first("one", SECRET, Reveals.of({"one": 7}))))
        said = reasons(reading_orders(books, {"one": marks}), "two")
        assert said == ((f"best read after One: {SECRET}",) if shown else ("best read after One",))

    def test_what_must_come_first_is_said_before_what_helps(self) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1961), a_book("three", 1962, helps("one"), first("two")))
        assert reasons(reading_orders(books, {}), "three") == ("best read after Two", "richer after One")

    def test_a_book_asked_for_twice_is_named_once(self) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1961, helps("one"), first("one"), first("one")))
        assert reasons(reading_orders(books, {}), "two") == ("best read after One",)

    def test_a_book_outside_the_series_is_named(self) -> None:
        books = shelf(a_book("one", 1960, series=""), a_book("two", 1961, helps("one")))
        assert reasons(reading_orders(books, {}, series="Lighthouse"), "two") == ("richer after One",)

    def test_a_book_that_stands_alone_says_so(self) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1961, first("one")), a_book("alone", 1962))
        assert [step.book for step in reading_orders(books, {}).recommended.steps if step.stands_alone] == ["alone"]
        assert reading_orders(books, {}, book="alone").notes == (
            "Alone stands alone: you don’t need any other book for it.",
        )

    def test_a_book_that_requires_nothing_says_so(self) -> None:
        books = shelf(a_book("one", 1960), a_book("two", 1961, first("one")))
        assert reading_orders(books, {}, book="one").notes == ("One needs no other book first; it comes before Two.",)


class TestBooksThatAreNotThere:
    def test_a_prerequisite_that_is_not_in_the_library_is_named_and_marked(self) -> None:
        books = shelf(a_book("early", 1950), a_book("goal", 1960, first("the-lamp-and-the-sea"), first("early")))
        advice = reading_orders(books, {}, book="goal")
        absent = advice.recommended.steps[1]
        assert (absent.title, absent.in_library, absent.state) == ("The Lamp and the Sea", False, "later")
        assert order(advice) == ["early", "the-lamp-and-the-sea", "goal"]

    def test_it_never_comes_next_because_nobody_can_tick_it(self) -> None:
        books = shelf(a_book("goal", 1960, first("absent")))
        assert states(reading_orders(books, {"absent": 5}, book="goal")) == {"absent": "later", "goal": "next"}

    def test_in_a_series_it_is_named_with_the_book_that_asks_for_it(self) -> None:
        books = shelf(a_book("one", 1960, first("absent")), a_book("two", 1961))
        advice = reading_orders(books, {}, series="Lighthouse")
        assert reasons(advice, "one") == ("best read after Absent (not in the library)",)
        assert order(advice) == ["one", "two"]

    @pytest.mark.parametrize(
        ("book", "series", "said"),
        [
            ("no-such-book", None, "No Such Book is not in the library."),
            (None, "Nowhere", "No series of the library is called Nowhere."),
            (None, "", "No series of the library is called ."),
        ],
    )
    def test_nothing_found_is_said(self, book: str | None, series: str | None, said: str) -> None:
        advice = reading_orders(shelf(a_book("one", 1960)), {}, book=book, series=series)
        assert (order(advice), advice.notes) == ([], (said,))

    def test_an_empty_library_is_said(self) -> None:
        assert reading_orders({}, {}).notes == ("The library is empty.",)


class TestCircles:
    def test_a_circle_is_broken_against_publication_and_reported(self) -> None:
        books = shelf(a_book("one", 1960, first("two")), a_book("two", 1961, first("one")))
        advice = reading_orders(books, {})
        assert order(advice) == ["one", "two"]
        assert advice.notes == ("The library’s advice contradicts itself, so I ignore that it puts Two before One.",)
        assert reasons(advice, "one") == ()

    def test_many_circles_are_counted(self) -> None:
        slugs = [f"b{n}" for n in range(6)]
        books = shelf(*(a_book(s, 1960, *(first(other) for other in slugs)) for s in slugs))
        assert reading_orders(books, {}).notes[-1].endswith(" and 18 more.")


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
        year = draw(st.none() | st.integers(1900, 1905))
        story = draw(st.none() | st.integers(1900, 1905))
        books.append(a_book(slug, year, *needs, series=draw(st.sampled_from(["", "A", "B"])), story=story))
    return shelf(*books)


def places(books: dict[str, Book]) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(sorted(books)), st.integers(0, 12))


class TestForEveryLibrary:
    @settings(deadline=None)
    @given(st.data())
    def test_without_circles_every_firm_rule_holds(self, data: st.DataObject) -> None:
        books = data.draw(libraries(circles=False))
        advice = reading_orders(books, data.draw(places(books)))
        asked = [OrderRule(need.book, b.slug, need.need == "first") for b in books.values() for need in b.requires]
        found = order(advice)
        assert all(found.index(rule.before) < found.index(rule.after) for rule in asked if rule.firm)

    @settings(deadline=None)
    @given(st.data())
    def test_no_book_is_lost_or_repeated_circles_or_not(self, data: st.DataObject) -> None:
        books = data.draw(libraries(circles=True))
        for found in reading_orders(books, data.draw(places(books))).orders:
            assert sorted(found.books) == sorted(books)
        goal = data.draw(st.sampled_from(sorted(books)))
        found = reading_orders(books, {}, book=goal).recommended
        assert len(set(found.books)) == len(found.books)
        assert goal in found.books

    @settings(deadline=None)
    @given(st.data())
    def test_no_reason_beyond_the_reader_is_given(self, data: st.DataObject) -> None:
        books = data.draw(libraries(circles=True))
        positions = data.draw(places(books))
        advice = reading_orders(books, positions)
        said = " ".join(
            r for found in advice.orders for step in found.steps for r in (*map(str, step.needs), found.note)
        )
        hidden = {n.reason for b in books.values() for n in b.requires if not n.reveals.within(positions)}
        seen = {n.reason for b in books.values() for n in b.requires if n.reveals.within(positions)}
        assert not [reason for reason in hidden - seen if reason in said + " ".join(advice.notes)]

    @settings(deadline=None)
    @given(st.data())
    def test_the_same_library_gets_the_same_advice_in_any_order_of_its_books(self, data: st.DataObject) -> None:
        books = data.draw(libraries(circles=True))
        turned = dict(data.draw(st.permutations(list(books.items()))))
        assert reading_orders(books, {}) == reading_orders(turned, {})

    @settings(deadline=None)
    @given(st.data())
    def test_arrows_that_are_left_out_follow_from_the_others(self, data: st.DataObject) -> None:
        books = data.draw(libraries(circles=True))
        rules = reading_orders(books, {}).rules
        assert all(after(slug, drawn(rules)) == after(slug, rules) for slug in books)


@pytest.mark.parametrize("step", [1, 3, 99])
def test_a_hundred_books_take_no_time(step: int) -> None:
    books = shelf(*(a_book(f"b{n}", 1900 + n, *(first(f"b{(n + step) % 100}") for _ in range(2))) for n in range(100)))
    start = time.process_time()
    reading_orders(books, {})
    assert time.process_time() - start < 1
