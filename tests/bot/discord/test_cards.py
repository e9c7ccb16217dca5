"""Cards: whatever they are made of, Discord takes them; what they lose to its limits is the end of the body."""

from typing import Any

import discord
from hypothesis import given
from hypothesis import strategies as st
from simcord.components import validate_message_state

from bot.answering.reply import Reply
from bot.discord.cards import ALT_TEXT, TEXT, Attachment, Card, CardView, Tone, answer_card, problem_card
from corpus.errors import DogearError
from tests.fakes.discord_reading import live, rendered

PICTURE = Attachment("order.png", b"\x89PNG", "Two books, one after the other")


def button(n: int = 0) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=f"Level {n}", custom_id=f"hint:{n}")


def menu(n: int = 0) -> discord.ui.Select[Any]:
    return discord.ui.Select(custom_id=f"book:{n}", options=[discord.SelectOption(label="The Lantern")])


def sent(card: Card) -> list[dict[str, Any]]:
    """Return the components of a card, as far as Discord would take them."""
    components = [child.to_component_dict() for child in CardView(card).children]
    return validate_message_state(components, flags=1 << 15, content=None, embeds=[])


def texts(card: Card) -> list[str]:
    return [item.content for item in CardView(card).walk_children() if isinstance(item, discord.ui.TextDisplay)]


class Level(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"hint:(?P<level>\d)"):
    """A button that is known by what its custom_id says, as those that outlive a restart are."""


lines = st.text(st.sampled_from("ab. \n*é"), max_size=300)
long_lines = st.tuples(lines, st.integers(1, 40)).map(lambda drawn: drawn[0] * drawn[1])
cards = st.builds(
    Card,
    title=st.just("T") | long_lines.map("T{}".format),
    body=long_lines,
    footers=st.lists(lines, max_size=30),
    tone=st.sampled_from(Tone),
    buttons=st.integers(0, 25).map(lambda count: [button(n) for n in range(count)])
    | st.integers(0, 5).map(lambda count: [item for n in range(count) for item in (button(n), menu(n))]),
    picture=st.none() | st.just(PICTURE),
    note=long_lines,
)


@given(cards)
def test_discord_takes_any_card(card: Card) -> None:
    view = CardView(card)
    assert view.content_length() <= TEXT
    assert view.total_children_count <= 40
    assert sent(card)


def test_a_long_body_ends_with_a_sentence_and_all_else_stays() -> None:
    sentence = "The storm breaks the harbour wall in the night. "
    card = Card(
        "The Lantern", sentence * 200, ["[1] summary, chapter 5", "[2] a reader, ★★★★☆"], note="Only you see this."
    )
    top, small, note = texts(card)
    assert top.startswith("### The Lantern\nThe storm")
    assert top.endswith("in the night. …")
    assert (small, note) == ("-# [1] summary, chapter 5\n-# [2] a reader, ★★★★☆", "-# Only you see this.")
    assert 3_900 < CardView(card).content_length() <= TEXT


def test_a_picture_is_found_by_its_name_and_told_to_who_does_not_see_it() -> None:
    card = Card(picture=Attachment("order.png", b"\x89PNG", "order " * 400))
    (file,) = card.files()
    shown = sent(card)[0]["components"][0]["items"][0]
    assert shown["media"]["url"] == f"attachment://{file.filename}" == "attachment://order.png"
    assert len(shown["description"]) <= ALT_TEXT
    assert file.description == shown["description"]
    assert file.fp.read() == b"\x89PNG"
    assert Card(body="x").files() == []


REPLY = Reply("ask", "the-lantern", "“Silas rows out.” [1]", True, sources=("[1] summary, *chapter* 5",))


def test_an_answer_has_its_sources_in_small_print() -> None:
    card = answer_card(REPLY, title="The *Lantern*", footers=["You are at <chapter 5>"], buttons=[button()])
    assert [rendered(text) for text in texts(card)] == [
        "### The *Lantern*\n“Silas rows out.” [1]",
        "-# [1] summary, *chapter* 5\n-# You are at <chapter 5>",
    ]
    assert len(card.buttons) == 1


@given(st.sampled_from(["@everyone", "[a](https://x.example)", "# x", "<@123456789012345678>", "||x||", "- x"]))
def test_nothing_of_others_in_a_card_is_obeyed(text: str) -> None:
    for card in (
        answer_card(Reply("ask", body=text, sources=(text,)), title=text, footers=[text]),
        problem_card(DogearError(text)),
    ):
        assert [live(part) for part in (card.title, card.body, *card.footers) if live(part)] == []
