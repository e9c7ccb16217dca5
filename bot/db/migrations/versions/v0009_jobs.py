"""One table of jobs for votes, prompts, schedules and watched places, with what each had begun or planned."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
HELD = {
    "vote": dt.timedelta(minutes=3),
    "prompt": dt.timedelta(minutes=2),
    "watch": dt.timedelta(minutes=1),
}
"""How long claims lasted before this version, by feature."""

OLD_TABLES = ("schedule_steps", "claims", "revisions", "review_changes")
"""The first is moved into the new one; what processes told one another is not needed any more."""

OLD_INDEXES = (
    ("votes", "state_closes_club"),
    ("discussion_prompts", "state_due_club"),
    ("discussion_prompts", "claimed_club"),
    ("findings", "told_at_club"),
    ("schedules", "due_club"),
)
OLD_COLUMNS = (("votes", "claimed"), ("discussion_prompts", "claimed"), ("findings", "claimed"), ("schedules", "due"))


def upgrade() -> None:
    """Make the table, move what is planned, begun or done into it, and drop where that was kept before."""
    jobs = op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("feature", WORDS, nullable=False),
        sa.Column("club", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("step", WORDS, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("since", MOMENT, nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("result", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("feature", "subject", "step", name="uq_jobs_feature_subject_step"),
    )
    op.create_index("ix_jobs_due_club", "jobs", ["due", "club"])
    for found in (_votes(), _prompts(), _findings(), _schedules(), _steps()):
        if rows := [{"since": None, "done": False, "result": 0} | row for row in found]:
            op.bulk_insert(jobs, rows)
    for table, columns in OLD_INDEXES:
        op.drop_index(f"ix_{table}_{columns}", table_name=table)
    for table, column in OLD_COLUMNS:
        op.drop_column(table, column)
    for name in OLD_TABLES:
        op.drop_table(name)


def _votes() -> Iterator[dict[str, Any]]:
    """Yield a job for each vote that is not closed; a claimed one was opened or counted since it was claimed."""
    columns = ("id", "club", "state", "opened", "closes", "claimed", "counted")
    for row in _rows("votes", columns, "state <> 'closed'"):
        job = {"feature": "vote", "club": row["club"], "subject": row["id"]}
        if row["state"] == "open":
            yield job | {"step": "close", "due": row["closes"]}
        elif row["state"] == "opening":
            yield job | {"step": "open", "due": row["claimed"] + HELD["vote"], "since": row["opened"]}
        else:
            since = row["counted"] or row["claimed"]
            yield job | {"step": "close", "due": row["claimed"] + HELD["vote"], "since": since}


def _prompts() -> Iterator[dict[str, Any]]:
    """Yield a job for each prompt that is planned, or was being posted."""
    for row in _rows("discussion_prompts", ("id", "club", "due", "claimed"), "state = 'approved' AND due IS NOT NULL"):
        due = row["claimed"] + HELD["prompt"] if row["claimed"] else row["due"]
        job = {"feature": "prompt", "club": row["club"], "subject": row["id"], "step": "post"}
        yield job | {"due": due, "since": row["claimed"]}


def _findings() -> Iterator[dict[str, Any]]:
    """Yield a job for each author who was not told yet."""
    untold = "outcome = 'waiting' AND NOT told"
    for row in _rows("findings", ("id", "club", "at", "claimed"), untold):
        job = {"feature": "watch", "club": row["club"], "subject": row["id"], "step": "tell"}
        yield job | {"due": (row["claimed"] or row["at"]) + HELD["watch"], "since": row["at"]}


def _schedules() -> Iterator[dict[str, Any]]:
    """Yield a job for each schedule, for when it is to be looked after next."""
    for row in _rows("schedules", ("id", "club", "due")):
        yield {
            "feature": "schedule", "club": row["club"], "subject": row["id"], "step": "look", "due": row["due"],
        }  # fmt: skip


def _steps() -> Iterator[dict[str, Any]]:
    """Yield a job for each step that was done, or begun."""
    clubs = {row["id"]: row["club"] for row in _rows("schedules", ("id", "club"))}
    for row in _rows("schedule_steps", ("id", "schedule", "since", "until", "done", "result")):
        yield {
            "feature": "schedule", "club": clubs[row["schedule"]], "subject": row["schedule"], "step": row["id"],
            "due": None if row["done"] else row["until"], "since": row["since"],
            "done": row["done"], "result": row["result"],
        }  # fmt: skip


MOMENTS = ("opened", "closes", "claimed", "counted", "due", "at", "since", "until")


def _rows(table: str, columns: tuple[str, ...], which: str = "") -> list[dict[str, Any]]:
    """Return rows of a table. SQLite keeps no zones: its times are in UTC."""
    columns_of = [_column(name) for name in columns]
    query = sa.select(*columns_of).select_from(sa.table(table))
    if which:
        query = query.where(sa.text(which))
    return [
        {name: value.replace(tzinfo=value.tzinfo or dt.UTC) if isinstance(value, dt.datetime) else value
         for name, value in row.items()}
        for row in op.get_bind().execute(query).mappings()
    ]  # fmt: skip


def _column(name: str) -> sa.ColumnClause[Any]:
    kind: Any = MOMENT if name in MOMENTS else sa.Boolean() if name == "done" else None
    return sa.column(name) if kind is None else sa.column(name, kind)
