"""Discussion prompts: drafted, suggested, looked at by a moderator, and posted. Plain rules, no Discord."""
