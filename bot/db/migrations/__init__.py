"""The versions of the database, for Alembic: each step from one to the next, and no way down.

A step stays as it was released: it imports `columns.py`, which stays too, and not the tables, which change. After a
change of a table, `python -m bot.db.migrations "what changes"` drafts the next step; the highest number is the latest.
"""
