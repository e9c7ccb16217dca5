"""The bot without Discord: a small club in a simulated one, shown in a local web page."""
