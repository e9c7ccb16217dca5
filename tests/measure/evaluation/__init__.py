"""What Dogear answers, what it gives away and what it refuses, measured; `make evaluate` prints it."""
