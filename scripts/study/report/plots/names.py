"""What the levels of a factor, and their cells, are called."""

from study.choices import level_title, parameter_title
from study.report.tables import at_words, factor_title


def group_name(group: dict) -> str:
    """The factor with what moves along, and where: `Batch size with learning rate, at loss CE`.

    Args:
        group: as `study.analysis.levels.factor_levels` returns them.
    """
    if group["factor"] is None:
        return "Baseline"
    return factor_title(group["factor"], group.get("along", ())) + at_words(group.get("at", {}))


def level_names(groups: list[dict]) -> dict[tuple[str, int], str]:
    """(cell, round) -> `Baseline`, or its level: `Batch size 16`.

    Args:
        groups: as `study.analysis.levels.factor_levels` returns them.
    """
    names = {}
    for group in groups:
        factor, where = group["factor"], at_words(group.get("at", {}))
        for level, cell in zip(group["levels"] or [None], group["cells"]):
            key = (cell, group["round"])
            if level is None or (key in names and not where):
                names[key] = "Baseline"  # of what varies one factor, only this is in two groups
            else:
                level_name = f"{parameter_title(factor)} {level_title(factor, level)}"
                names.setdefault(key, f"{level_name}{where}")
    return names
