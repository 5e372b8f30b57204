"""In words: what was compared, on what, what was found, how surely, and what was not."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from study.analysis.disagreements import warned_of
from study.analysis.metrics import SPLIT_TITLES
from study.analysis.pairs import SMALL, is_below_one_sample
from study.analysis.significance import ALPHA, MIN_SEEDS
from study.analysis.tuned_sides import AT_CHOSEN, EACH, FEWEST
from study.analysis.verdicts import (
    CONTRADICTED,
    NO_SIGNAL,
    SUPPORTED,
    TOO_FEW,
    UNDECIDED,
    VERDICTS,
    tested_once,
)
from study.design.judged_claims import judged_claims
from study.design.protocols import FIXED, PROTOCOLS, Protocol
from study.design.study import Study
from study.report.budget_words import round_words
from study.report.claim_words import difference_words
from study.report.design_words import design_words, factor_words
from study.report.inputs import Inputs
from study.report.pictures import DataCard
from study.report.sections.claims import seeds_words
from study.report.sections.fair import MOVES, WHERE, counts_of_changes, lost_and_found
from study.report.tables import factor_title, numbered_titles, seed_range
from study.report.wording import counted, listed, lower_first, p_text, plain, upper_first
from study.settings.level_titles import level_title
from study.store.frames import rows_of
from study.training.spelling import is_own, read_spelling

TITLE = ""
CLEAREST = 3  # for this many claims the difference is stated
EFFECTS_OF = "val_accuracy"
# What the level of a protocol's verdicts is about.
CHANCE = {
    "fixed": "between seeds alone",
    "tuned": "between seeds, including the tuning seeds",
    "splits": "between splits and seeds",
    "tuned_splits": "between splits and seeds",
}

# what is said of claims with a verdict, instead of “is …”: for one, and for several
SAID = {
    NO_SIGNAL: ("shows no signal", "show no signal"),
    TOO_FEW: ("has too few seeds", "have too few seeds"),
}


def context(inputs: Inputs) -> dict[str, Any]:
    """Sentences."""
    claims = counted_once(inputs)
    return {
        "present": f"{inputs.run_count - len(inputs.missing)} of"
        f" {counted(inputs.run_count, 'run')} present",
        "compared": compared(inputs.study, inputs.card),
        "counts": [
            (verdict, int((claims["verdict"] == verdict).sum()))
            for verdict in VERDICTS
            if (claims["verdict"] == verdict).any()
        ],
        "found": [
            *found(
                claims,
                inputs.study.looks,
                inputs.study.primary,
                len(inputs.frames.claims) - len(claims),
            ),
            *at_edges(inputs),
            *fair_found(inputs),
            *effects_found(inputs.frames.effects, inputs.study),
        ],
        "clearest": clearest(inputs),
        "undecided": undecided(inputs),
    }


def compared(study: Study, card: DataCard | None) -> str:
    """What was compared, on what."""
    factors = factor_words(study)
    more = len(study.cells) - len(set(study.grid_cells))
    grid = f": {listed(factors)}{design_words(study)}" if factors else ""
    beyond = f", and {more} beyond that grid" if more else ""
    as_needed = ", as many as it took to decide its claims" if study.looks else ""
    return (
        f"{counted(len(study.cells), 'cell')}, settings of {trained_words(study)} on"
        f" {study.dataset}{sample_words(card)}{grid}{beyond}. Each was trained with"
        f" {seed_range(study.cell_seeds, study.cells)}{as_needed}, for"
        f" {counted(study.rounds, 'round')} of {round_words(study.design)}."
    )


def trained_words(study: Study) -> str:
    """What was trained: `the multilayer perceptron`, `the program train_trees`."""
    if study.design.trainer.name:
        return f"the program {study.design.trainer.name}"
    networks = [*dict.fromkeys(cell.parameters["network"] for cell in study.cells.values())]
    if len(networks) > 1:
        return f"{len(networks)} networks"
    title = level_title("network", networks[0])
    return title if is_own(read_spelling(networks[0]).name) else f"the {title}"


def sample_words(card: DataCard | None) -> str:
    """How many samples there are, where that is known: ` (4,708 training and 524 … samples)`."""
    if card is None:
        return ""
    counts, classes = card.audit["splits"].items(), card.description["classes"]
    sizes = [f"{part['count']:,} {SPLIT_TITLES.get(split, split)}" for split, part in counts]
    several = f" of {len(classes)} classes" if len(classes) > 2 else ""
    return f" ({listed(sizes)} samples{several})"


def counted_once(inputs: Inputs) -> pd.DataFrame:
    """The claims that are counted: the first of those that are one test in other words."""
    claims = inputs.frames.claims
    return claims[claims["claim"].isin(tested_once(inputs.study.claims))]


def found(
    claims: pd.DataFrame, looks: Sequence[int], primary: Protocol = FIXED, same: int = 0
) -> list[str]:
    """How many claims have which verdict, and how often such verdicts are false.

    Args:
        claims: of the protocol whose verdicts count, those that are counted.
        looks: those that the study plans.
        primary: that protocol.
        same: how many more claims are one of these in other words.
    """
    if claims.empty:
        return ["The configuration declares no claims, so nothing has a verdict."]
    counts = {verdict: int((claims["verdict"] == verdict).sum()) for verdict in VERDICTS}
    more = f" ({same} more {'restates' if same == 1 else 'restate'} one of these)" * (same > 0)
    (verdict, count), *others = [(verdict, count) for verdict, count in counts.items() if count]
    said = [f"{count} of {counted(len(claims), 'claim')}{more} {_are(verdict, count)}"]
    said += [f"{count} {_are(verdict, count)}" for verdict, count in others]
    where = f"{upper_first(WHERE[primary.name])}, " if primary != FIXED else ""
    sentences = [f"{where}{listed(said)}."]
    count = int((claims["sides"] == AT_CHOSEN).sum())
    if count and not primary.splits:
        sentences.append(
            f"{count} of these verdicts {'is' if count == 1 else 'are'} {AT_CHOSEN}, not about"
            " tuned sides: more trials might have been chosen than tune.places has room for, or"
            f" there are fewer than {FEWEST} tuning seeds, or more than {EACH} of the study's"
            " seeds for each tuning seed."
        )
    tested = claims[claims["tests"].notna()]
    if len(tested):
        tests, alpha = int(tested["tests"].iloc[0]), 100 * tested["alpha"].max()
        only = tested["sides"].eq(AT_CHOSEN).all() and not primary.splits
        held = "between seeds, with the chosen values held fixed"
        chance = held if only else CHANCE[primary.name]
        how = f"paired t-tests, Holm over {tests} tests" if tests > 1 else "a paired t-test"
        how += f", {len(looks)} planned looks" if looks else ""
        sentences.append(
            f"How sure this is: a study like this gives a false verdict in about {alpha:g} of 100"
            f" repeats, through chance differences {chance} ({how})."
        )
    elif (claims["verdict"] == "too few seeds").any():
        sentences.append(
            f"No verdicts yet: a verdict needs at least {looks[0] if looks else MIN_SEEDS} seeds."
        )
    return sentences


def _are(verdict: str, count: int) -> str:
    """`are supported`, `shows no signal`."""
    one, several = SAID.get(verdict, (f"is {verdict}", f"are {verdict}"))
    return one if count == 1 else several


def at_edges(inputs: Inputs) -> list[str]:
    """How many decided claims have a side that is not tuned, for its value is at an edge."""
    claims, pairs = inputs.frames.claims, inputs.frames.pairs
    decided = claims.loc[claims["verdict"].isin([SUPPORTED, CONTRADICTED]), "claim"]
    edges = pairs.loc[pairs["edge"].notna() & (pairs["edge"] != ""), "claim"]
    count = len({*decided} & {*edges})
    if not count:
        return []
    return [
        f"{counted(count, 'decided claim')} {'has' if count == 1 else 'have'} a side that is not"
        " tuned: its chosen value is at the edge of what was tried."
    ]


def fair_found(inputs: Inputs) -> list[str]:
    """What becomes of the verdicts by the protocols that are checks beside them."""
    verdicts, primary = inputs.frames.verdicts, inputs.study.primary
    claims = verdicts[verdicts["kind"] == "claim"]
    checks = [name for name in PROTOCOLS if name in {*claims["protocol"]} - {primary.name}]
    return [
        " ".join(
            [
                counts_of_changes(verdicts, name, inputs.study.claims, primary.name),
                *(lost_and_found(inputs, name) if {name, primary.name} == MOVES else []),
            ]
        )
        for name in checks
    ]


def effects_found(effects: pd.DataFrame, study: Study) -> list[str]:
    """Which factor, or pair of factors, matters most over the grid."""
    shown = effects[(effects["metric"] == EFFECTS_OF) & effects["p_holm"].notna()]
    if shown.empty:
        return []
    if shown["p_holm"].min() > ALPHA:
        return [
            "Over the whole grid, no factor or pair of factors has a clear effect on"
            f" validation accuracy (adjusted p at least {p_text(shown['p_holm'].min())})."
        ]
    shown = shown[shown["p_holm"] <= ALPHA]
    row = max(rows_of(shown), key=lambda effect: effect["partial_eta_squared"])
    along = study.factorial.along
    names = " × ".join(
        lower_first(factor_title(name, along.get(name, ()))) for name in row["effect"].split(" × ")
    )
    sign = "" if row["p_holm"] < 0.001 else "= "
    return [
        f"Over the whole grid, what moves validation accuracy most consistently is {names}"
        f" (partial η² {plain(row['partial_eta_squared'])}, p {sign}{p_text(row['p_holm'])},"
        " adjusted)."
    ]


def clearest(inputs: Inputs) -> list[dict[str, str]]:
    """The decided claims with the smallest p-values, as differences in words."""
    frames, study = inputs.frames, inputs.study
    decided = frames.claims[frames.claims["verdict"].isin([SUPPORTED, CONTRADICTED])]
    claims = judged_claims(study)
    items: dict[str, dict[str, str]] = {}
    for row in rows_of(decided.sort_values(["p_value", "claim"], kind="stable")):
        claim = claims[row["claim"]]
        pairs = rows_of(frames.pairs[frames.pairs["claim"] == row["claim"]])
        sizes = [abs(pair["d_z"]) for pair in pairs]
        place = sizes.index(max(sizes))
        words = difference_words(claim, claim.compare[place], pairs[place])
        words += f", {SMALL}" if is_below_one_sample(pairs[place]) else ""
        words += f", {AT_CHOSEN}" if row["sides"] == AT_CHOSEN else ""
        items.setdefault(words, {"claim": row["claim"], "words": words, "verdict": row["verdict"]})
    return list(items.values())[:CLEAREST]


def undecided(inputs: Inputs) -> list[str]:
    """What the study leaves open, in sentences."""
    sentences = open_claims(counted_once(inputs))
    warned = warned_of(inputs.frames.disagreements)
    if len(warned):
        titles = numbered_titles("Table", inputs.study.tables)
        places = listed([titles[name] for name in dict.fromkeys(warned["table"])])
        sentences.append(
            f"The validation and the test split disagree: see the notes under {places}. Each"
            " verdict is on the split that its claim names."
        )
    splits = [] if inputs.card is None else list(inputs.card.audit["splits"])
    if splits and "test" not in splits:
        sentences.append("There is no test split: all this is about the validation split.")
    return [*sentences, *limits(inputs.study)]


def open_claims(claims: pd.DataFrame) -> list[str]:
    """How many claims are undecided, what would decide them, and how many could not be judged."""
    left = claims[claims["verdict"].isin(UNDECIDED)]
    untested = claims[~claims["verdict"].isin([SUPPORTED, CONTRADICTED, *UNDECIDED])]
    sentences = []
    if len(left):
        text = f"{counted(len(left), 'claim')} {'is' if len(left) == 1 else 'are'} undecided"
        known = left[(left["verdict"] == NO_SIGNAL) & left["seeds_half"].notna()]
        if len(known):
            numbers = [f"{few} ({many})" for few, many in map(seeds_words, rows_of(known))]
            text += (
                f"; to decide {len(known)} of them with a probability of 50% (80%) would take this"
                f" many seeds in all: {'; '.join(numbers)}"
            )
        sentences.append(f"{text}.")
    if len(untested):
        sentences.append(
            f"{counted(len(untested), 'claim')} could not be judged, for the reasons given below."
        )
    return sentences


def limits(study: Study) -> list[str]:
    """What no number of seeds can show."""
    sentences = []
    rates = {cell.parameters.get("learning_rate", "none") for cell in study.cells.values()}
    tuned = study.tuning is not None and "learning_rate" in study.tuning.space
    if study.design.trainer.is_known and not tuned and len(rates) == 1 and len(study.cells) > 1:
        sentences.append(
            "All cells were trained at one learning rate,"
            f" {level_title('learning_rate', rates.pop())}; it is not known how they compare when"
            " each has the rate that suits it best."
        )
    drawn = (
        "initial weights and the order of the samples"
        if study.design.trainer.is_known
        else "what the program draws"
    )
    sentences.append(
        f"Seeds show how much depends on {drawn}. They cannot show whether a result holds on other"
        f" data{'' if study.splits else ' or on another split of these'}."
    )
    return sentences
