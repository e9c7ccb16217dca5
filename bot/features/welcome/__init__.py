"""A greeting where the bot arrives, and `/help`: what can be done here, by who asks."""
