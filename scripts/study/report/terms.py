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
    "cell": Term(r"cells?", "A cell is one setting: a value for every training parameter."),
    "baseline": Term(
        r"baseline",
        "The cell that every comparison starts from; the other side changes one choice in it.",
    ),
    "factor": Term(r"factors?", "A training choice that the study varies, such as the batch size."),
    "level": Term(r"levels?", "One of the values of a factor."),
    "seed": Term(
        r"seeds?",
        "A seed decides everything that training draws at random. Cells are compared seed by seed;"
        " the spread over seeds shows how far one seed’s result may be from another’s.",
    ),
    "deviation": Term(
        r"standard deviations?",
        "How far single seeds typically lie from their mean: about two thirds of them lie within"
        " one standard deviation of it.",
    ),
    "round": Term(
        r"rounds?(?= \d)|(?:first|last|each) round|rounds",
        "A stretch of epochs. Each round starts from the weights that the previous one left.",
    ),
    "epoch": Term(r"epochs?", "One pass over all training samples."),
    "other_splits": Term(
        r"other splits",
        "The same training and validation samples, divided differently; training on each such"
        " split uses its own seed.",
    ),
    "fixed": Term(
        r"fixed (?:values|settings)",
        "Both sides of a comparison have the baseline’s values wherever they do not differ, whether"
        " or not these values suit both equally well.",
    ),
    "tuned": Term(
        r"tuned",
        "Each side has the values, such as the learning rate, that worked best for it among those"
        " tried, with as many trials as the other side.",
    ),
    "validation": Term(
        r"validation",
        "The samples on which results are measured after each epoch. A value is the mean over a"
        " round’s epochs after the warm-up.",
    ),
    "test": Term(
        r"test(?= (?:split|accuracy|loss|samples|roc|patients))|(?<=on )test|(?<=○ )test",
        "The samples that are scored only after the last epoch. They are not used to choose"
        " anything.",
    ),
    "split": Term(r"splits?", "A part of the samples: for training, validation or testing."),
    "interval": Term(
        r"intervals?",
        "A range that contains the true value in 95 of 100 such studies. Intervals drawn together"
        " are wide enough for this to be true of all of them at once. They do not cover how far"
        " other samples could move a difference.",
    ),
    "claim": Term(
        r"claims?", "A sentence that the study judges, with the comparison that decides it."
    ),
    "verdict": Term(
        r"verdicts?",
        "What the interval of a claim’s difference says about it: supported, contradicted or"
        " undecided.",
    ),
    "margin": Term(r"margins?", "The size at or above which a difference matters."),
    "holm": Term(
        r"Holm",
        "A correction for several tests: it keeps at 5% the chance that any of their findings is"
        " false.",
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
        "How much the accuracy changes if one more sample of the split is classified correctly.",
    ),
    "roc": Term(
        r"ROC AUC|AUC|ROC curves?",
        "The ROC curve shows the share of positives found at each share of false alarms. The area"
        " under it, AUC, is how often a positive sample gets a higher score than a negative"
        " one: 0.5 by chance, 1 at best.",
    ),
    "brier": Term(
        r"Brier score",
        "The mean squared distance of the predicted probabilities from the truth: 0 at best.",
    ),
    "calibration": Term(
        r"(?:expected )?calibration error|ECE|calibration",
        "Whether about 70% of the samples with a predicted probability of 70% are positive. The"
        " calibration error is the mean gap between the two percentages.",
    ),
    "balanced": Term(
        r"balanced accuracy", "The share of each class that is classified correctly, averaged."
    ),
    "sensitivity": Term(
        r"sensitivity", "The share of the positive samples that is predicted positive."
    ),
    "specificity": Term(
        r"specificity", "The share of the negative samples that is predicted negative."
    ),
    "noise": Term(
        r"noise",
        "What makes results differ although the same choices were made: the seed, the split, or"
        " the samples that happen to be in it.",
    ),
    "power": Term(
        r"power(?! of)", "The probability that a study finds a difference of a given size."
    ),
    "interaction": Term(
        r"interactions?",
        "In an interaction, the effect of one factor depends on the level of another.",
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
