"""Whether the files of images tell their classes apart, before a pixel is looked at."""

import numpy as np

from study.data.findings import finding

TELLING = 0.2  # how far the shares of two classes may differ in a property of their files
CHANCE = 1e-3  # p-value below which that is not chance


def check_files(files: dict[str, dict[str, list[int]]] | None, classes: list[str]) -> list[dict]:
    """Properties of image files, such as their depth or size, by which classes can be told apart.

    A property tells classes apart if the shares of two of them differ by 0.2 or more in one of its
    values, and a chi-squared test has p < 0.001.
    """
    from scipy.stats import chi2_contingency

    if files is None:
        return []
    findings = []
    for field, values in files.items():
        counts = np.array(list(values.values()))  # (values, classes)
        shares = counts / counts.sum(axis=0)
        spread = np.ptp(shares, axis=1)
        telling = spread.max() >= TELLING
        if telling and chi2_contingency(counts, correction=False).pvalue < CHANCE:
            row, value = int(spread.argmax()), list(values)[int(spread.argmax())]
            most, least = int(shares[row].argmax()), int(shares[row].argmin())
            text = (
                f"{100 * shares[row, most]:.0f}% of {classes[most]} and"
                f" {100 * shares[row, least]:.0f}% of {classes[least]} have {field} {value}, so"
                f" the {field} of a file tells classes apart"
            )
            findings.append(finding("files", "warning", text))
    text = "format, depth, colour, transparency and size of the files do not tell classes apart"
    return findings or [finding("files", "ok", text)]
