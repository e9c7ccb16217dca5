"""In which order to read: recommended, publication and story time, for one reader or one place.

Titles, years and which book asks for which are for everyone; a reason is shown only to who has read far enough.
"""

from bot.reading_order.advice import Advice, Choice, Need, OrderKind, ReadingOrder, Scope, State, Step
from bot.reading_order.plan import reading_orders

__all__ = ["Advice", "Choice", "Need", "OrderKind", "ReadingOrder", "Scope", "State", "Step", "reading_orders"]
