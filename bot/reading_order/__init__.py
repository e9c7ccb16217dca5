"""Advice on the order in which to read the books of a series or library."""

from bot.reading_order.advice import Advice, MovableBook, Need, OrderKind, OrderStep, ReadingOrder, ReadingState, Scope
from bot.reading_order.plan import reading_orders

__all__ = [
    "Advice",
    "MovableBook",
    "Need",
    "OrderKind",
    "OrderStep",
    "ReadingOrder",
    "ReadingState",
    "Scope",
    "reading_orders",
]
