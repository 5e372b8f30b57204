"""A study's own training program, in place of the built-in trainer."""
