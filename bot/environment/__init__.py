"""Reading the environment: what each kind of setting may look like, and what to write where it does not."""
