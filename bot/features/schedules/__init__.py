"""Reading schedules."""
