# The plan: which cells are trained, for which seeds and rounds.
# From config, a dict as Snakemake merged it, to STUDY, a dict that every rule file reads.
import sys
from functools import partial

sys.path.insert(0, str(REPOSITORY / "scripts"))

from study.cells import plan_study
from study.checksums import check_checksums, remove_checksums
from study.config import read_config
from study.files import code_digest
from study.jobs import (
    claims_plan,
    comparison_plan,
    data_card,
    data_card_of,
    description_file,
    effects_plan,
    evaluation_plan,
    figure_metrics,
    figure_plan,
    outdated_runs,
    prepared_files,
    present_runs,
    previous_checkpoint,
    reference_plan,
    report_plan,
    results_folder,
    run_files,
    shown_runs,
    summary_plan,
    table_plan,
    training_run,
)
from study.resources import (
    audit_memory,
    audit_minutes,
    growing,
    preparation_memory,
    preparation_minutes,
    training_memory,
    training_minutes,
)

STUDY = plan_study(read_config(config))
BENCHMARKS = f"benchmarks/{STUDY['dataset']}"
REPORT = results_folder(STUDY) / "report.html"

# What the report shows of published tables, if the configuration names any.
REFERENCE = collect(
    "<results>/statistics/{name}.csv",
    name=(
        ["reference", "reference_findings", "reference_claims"]
        if STUDY["reference"]
        else []
    ),
)

# A digest of each script and of what it imports from scripts/study, as a parameter of its rule;
# and of what decides the content of the prepared data.
SCRIPTS = REPOSITORY / "scripts"
CODE = {script.stem: code_digest(script) for script in SCRIPTS.glob("*.py")}
CODE["sources"] = code_digest(SCRIPTS / "study" / "prepare.py")


pathvars:
    results=f"results/{STUDY['dataset']}",
    logs=f"logs/{STUDY['dataset']}",
    benchmarks=BENCHMARKS,
