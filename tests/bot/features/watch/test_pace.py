"""The line of messages: short, fair, and honest about what it passes over."""

from bot.features.watch.rules import Line, Spoken
from bot.people import Place

THREAD, OTHER = Place(1, 100), Place(1, 101)


def spoken(number: int, place: Place = THREAD) -> Spoken:
    return Spoken(place, 10, number, "Call me Ishmael.")


def test_what_comes_while_the_line_is_full_is_passed_over_and_counted_by_place() -> None:
    line = Line(room=2)
    assert [line.offer(spoken(number)) for number in range(5)] == [True, True, False, False, False]
    assert not line.offer(spoken(9, OTHER))
    assert (line.counts(THREAD), line.counts(OTHER)) == ((5, 3), (1, 1))
    line.next()
    assert line.offer(spoken(6))


def test_a_second_of_fifty_messages_waits_in_a_line_that_is_never_longer_than_its_room() -> None:
    line = Line(room=5)
    read = []
    for number in range(50):
        line.offer(spoken(number))
        if number % 5 == 0 and (one := line.next()):
            read.append(one.message)
    assert read == sorted(read)
    come, passed = line.counts(THREAD)
    assert come == 50
    assert len(read) + passed + 5 == 50
