"""A fleet of clubs: what one process of the bot takes for thousands of them."""
