"""The first screen: what was compared, on what, what was found, how surely, and what was not."""

import pandas as pd

from study.analysis.averages import diverged_rows
from study.analysis.metrics import SPLIT_TITLES
from study.analysis.paired import ALPHA, MIN_SEEDS
from study.analysis.verdicts import CONTRADICTED, SUPPORTED, UNDECIDED, VERDICTS
from study.choices import level_title
from study.program.command import program_name
from study.protocols import FIXED, TITLES
from study.report.budget_words import round_words
from study.report.claim_words import difference_words
from study.report.design_words import design_words, factor_words
from study.report.sections.claims import seeds_words
from study.report.sections.fair import counts_of_changes, lost_and_found
from study.report.tables import factor_title, numbered_titles, seed_range
from study.report.wording import counted, listed, lower_first, p_text, plain
from study.spelling import is_own, read_spelling

TITLE = ""
CLEAREST = 3  # of so many claims the difference is said
EFFECTS_OF = "val_accuracy"


def context(inputs: dict) -> dict:
    """Sentences, and what the reader must know of missing, outdated and diverged runs."""
    summary = inputs["frames"]["summary"]
    diverged = summary.loc[diverged_rows(summary), ["cell", "seed"]].drop_duplicates()
    claims = inputs["frames"]["claims"]
    return {
        "present": f"{inputs['run_count'] - len(inputs['missing'])} of"
        f" {counted(inputs['run_count'], 'run')} present",
        "run_count": inputs["run_count"],
        "missing": inputs["missing"],
        "outdated": inputs["outdated"],
        "diverged": len(diverged),
        "compared": compared(inputs["study"], inputs["card"]),
        "counts": [
            (verdict, int((claims["verdict"] == verdict).sum()))
            for verdict in VERDICTS
            if (claims["verdict"] == verdict).any()
        ],
        "found": [
            *found(inputs),
            *fair_found(inputs),
            *effects_found(inputs["frames"]["effects"], inputs["study"]),
        ],
        "clearest": clearest(inputs),
        "undecided": undecided(inputs),
    }


def compared(study: dict, card: dict | None) -> str:
    """What was compared, on what."""
    factors = factor_words(study)
    if study["program"]:
        trained = f"of the program {program_name(study['program'])}"
    else:
        networks = [*dict.fromkeys(cell["network"] for cell in study["cells"].values())]
        title = level_title("network", networks[0])
        alone = title if is_own(read_spelling(networks[0]).name) else f"the {title}"
        trained = f"of {alone if len(networks) == 1 else f'{len(networks)} networks'}"
    more = len(study["cells"]) - len(set(study["grid_cells"]))
    grid = f": {listed(factors)}{design_words(study)}" if factors else ""
    beyond = f", and {more} beyond that grid" if more else ""
    samples = ""
    if card:
        counts = card["audit"]["splits"].items()
        sizes = [f"{part['count']:,} {SPLIT_TITLES.get(split, split)}" for split, part in counts]
        classes = card["description"]["classes"]
        several = f" of {len(classes)} classes" if len(classes) > 2 else ""
        samples = f" ({listed(sizes)} samples{several})"
    as_needed = ", as many as it took to decide its claims" if study["looks"] else ""
    return (
        f"{counted(len(study['cells']), 'cell')}, settings {trained} on"
        f" {study['dataset']}{samples}{grid}{beyond}. Each was trained with"
        f" {seed_range(study, study['cells'])}{as_needed}, for"
        f" {counted(study['rounds'], 'round')} of {round_words(study)}."
    )


def found(inputs: dict) -> list[str]:
    """How many claims have which verdict, and how often such verdicts are false."""
    claims, looks = inputs["frames"]["claims"], inputs["study"]["looks"]
    if claims.empty:
        return ["The configuration declares no claims, so nothing has a verdict."]
    counts = {verdict: int((claims["verdict"] == verdict).sum()) for verdict in VERDICTS}
    said = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    sentences = [f"Of {counted(len(claims), 'claim')}, {listed(said)}."]
    tested = claims[claims["tests"].notna()]
    if len(tested):
        tests, alpha = int(tested["tests"].iloc[0]), 100 * tested["alpha"].max()
        how = f"paired t-tests, Holm over {tests} tests" if tests > 1 else "a paired t-test"
        how += f", {len(looks)} planned looks" if looks else ""
        sentences.append(
            f"How surely: a study like this gives a false verdict in about {alpha:g} of 100"
            f" repeats, by chance between seeds alone ({how})."
        )
    elif (claims["verdict"] == "too few seeds").any():
        sentences.append(
            f"How surely: not at all yet, because a verdict takes at least"
            f" {looks[0] if looks else MIN_SEEDS} seeds."
        )
    return sentences


def fair_found(inputs: dict) -> list[str]:
    """What becomes of the verdicts where sides are tuned, and on other splits."""
    verdicts = inputs["frames"]["verdicts"]
    claims = verdicts[verdicts["kind"] == "claim"]
    protocols = [name for name in TITLES if name in {*claims["protocol"]} - {FIXED}]
    return [
        " ".join(
            [
                counts_of_changes(verdicts, name),
                *(lost_and_found(inputs, name) if name == "tuned" else []),
            ]
        )
        for name in protocols
    ]


def effects_found(effects: pd.DataFrame, study: dict) -> list[str]:
    """Which factor, or pair of factors, matters most over the grid."""
    shown = effects[(effects["metric"] == EFFECTS_OF) & effects["p_holm"].notna()]
    if shown.empty:
        return []
    if shown["p_holm"].min() > ALPHA:
        return [
            "Over the whole grid, neither a factor nor a pair of factors has a clear effect on"
            f" validation accuracy (adjusted p at least {p_text(shown['p_holm'].min())})."
        ]
    shown = shown[shown["p_holm"] <= ALPHA]
    row = shown.loc[shown["partial_eta_squared"].idxmax()]
    along = study["factorial"]["along"]
    names = " × ".join(
        lower_first(factor_title(name, along.get(name, ()))) for name in row["effect"].split(" × ")
    )
    sign = "" if row["p_holm"] < 0.001 else "= "
    return [
        f"Over the whole grid, what moves validation accuracy most consistently is {names}"
        f" (partial η² {plain(row['partial_eta_squared'])}, p {sign}{p_text(row['p_holm'])},"
        " adjusted)."
    ]


def clearest(inputs: dict) -> list[dict]:
    """The decided claims with the smallest p-values, as differences in words."""
    frames, study = inputs["frames"], inputs["study"]
    decided = frames["claims"][frames["claims"]["verdict"].isin([SUPPORTED, CONTRADICTED])]
    items = {}
    for row in decided.sort_values(["p_value", "claim"], kind="stable").to_dict("records"):
        claim = study["claims"][row["claim"]]
        pairs = frames["pairs"][frames["pairs"]["claim"] == row["claim"]].to_dict("records")
        place = max(range(len(pairs)), key=lambda number, of=pairs: abs(of[number]["d_z"]))
        words = difference_words(claim, claim["compare"][place], pairs[place])
        items.setdefault(words, {"claim": row["claim"], "words": words, "verdict": row["verdict"]})
    return list(items.values())[:CLEAREST]


def undecided(inputs: dict) -> list[str]:
    """What the study leaves open, in sentences."""
    study, claims = inputs["study"], inputs["frames"]["claims"]
    open_claims = claims[claims["verdict"] == UNDECIDED]
    untested = claims[~claims["verdict"].isin([SUPPORTED, CONTRADICTED, UNDECIDED])]
    sentences = []
    if len(open_claims):
        one = len(open_claims) == 1
        text = f"{counted(len(open_claims), 'claim')} {'is' if one else 'are'} undecided"
        known = open_claims[open_claims["seeds_to"].notna()]
        if len(known):
            numbers = [seeds_words(row) for row in known.to_dict("records")]
            text += (
                f"; so many seeds would probably decide {len(known)} of them: {'; '.join(numbers)}"
            )
        sentences.append(f"{text}.")
    if len(untested):
        sentences.append(
            f"{counted(len(untested), 'claim')} could not be judged, for the reasons given below."
        )
    warned = inputs["frames"]["splits"]
    if len(warned):
        titles = numbered_titles("Table", study["tables"])
        places = listed([titles[name] for name in dict.fromkeys(warned["table"])])
        sentences.append(
            f"The validation and the test split disagree: see the notes under {places}. Each"
            " verdict is on the split that its claim names."
        )
    splits = [] if inputs["card"] is None else list(inputs["card"]["audit"]["splits"])
    if splits and "test" not in splits:
        sentences.append("There is no test split: all this is about the validation split.")
    rates = {cell.get("learning_rate") for cell in study["cells"].values()}
    tuned = "learning_rate" in (study["tune"] or {"space": {}})["space"]
    if not study["program"] and not tuned and len(rates) == 1 and len(study["cells"]) > 1:
        sentences.append(
            f"All cells were trained at one learning rate, {rates.pop():g}; how they compare where"
            " each has the rate that suits it best is open."
        )
    drawn = (
        "what the program draws"
        if study["program"]
        else "initial weights and the order of the samples"
    )
    sentences.append(
        f"Seeds say how much depends on {drawn}. Whether it holds on other data"
        f"{'' if study['resample'] else ', or on another split of these,'} they cannot say."
    )
    return sentences
