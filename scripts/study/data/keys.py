"""Keys that the entries of several kinds share, as references into the configuration's schema."""


def shared(*names: str) -> dict[str, dict]:
    """Keys that are described under `$defs` of the schema by their own name."""
    return {name: {"$ref": f"#/$defs/{name}"} for name in names}


def described_as(name: str) -> dict:
    """A key that is described under `$defs` by another name."""
    return {"$ref": f"#/$defs/{name}"}


# What every kind takes whose splits may be drawn.
DRAWN_SPLITS = shared("val_share", "test_share", "split_seed")
