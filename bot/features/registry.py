"""All features. A new one is a line here."""

from bot.features.ask import cog as ask
from bot.features.audit import cog as audit
from bot.features.books import cog as books
from bot.features.ceilings import cog as ceilings
from bot.features.history import views as history
from bot.features.my_data import cog as my_data
from bot.features.notes import cog as notes
from bot.features.order import cog as order
from bot.features.progress import cog as progress
from bot.features.prompts import cog as prompts
from bot.features.reviews import cog as reviews
from bot.features.schedules import cog as schedules
from bot.features.setup import cog as setup
from bot.features.shelf import cog as shelf
from bot.features.stats import cog as stats
from bot.features.votes import cog as votes
from bot.features.watch import cog as watch
from bot.features.welcome import cog as welcome

FEATURES = (
    ask.FEATURE,
    order.FEATURE,
    books.FEATURE,
    shelf.FEATURE,
    progress.FEATURE,
    ceilings.FEATURE,
    reviews.FEATURE,
    notes.FEATURE,
    my_data.FEATURE,
    votes.FEATURE,
    schedules.FEATURE,
    history.FEATURE,
    prompts.FEATURE,
    watch.FEATURE,
    audit.FEATURE,
    setup.FEATURE,
    stats.FEATURE,
    welcome.FEATURE,
)
