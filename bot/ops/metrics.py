"""What Prometheus collects, and the health of each part; no metric says which club, member or book it is about."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.client import Dogear
from bot.features.ask.store import BotMemory
from bot.logs import Meter
from corpus.errors import DogearError

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"

PATIENCE = 2.0  # seconds that a part may take to say how it is

Part = dict[str, Any]


class Health:
    """Looks at every part; one that has not answered yet is not asked a second time."""

    def __init__(self, bot: Dogear, patience: float = PATIENCE) -> None:
        self._bot, self._patience = bot, patience
        self._asked: dict[str, asyncio.Task[Part]] = {}

    async def now(self) -> Part:
        """Return how each part is, as JSON can hold it; `ok` where all are well and the bot stays."""
        retriever, memory = self._bot.app.discussion.retriever, self._bot.app.get(BotMemory)
        store, database = await asyncio.gather(
            self._checked("store", lambda: asyncio.to_thread(retriever.check_store)),
            self._checked("database", lambda: memory.recall("health")),
        )
        gateway, passages, leaving = self._bot.connections.state(), retriever.state(), self._bot.under_way.leaving
        parts: Part = {
            "gateway": {
                "ok": gateway.ready, "shards": gateway.shards, "of": gateway.of,
                "away": [shard for shard, up in sorted(gateway.each.items()) if not up], "clubs": gateway.clubs,
                "connected": gateway.connected, "latency": gateway.latency,
                "since": gateway.since.isoformat(timespec="seconds"),
            },
            "store": store,
            "database": database,
            "indexing": {  # well as soon as one book can be asked about, or there are none
                "ok": passages.ready > 0 or not passages.books,
                "books": passages.books, "ready": passages.ready, "under_way": passages.indexing,
            },
        }  # fmt: skip
        return {"ok": not leaving and all(part["ok"] for part in parts.values()), "leaving": leaving} | parts

    async def _checked(self, name: str, check: Callable[[], Awaitable[object]]) -> Part:
        asked = self._asked.get(name)
        if asked is None or asked.done():
            asked = self._asked[name] = asyncio.ensure_future(_checking(check))
        await asyncio.wait([asked], timeout=self._patience)
        if not asked.done():
            return {"ok": False, "problem": f"It has not answered within {self._patience:.0f} s."}
        return asked.result()


async def _checking(check: Callable[[], Awaitable[object]]) -> Part:
    """Return what a check finds: what is wrong, or in words what the part is, where it has any."""
    try:
        found = await check()
    except DogearError as error:
        return {"ok": False, "problem": str(error)}
    except Exception as error:  # noqa: BLE001 (whatever it is, the part is not well)
        return {"ok": False, "problem": f"It failed unexpectedly ({type(error).__name__})."}
    return {"ok": True, "is": found} if found else {"ok": True}


class Counting(logging.Handler):
    """Counts warnings and errors as they are logged, whoever logs them."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(logging.WARNING)
        self._meter = meter

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        self._meter.count("log_records", record.levelname)


class Looking(Collector):
    """Looks at what is so in the moment in which the figures are asked for."""

    def __init__(self, bot: Dogear) -> None:
        self._bot = bot

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of now."""
        gateway, passages = self._bot.connections.state(), self._bot.app.discussion.retriever.state()
        workers = self._bot.app.workers
        for name, what, value in (
            ("tasks", "Tasks of the event loop", len(asyncio.all_tasks())),
            ("work_waiting", "Pieces of work that wait for a thread", workers.waiting),
            ("work_running", "Pieces of work that a thread is at", min(workers.asked_for, workers.threads)),
            ("gateway_shards", "Shards of this process", gateway.shards),
            ("gateway_shards_connected", "Shards that are connected", gateway.connected),
            ("gateway_shards_of", "Shards of the bot, in all processes", gateway.of),
            ("clubs", "Servers that this process serves", gateway.clubs),
            ("gateway_latency_seconds", "Time of a heartbeat of the slowest shard", gateway.latency),
            ("books", "Books of the library", passages.books),
            ("books_ready", "Books that can be asked about", passages.ready),
            ("indexing", "1 while an index run is under way", int(passages.indexing)),
        ):
            if value is not None:
                yield GaugeMetricFamily(f"dogear_{name}", what, value)
        shards = GaugeMetricFamily("dogear_gateway_shard_up", "1 for a shard that is connected", labels=["shard"])
        for shard, up in sorted(gateway.each.items()):
            shards.add_metric([str(shard)], int(up))
        yield shards


@asynccontextmanager
async def serving(port: int, bot: Dogear) -> AsyncIterator[str]:
    """Answer `/health` and `/metrics` within the block, at the address that is returned. Raises DogearError.

    Port 0 takes any that is free.
    """
    registry, health, looking, counting = bot.app.meter.registry, Health(bot), Looking(bot), Counting(bot.app.meter)

    async def tell_health(_: web.Request) -> web.Response:
        told = await health.now()
        return web.json_response(told, status=200 if told["ok"] else 503)

    async def tell_figures(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/health", tell_health), web.get("/metrics", tell_figures)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    registry.register(looking)
    logging.getLogger().addHandler(counting)
    try:
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
        except OSError as error:
            what = f"METRICS_PORT is {port}, but that port is in use or forbidden. Write another, or nothing."
            raise DogearError(what) from error
        address = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        log.info("%s/health and %s/metrics tell how it goes", address, address)
        yield address
    finally:
        logging.getLogger().removeHandler(counting)
        registry.unregister(looking)
        await runner.cleanup()
