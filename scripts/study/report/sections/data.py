"""The data: splits, what a network must beat on them, the audit, and where they are from."""

from study.analysis.metrics import SPLIT_TITLES
from study.report.data_table import data_table
from study.report.wording import upper_first

TITLE = ""
FLOORS = (
    "The last two columns are what a network has to beat: the best constant answer, which is always"
    " the split's larger class, and a logistic regression on thumbnails of at most 32 × 32."
)


def context(inputs: dict) -> dict:
    """The data card, or that it is not here."""
    card = inputs["card"]
    if card is None:
        return {"card": None}
    data, audit = card["description"], card["audit"]
    pixels = audit["pixels"]
    values = f"from {pixels['minimum']:.4g} to {pixels['maximum']:.4g}".replace("-", "−")
    values += f"; {100 * pixels['constant_share']:.1f}% of the positions constant"
    if pixels["saturated_share"] is not None:
        values += f", {100 * pixels['saturated_share']:.1f}% of the values saturated"
    scaled = "standardized on the training split"
    if data["normalize"] == "unit":
        scaled = f"divided by {data['divide_by'][0]:g}"
    return {
        "card": {
            "splits": data_table(FLOORS, *split_table(card), title="Splits"),
            "findings": [
                finding | {"check": upper_first(finding["check"])} for finding in audit["findings"]
            ],
            "sheet": card["sheet"],
            "facts": [
                ("Kind", data["kind"]),
                ("Sample", f"{' × '.join(map(str, data['shape']))} values, {data['dtype']}"),
                ("Training values", values),
                ("Scaling", scaled),
                ("SHA-256", data["sha256"]),
            ],
        }
    }


def split_table(card: dict) -> tuple[list[str], list[list[str]]]:
    """The splits' sizes and balance, and what a network must beat on them, as headings and rows."""
    negative, positive = card["description"]["classes"]
    headings = ["Split", "Samples", negative, positive, f"{positive} (%)"]
    headings += ["Best constant answer (%)", "Logistic regression (%)"]
    rows = []
    for split, counts in card["audit"]["splits"].items():
        floors = card["audit"]["floors"].get(split, {})
        rows.append(
            [
                SPLIT_TITLES.get(split, split),
                *(str(counts[key]) for key in ("count", "negative", "positive")),
                f"{100 * counts['positive_share']:.1f}",
                *(
                    f"{100 * floors[key]:.1f}" if key in floors else "–"
                    for key in ("majority", "logistic_regression")
                ),
            ]
        )
    return headings, rows
