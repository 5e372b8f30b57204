"""The words that a page explains where a section first has them, on hover and on tap."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word with its explanation."""

    pattern: str  # a regular expression of what it looks like, whatever its case
    text: str


# Where two begin at the same place, the first is taken.
TERMS = {
    "cell": Term(r"cells?", "A cell is one value for every training parameter."),
    "baseline": Term(
        r"baseline", "The cell that all comparisons start from: they change one choice of it."
    ),
    "factor": Term(r"factors?", "A training choice that the study varies, such as the batch size."),
    "level": Term(r"levels?", "One of the values of a factor."),
    "seed": Term(
        r"seeds?",
        "A seed decides all that a training draws at random. Cells are compared seed by seed; the"
        " spread over seeds says how far one training may be from another.",
    ),
    "deviation": Term(
        r"standard deviations?",
        "How far single seeds are from their mean: about two thirds of them are no farther.",
    ),
    "round": Term(
        r"rounds?(?= \d)|(?:first|last|each) round|rounds",
        "So many epochs. Each round goes on from the weights that the one before left.",
    ),
    "epoch": Term(r"epochs?", "One pass over all training samples."),
    "other_splits": Term(
        r"other splits",
        "The same training and validation samples, divided otherwise; each such split is trained"
        " with a seed of its own.",
    ),
    "fixed": Term(
        r"fixed (?:values|settings)",
        "Both sides of a comparison have the baseline’s values in all that they do not differ in,"
        " whether or not these suit both equally.",
    ),
    "tuned": Term(
        r"tuned",
        "Each side has the values, such as the learning rate, that worked best for it among those"
        " tried, with as many trials as the other side.",
    ),
    "validation": Term(
        r"validation",
        "The samples that each epoch is measured on after it. A value is the mean over a round’s"
        " epochs after the warm-up.",
    ),
    "test": Term(
        r"test(?= (?:split|accuracy|loss|samples|roc|patients))|(?<=on )test|(?<=○ )test",
        "The samples that are scored after the last epoch alone. Nothing is chosen by them.",
    ),
    "split": Term(r"splits?", "A part of the samples: for training, for validation or for test."),
    "interval": Term(
        r"intervals?",
        "A range that, in 95 of 100 such studies, holds what it is about. Those that are drawn"
        " together are so wide that this is true of all of them at once. How far other samples"
        " could move a difference is not in them.",
    ),
    "claim": Term(
        r"claims?", "A sentence that the study judges, with the comparison that decides it."
    ),
    "verdict": Term(
        r"verdicts?",
        "What the interval of a claim’s difference says of it: supported, contradicted, or not"
        " decided.",
    ),
    "margin": Term(r"margins?", "The size from which on a difference is said to matter."),
    "holm": Term(
        r"Holm",
        "A correction for several tests: the chance that any of their findings is false stays at"
        " 5%.",
    ),
    "skewed": Term(
        r"skewed",
        "A few seeds differ far more than the rest, all in one direction. Student’s t-interval is"
        " then too narrow.",
    ),
    "logistic": Term(
        r"logistic regression",
        "A model without hidden layers, fitted once: what a network has to beat.",
    ),
    "one_sample": Term(
        r"one (?:sample|image)",
        "What the accuracy changes by if one more sample of the split is right.",
    ),
    "roc": Term(
        r"ROC AUC|AUC|ROC curves?",
        "The ROC curve has the share of positives that are found at each share of false alarms. The"
        " area under it, AUC, is how often a positive sample gets a higher score than a negative"
        " one: 0.5 by chance, 1 at best.",
    ),
    "brier": Term(
        r"Brier score",
        "The mean squared distance of the predicted probabilities from what is true: 0 at best.",
    ),
    "calibration": Term(
        r"(?:expected )?calibration error|ECE|calibration",
        "Whether of the samples with a predicted probability of 70% about 70% are positive. The"
        " calibration error is the mean distance from that.",
    ),
    "balanced": Term(
        r"balanced accuracy", "The mean, over the classes, of the share of each that is right."
    ),
    "sensitivity": Term(
        r"sensitivity", "Of the positive samples, the share that is called positive."
    ),
    "specificity": Term(
        r"specificity", "Of the negative samples, the share that is called negative."
    ),
    "noise": Term(
        r"noise",
        "What differs between trainings though nothing was chosen otherwise: by the seed, the"
        " split, or the samples that happen to be in it.",
    ),
    "power": Term(
        r"power(?! of)", "How probably a study finds a difference that is there, of a given size."
    ),
    "interaction": Term(
        r"interactions?", "That the effect of one factor depends on the level of another."
    ),
}
WORDS = re.compile(
    "|".join(rf"(?P<{name}>\b(?:{term.pattern})\b)" for name, term in TERMS.items()),
    re.IGNORECASE,
)
PIECES = re.compile(r"(<(?P<whole>script|style)\b.*?</(?P=whole)>|<!--.*?-->|<[^>]*>)", re.DOTALL)
# elements in which nothing is explained: links, headings, and what is no running text
SKIPPED = {"a", "button", "code", "h1", "h2", "h3", "h4", "q", "select", "summary", "svg", "thead"}


def explained(html: str) -> tuple[str, set[str]]:
    """A section whose terms, each where it first stands, are buttons that open their explanation.

    Returns:
        The section, and the names of the terms that it has.
    """
    found: set[str] = set()
    inside = 0  # how many of SKIPPED are open

    def mark(word: re.Match[str]) -> str:
        name = word.lastgroup or ""
        if name in found:
            return word[0]
        found.add(name)
        return f'<button type="button" class="term" popovertarget="term-{name}">{word[0]}</button>'

    parts, at = [], 0
    for piece in PIECES.finditer(html):
        text = html[at : piece.start()]
        parts += [text if inside else WORDS.sub(mark, text), piece[0]]
        at = piece.end()
        if tag := re.match(r"<(/?)(\w+)", piece[0]):
            inside += (tag[2] in SKIPPED) * (-1 if tag[1] else 1)
    return "".join([*parts, html[at:] if inside else WORDS.sub(mark, html[at:])]), found
