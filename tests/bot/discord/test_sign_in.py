import json
from collections.abc import AsyncIterator

import discord
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.start import DiscordUnreachable, TokenRefused, signed_in

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789ab"


async def me(request: web.Request) -> web.Response:
    """Discord's answer to GET /users/@me."""
    if request.headers.get("Authorization") != f"Bot {TOKEN}":
        return answer({"message": "401: Unauthorized", "code": 0}, 401)
    user: dict[str, object] = {
        "id": "123456789012345678",
        "username": "Dogear",
        "discriminator": "0042",
        "avatar": None,
        "bot": True,
    }
    return answer(user)


async def application(_: web.Request) -> web.Response:
    """Discord's answer to GET /oauth2/applications/@me."""
    owner = {"id": "1", "username": "smiley", "discriminator": "0", "avatar": None}
    known = {"id": "123456789012345678", "name": "Dogear", "icon": None, "description": "", "verify_key": ""}
    return answer(known | {"bot_public": False, "bot_require_code_grant": False, "owner": owner, "flags": 0})


def answer(payload: dict[str, object], status: int = 200) -> web.Response:
    """JSON as Discord sends it: without a charset."""
    return web.Response(body=json.dumps(payload).encode(), status=status, content_type="application/json")


@pytest.fixture
async def discord_api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A Discord on the loopback address that knows one bot."""
    app = web.Application()
    app.router.add_get("/users/@me", me)
    app.router.add_get("/oauth2/applications/@me", application)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{port}")
    yield
    await runner.cleanup()


@pytest.mark.usefixtures("discord_api")
async def test_a_token_tells_whose_it_is() -> None:
    assert str((await signed_in(SecretStr(TOKEN))).user) == "Dogear#0042"


@pytest.mark.usefixtures("discord_api")
async def test_a_token_that_discord_does_not_know_is_refused_without_being_shown() -> None:
    with pytest.raises(TokenRefused) as refused:
        await signed_in(SecretStr("another-token"))
    assert "another-token" not in str(refused.value)
    assert "Copy it again" in str(refused.value)


async def test_a_discord_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:9")
    with pytest.raises(DiscordUnreachable, match="terminal works without"):
        await signed_in(SecretStr(TOKEN), patience=1.0)
