"""One table of jobs for votes, prompts, schedules and watched places, with what each had begun or planned."""

import sqlalchemy as sa
from alembic import op

from bot.db.migrations.columns import BIG, FLAG, MOMENT, NUMBER, WORDS, of

revision = "0009"
down_revision = "0008"

MOVED = """
    INSERT INTO jobs (feature, club, subject, step, due, since, done, result)
    SELECT 'vote', club, id, 'close', closes, NULL, false, 0 FROM votes WHERE state = 'open'
    UNION ALL
    SELECT 'vote', club, id, 'open', {claimed+3}, opened, false, 0 FROM votes WHERE state = 'opening'
    UNION ALL
    SELECT 'vote', club, id, 'close', {claimed+3}, coalesce(counted, claimed), false, 0 FROM votes
        WHERE state NOT IN ('open', 'opening', 'closed')
    UNION ALL
    SELECT 'prompt', club, id, 'post', coalesce({claimed+2}, due), claimed, false, 0 FROM discussion_prompts
        WHERE state = 'approved' AND due IS NOT NULL
    UNION ALL
    SELECT 'watch', club, id, 'tell', coalesce({claimed+1}, {at+1}), at, false, 0 FROM findings
        WHERE outcome = 'waiting' AND NOT told
    UNION ALL
    SELECT 'schedule', club, id, 'look', due, NULL, false, 0 FROM schedules
    UNION ALL
    SELECT 'schedule', club, schedule, step.id, CASE WHEN done THEN NULL ELSE until END, since, done, result
        FROM schedule_steps AS step JOIN schedules ON schedules.id = schedule
"""
"""What is a job from now on. A claim lasted until so many minutes after its moment."""

LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', {}, '+{} minutes')",  # as SQLAlchemy writes a moment
    "postgresql": "{} + interval '{} minutes'",
}

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
    op.create_table(
        "jobs", *of(NUMBER, "id"), *of(WORDS, "feature"), *of(BIG, "club", "subject"), *of(WORDS, "step"),
        *of(MOMENT, "due", "since", nullable=True), *of(FLAG, "done"), *of(BIG, "result"),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("feature", "subject", "step"), sa.Index(None, "due", "club"),
    )  # fmt: skip
    later = LATER[op.get_bind().dialect.name]
    moments = {f"{name}+{count}": later.format(name, count) for name in ("claimed", "at") for count in (1, 2, 3)}
    op.execute(MOVED.format(**moments))
    for table, columns in OLD_INDEXES:
        op.drop_index(f"ix_{table}_{columns}", table_name=table)
    for table, column in OLD_COLUMNS:
        op.drop_column(table, column)
    for name in OLD_TABLES:
        op.drop_table(name)
