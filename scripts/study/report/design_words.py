"""What a study varies, and how it combines it, in words."""

from study.design.cell import Design
from study.design.factors import axes, full_size, listed_changes, offered_changes, together
from study.design.study import Study
from study.report.budget_words import epochs_words, equal_updates
from study.report.tables import factor_title
from study.report.wording import counted, lower_first
from study.settings.choices import ordered_levels, parameter_title
from study.settings.level_titles import level_title
from study.training.spelling import read_spelling


def factor_words(study: Study) -> list[str]:
    """Each factor with its levels: `loss (BCE, CE)`, and `batch size with learning rate (16 with
    0.0005, 32 with 0.001)`."""
    found = []
    for factor, levels in study.factors.items():
        group = together(study.design, factor)
        if group[0] != factor:
            continue
        in_step = dict(zip(levels, zip(*(study.factors[name] for name in group))))
        titles = [
            " with ".join(level_title(*pair) for pair in zip(group, in_step[level]))
            for level in ordered_levels(levels)
        ]
        found.append(f"{lower_first(factor_title(factor, group[1:]))} ({', '.join(titles)})")
    return found


def design_words(study: Study) -> str:
    """How the factors' levels are combined: ` in all combinations`, ` one at a time, …`."""
    cells, size = len(study.grid_cells), full_size(study.design)
    if study.design.kind == "one_at_a_time":
        return ", one at a time with the others at the baseline"
    if listed_changes(study.design) is not None:
        return f", in {counted(cells, 'combination')} that the study lists"
    if study.design.kind != "full":
        return f", in {cells:,} of the {size:,} combinations, drawn at random"
    if cells < size:
        return f" in {cells:,} of the {size:,} combinations"
    return " in all combinations" if len(factor_words(study)) > 1 else ""


def design_facts(study: Study) -> list[tuple[str, str]]:
    """What is unusual about the design, each a name and a text; nothing for a full one."""
    design = study.design
    facts = [("Design", text)] if (text := _kind_words(design)) else []
    for group in design.together:
        titles = " and ".join(lower_first(parameter_title(name)) for name in group)
        facts.append(("Moved together", f"{titles}, level by level"))
    for text in conditional_words(study):
        facts.append(("Conditional", f"{text}; elsewhere its levels count as one cell"))
    for rule in design.exclude:
        words = " and ".join(
            f"{lower_first(parameter_title(name))}"
            f" {' or '.join(level_title(name, level) for level in levels)}"
            for name, levels in rule.items()
        )
        facts.append(("Left out", f"cells with {words}"))
    return facts


def _kind_words(design: Design) -> str:
    """Which cells a design has, in a phrase; nothing for a full one."""
    if design.kind == "one_at_a_time":
        return "one factor at a time, the others at the baseline"
    if listed_changes(design) is not None:
        return "the cells that the study lists"
    if isinstance(design.kind, str):
        return ""
    return (
        f"{design.kind['random']:,} of the {full_size(design):,} combinations of levels, drawn at"
        f" random (seed {design.kind['seed']})"
    )


def conditional_words(study: Study) -> list[str]:
    """The factors that do not apply to all cells: `hidden units applies only to network cnn`."""
    found, conditions = [], study.design.trainer.conditions
    for factor in study.factors:
        for chooser, names in conditions.get(factor, {}).items():
            chosen = {study.cells[name].parameters[chooser] for name in study.grid_cells}
            having = [level for level in sorted(chosen) if read_spelling(level).name in names]
            if having and len(having) < len(chosen):
                titles = " and ".join(level_title(chooser, level) for level in having)
                found.append(
                    f"{lower_first(parameter_title(factor))} applies only to"
                    f" {lower_first(parameter_title(chooser))} {titles}"
                )
    return found


def plan_lines(study: Study) -> list[str]:
    """What the design costs: its cells and those of the full product, and which it leaves out."""
    design, kind, cells = study.design, study.design.kind, study.grid_cells
    lengths = [len(axis) for axis in axes(design)]
    product = counted(full_size(design), "combination")
    if len(lengths) > 1:
        product = f"{' × '.join(map(str, lengths))} = {product}"
    beyond = len(study.cells.keys() - set(cells))
    more = [f"  beyond it, for tables and figures: {counted(beyond, 'cell')}"] if beyond else []
    more += [f"budget: steps, {epochs_words(study.cells)}"] if equal_updates(design) else []
    if isinstance(kind, dict) and "random" in kind:
        without = ", without those that are excluded" if design.exclude else ""
        drawn = f"{counted(len(cells), 'cell')} of {product}{without}, drawn with seed"
        return [f"design: random, {drawn} {kind['seed']}", *more]
    offered = len(list(offered_changes(design)))
    names = {"full": f"full, {product}", "one_at_a_time": f"one at a time, of {product}"}
    name = names[kind] if isinstance(kind, str) else "a list"
    excluded, alike = offered - len(cells), len(cells) - len(set(cells))
    lines = [f"design: {name}: {counted(len(set(cells)), 'cell')}"]
    if excluded:
        lines.append(f"  left out by exclude: {counted(excluded, 'cell')}")
    if alike:
        why = "; ".join(conditional_words(study))
        lines.append(f"  duplicates of other cells: {alike:,}, because {why}")
    return lines + more
