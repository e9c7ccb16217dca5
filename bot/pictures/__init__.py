"""Pictures that the bot draws: figures, all with a text that says the same."""
