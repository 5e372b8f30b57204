"""Published tables: read as printed, checked for what they cannot be, and set beside ours."""
