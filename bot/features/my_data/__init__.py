"""What the bot keeps of a member."""
