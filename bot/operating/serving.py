"""The port on which operators ask: on the loopback address alone, within the bot's own event loop."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.operating.health import Health
from bot.operating.metrics import Counting, Figures, Looking
from bot.operating.state import Instruments
from corpus.errors import DogearError

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"

UNWELL = 503
"""HTTP: service unavailable."""


class PortTaken(DogearError):
    """The port for operators cannot be opened."""

    def __init__(self, port: int) -> None:
        super().__init__(f"METRICS_PORT is {port}, but that port is in use or forbidden. Write another, or nothing.")


@asynccontextmanager
async def serving(port: int, figures: Figures, look: Instruments) -> AsyncIterator[str]:
    """Answer `/health` and `/metrics` within the block, at the address that is returned. Raises PortTaken.

    Port 0 takes any that is free.
    """
    health, looking, counting = Health(look), Looking(look), Counting(figures)

    async def tell_health(_: web.Request) -> web.Response:
        told = await health.now()
        return web.json_response(told, status=200 if told["ok"] else UNWELL)

    async def tell_figures(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(figures.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/health", tell_health), web.get("/metrics", tell_figures)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    figures.registry.register(looking)
    logging.getLogger().addHandler(counting)
    try:
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
        except OSError as error:
            raise PortTaken(port) from error
        address = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        log.info("%s/health and %s/metrics tell how it goes", address, address)
        yield address
    finally:
        logging.getLogger().removeHandler(counting)
        figures.registry.unregister(looking)
        await runner.cleanup()
