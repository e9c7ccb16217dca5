"""Reading schedules: from plain words to sections with dates, what changes, what is due. Plain rules, no Discord."""
