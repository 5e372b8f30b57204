"""What the cells of factors' levels are called."""

from study.choices import level_title, parameter_title


def level_names(groups: list[dict]) -> dict[tuple[str, int], str]:
    """(cell, round) -> `Baseline`, or its level: `Batch size 16`.

    Args:
        groups: as `study.analysis.levels.factor_levels` returns them.
    """
    names = {}
    for group in groups:
        for level, cell in zip(group["levels"] or [None], group["cells"]):
            key, factor = (cell, group["round"]), group["factor"]
            shared = key in names or level is None  # only the baseline is a level of two factors
            names[key] = (
                "Baseline" if shared else f"{parameter_title(factor)} {level_title(factor, level)}"
            )
    return names
