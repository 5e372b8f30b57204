"""A study with verdicts, and its report in a browser."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from run_snakemake import snakemake
from small_study import SMALL_STUDY, tiny_arrays, write_study

CHROMIUM = shutil.which("chromium")
SCRIPT = "<script>document.title = 'broken'</script>"
RISES = {
    "sentence": f"More training lowers the training loss. {SCRIPT}",
    "metric": "train_loss",
    "factor": "round",
    "expect": "less",
    "compare": [[{"cell": {}, "round": 2}, {"cell": {}, "round": 1}]],
    "required": True,
}
SIDES = [{"cell": {"batch_size": 8}, "round": 1}, {"cell": {}, "round": 1}]
SAME = RISES | {
    "sentence": "The batch size hardly matters.",
    "metric": "val_accuracy",
    "factor": "batch_size",
    "expect": "equivalent",
    "margin": 0.001,
    "compare": [SIDES],
}
CLAIMS = {
    "falls": RISES,
    "rises": RISES | {"expect": "greater", "sentence": "It raises it."},
    "same": SAME,
    "untrained": SAME | {"compare": [[side | {"round": 9} for side in SIDES]]},
}


def finish_page_study(folder: Path) -> None:
    """Twelve seeds, a test split, batch sizes that are not in their order, and four claims."""
    arrays = tiny_arrays()
    arrays |= {"test_images": arrays["val_images"][:16], "test_labels": arrays["val_labels"][:16]}
    np.savez(folder / "tiny.npz", **arrays)
    tables = SMALL_STUDY["tables"] | {
        "table1": {"vary": "batch_size", "caption": SCRIPT},
        "sizes": {"vary": "batch_size", "round": 2},
    }
    figures = SMALL_STUDY["figures"] | {"figure3": {"cell": {"loss": None}}}
    write_study(
        folder,
        SMALL_STUDY,
        grid={"loss": None, "batch_size": [32, 8, 64], "activation": None},
        seeds=12,
        seeds_per_job=12,
        rounds=2,
        tables=tables,
        figures=figures,
        claims=CLAIMS,
    )
    done = snakemake(folder)
    assert done.returncode == 0, done.stdout


@contextmanager
def opened(browser, path: Path, **options) -> Iterator:
    """A page, its network cut off; what it asked for and complained of is on it afterwards."""
    context = browser.new_context(offline=True, **options)
    context.set_default_timeout(180_000)  # a busy machine takes its time
    page = context.new_page()
    page.asked, page.errors = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.errors.append(message.text))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()


def environments(text: str) -> list[str]:
    """What a LaTeX text begins and ends, in order."""
    return re.findall(r"\\(?:begin|end)\{\w+\*?\}", text)
