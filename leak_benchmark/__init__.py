"""The leak benchmark: whether a bot that talks about books tells readers more than they have read."""
