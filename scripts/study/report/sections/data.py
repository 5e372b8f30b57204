"""The data: splits, what a network must beat on them, the audit, and where they are from."""

from typing import Any

from study.analysis.metrics import SPLIT_TITLES
from study.report.data_table import DataTable
from study.report.figures.contact_sheet import ROWS
from study.report.inputs import Inputs
from study.report.pictures import DataCard
from study.report.wording import upper_first

TITLE = ""
FLOORS = (
    "The last two columns are what a network has to beat: the best constant answer, which is always"
    " the split's {largest} class, and a logistic regression on thumbnails of at most 32 × 32."
)


def context(inputs: Inputs) -> dict[str, Any]:
    """The data card, or that it is not here."""
    card = inputs.card
    if card is None:
        return {"card": None}
    data, audit = card.description, card.audit
    pixels = audit["pixels"]
    values = f"from {pixels['minimum']:.4g} to {pixels['maximum']:.4g}".replace("-", "−")
    values += f"; {100 * pixels['constant_share']:.1f}% of the positions constant"
    if pixels["saturated_share"] is not None:
        values += f", {100 * pixels['saturated_share']:.1f}% of the values saturated"
    scaled = "standardized on the training split"
    if data["normalize"] == "unit":
        low, span = data["subtract"][0], data["divide_by"][0]
        less = f"{low:g} subtracted, then " if low else ""
        scaled = f"{less}divided by {span:g}".replace("-", "−")
    return {
        "card": {
            "splits": DataTable(
                FLOORS.format(largest="larger" if len(data["classes"]) == 2 else "largest"),
                *split_table(card),
                title="Splits",
            ),
            "classes": class_table(card),
            "decided": [
                text
                if {".", "/"} & {*text.split()[0]}
                else upper_first(text)  # a file's name stays
                for text in data.get("decided", [])
            ],
            "findings": [
                finding | {"check": upper_first(finding["check"])} for finding in audit["findings"]
            ],
            "sheet": card.sheet,
            "shown_classes": ROWS if len(data["classes"]) > ROWS else None,
            "facts": [
                ("Kind", data["kind"]),
                ("Sample", f"{' × '.join(map(str, data['shape']))} values, {data['dtype']}"),
                ("Training values", values),
                ("Scaling", scaled),
                ("SHA-256", data["sha256"]),
            ],
        }
    }


def split_table(card: DataCard) -> tuple[list[str], list[list[str]]]:
    """The splits' sizes and balance, and what a network must beat on them, as headings and rows."""
    classes = card.description["classes"]
    headings = ["Split", "Samples"]
    headings += [*classes, f"{classes[1]} (%)"] if len(classes) == 2 else []
    headings += ["Best constant answer (%)", "Logistic regression (%)"]
    rows = []
    for split, counts in card.audit["splits"].items():
        floors = card.audit["floors"].get(split, {})
        balance = []
        if len(classes) == 2:
            balance = [str(counts[key]) for key in ("negative", "positive")]
            balance += [f"{100 * counts['positive_share']:.1f}"]
        rows.append(
            [
                SPLIT_TITLES.get(split, split),
                str(counts["count"]),
                *balance,
                *(
                    f"{100 * floors[key]:.1f}" if key in floors else "–"
                    for key in ("majority", "logistic_regression")
                ),
            ]
        )
    return headings, rows


def class_table(card: DataCard) -> DataTable | None:
    """Of more than two classes, how many samples each has in each split, a row a class."""
    classes, splits = card.description["classes"], card.audit["splits"]
    if len(classes) == 2:
        return None
    titles = [SPLIT_TITLES.get(split, split) for split in splits]
    headings = ["Class", *(upper_first(title) for title in titles)]
    headings += [f"{upper_first(title)} (%)" for title in titles]
    rows = []
    for label, name in enumerate(classes):
        counts = [part["by_class"][label] for part in splits.values()]
        shares = [100 * count / part["count"] for count, part in zip(counts, splits.values())]
        rows.append([name, *map(str, counts), *(f"{share:.1f}" for share in shares)])
    return DataTable(
        "Samples of each class in each split, and their share of it.",
        headings,
        rows,
        title="Classes",
        text_columns=["Class"],
    )
