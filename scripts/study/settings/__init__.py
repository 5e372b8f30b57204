"""The training parameters: which there are, which are chosen by name, and on which device."""
