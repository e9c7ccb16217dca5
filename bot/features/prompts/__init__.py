"""Discussion prompts."""
