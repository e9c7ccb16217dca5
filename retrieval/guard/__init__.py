"""The guard: which sentences of a chat model may be shown to an audience."""
