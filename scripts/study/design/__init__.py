"""From a configuration to what is trained: cells, runs, sides that are tuned, other splits."""
