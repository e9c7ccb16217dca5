"""`/nominate`, as members use it."""

from tests.fakes.club import Club, shown


async def test_a_book_of_the_library_and_any_other_can_be_nominated_in_private(club: Club) -> None:
    liz = club.member("Liz")
    known = await liz.slash(club.general, "nominate add", book="the lantern")
    assert known.ephemeral
    assert "“The Lantern” is now on the list." in shown(known)
    other = await liz.slash(club.general, "nominate add", book="Moby-Dick; or, The Whale")
    assert "It isn’t in the library yet" in shown(other)


async def test_the_same_book_is_one_however_it_is_typed_and_nobody_is_named(club: Club) -> None:
    liz, jim = club.member("Liz"), club.member("Jim")
    await liz.slash(club.general, "nominate add", book="Pride & Prejudice")
    told = await jim.slash(club.general, "nominate add", book="pride and PREJUDICE!")
    assert "now 2 members would like to read it" in shown(told)
    listed = shown(await jim.slash(club.general, "nominate list"))
    assert listed.count("rejudice") == 1
    assert "2 members · you" in listed
    assert "Liz" not in listed


async def test_several_books_are_nominated_at_once_where_the_library_has_each(club: Club) -> None:
    liz = club.member("Liz")
    told = shown(await liz.slash(club.general, "nominate add", book="lantern, the kite"))
    assert told.count("is now on the list") == 2
    told = shown(await liz.slash(club.general, "nominate add", book="The Kite, Lantern"))
    assert told.count("already") == 2
    for one in ("The Lantern, Relit", "Emma, !"):
        assert f"“{one}” is now on the list. It isn’t" in shown(await liz.slash(club.general, "nominate add", book=one))


async def test_a_book_is_nominated_once_by_each_and_five_at_most(club: Club) -> None:
    liz = club.member("Liz")
    for title in ("Emma", "Kim", "Persuasion", "Dracula", "Middlemarch"):
        await liz.slash(club.general, "nominate add", book=title)
    assert "nominated “Emma” already" in shown(await liz.slash(club.general, "nominate add", book="EMMA"))
    assert "Withdraw one of them first" in shown(await liz.slash(club.general, "nominate add", book="Ulysses"))
    await liz.slash(club.general, "nominate withdraw", book="kim")
    assert "now on the list" in shown(await liz.slash(club.general, "nominate add", book="Ulysses"))


async def test_a_member_takes_back_what_is_theirs_and_an_organiser_any_book(club: Club) -> None:
    liz, jim = club.member("Liz"), club.member("Jim")
    jo = club.member("Jo", manage_events=True)
    for member in (liz, jim):
        await member.slash(club.general, "nominate add", book="Emma")
    assert "no longer nominated by you" in shown(await liz.slash(club.general, "nominate withdraw", book="emma"))
    assert "Only an organiser" in shown(await liz.slash(club.general, "nominate withdraw", book="emma"))
    assert "is not on the list" in shown(await liz.slash(club.general, "nominate withdraw", book="Kim"))
    await liz.slash(club.general, "nominate add", book="Emma")
    assert "2 members had nominated it" in shown(await jo.slash(club.general, "nominate withdraw", book="Emma"))
    assert "No book has been nominated yet" in shown(await jo.slash(club.general, "nominate list"))


async def test_the_list_of_one_club_is_not_that_of_another(club: Club) -> None:
    elsewhere = club.env.create_guild("Another Club")
    channel = elsewhere.create_text_channel("general")
    liz, jim = club.member("Liz"), club.member("Jim", elsewhere)
    await liz.slash(club.general, "nominate add", book="Emma")
    assert "No book has been nominated yet" in shown(await jim.slash(channel, "nominate list"))
    assert "is not on the list" in shown(await jim.slash(channel, "nominate withdraw", book="Emma"))
