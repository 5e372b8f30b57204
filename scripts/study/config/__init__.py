"""Reading and checking a study's configuration."""
