# The bot, as a container: docs/hosting.md says how it is run.
FROM python:3.11-slim-bookworm AS build
COPY pyproject.toml constraints.txt /build/
COPY deploy/set-up /build/deploy/set-up
RUN PIP_NO_CACHE_DIR=1 /build/deploy/set-up /venv

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 dogear \
    && useradd --uid 10001 --gid dogear --no-create-home --shell /usr/sbin/nologin dogear \
    && mkdir /data \
    && chown dogear:dogear /data \
    && chmod 700 /data
COPY --from=build /venv /venv
COPY LICENSE run_bot.py /app/
COPY corpus /app/corpus
COPY prompts /app/prompts
COPY retrieval /app/retrieval
COPY bot /app/bot
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    DOGEAR_DATA=/data \
    LOG_FORMAT=json \
    METRICS_PORT=9464
WORKDIR /app
# The bot cannot write here, so what Python would keep for the next start is made now.
RUN PYTHONDONTWRITEBYTECODE='' python -c 'import bot.run' \
    && PYTHONDONTWRITEBYTECODE='' python run_bot.py ask --data /tmp/first 'Who is Selden?' \
    && python -m compileall -q /app \
    && chmod -R a+rX /app \
    && rm -r /tmp/*
USER 10001:10001
VOLUME /data
STOPSIGNAL SIGTERM
# The first start builds the vector store, which takes about half a minute for the shipped library.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9464/health', timeout=4)"]
ENTRYPOINT ["python", "run_bot.py"]
