# The study: which cells are trained, for which seeds and rounds, and where the files are.
# From config, a dict as Snakemake merged it, to STUDY, a dict that every rule file reads.
from study.analysis.levels import drawn_cells, factor_levels
from study.cell_problems import refuse_cells
from study.cells import expand_study
from study.code import code_digest
from study.config import read_config
from study.files import folder_digest
from study.jobs import (
    environment_files,
    figure_runs,
    find_prepared,
    growing,
    missing_runs,
    own_runs,
    present_runs,
    previous_round,
    program_arrays,
    recorded_data,
    selected,
    shown_runs,
    training_cell,
    training_cells,
    training_stages,
    untracked,
)
from study.next_look import NEXT_LOOK, look_digest, take_look
from study.parameters import REPORT_FOLDER
from study.paths import (
    ARRAYS,
    CHOSEN,
    FOLDERS,
    PREPARED,
    PREPARED_FILES,
    REDRAWN,
    RUN,
    TRIALS,
    TUNED_RUN,
    made_folders,
    refuse_files,
    run_files,
    study_folders,
)
from study.resources import job_resources, preparation_memory, preparation_minutes
from study.split_data import cell_data, cell_digest
from study.protocols import expand_protocols
from study.tuning_jobs import (
    as_far_as_present,
    chosen_files,
    protocol_files,
    trial_files,
    trial_runs,
    trial_tables,
    tuned_arms,
    tuned_values,
)

STUDY = expand_study(read_config(config))
refuse_cells(STUDY)


pathvars:
    **study_folders(STUDY),
    **made_folders(STUDY, {"results": "<results>", "logs": "<logs>"}),
    run=f"<results>/{RUN}",
    tuned_run=f"<results>/{TUNED_RUN}",
    redrawn=f"<results>/{REDRAWN}",
    prepared=f"<results>/{PREPARED}",


# What Python builds are the same paths, also where a module sets other ones.
STUDY |= {name: workflow.pathvars.apply(f"<{name}>") for name in FOLDERS}
STUDY |= made_folders(STUDY, STUDY)
refuse_files(STUDY)
STUDY = take_look(STUDY)

STUDIES = [STUDY]
ROOTS = {name: STUDY[name] for name in FOLDERS}
PRESENT = STUDY["every_run"]
RUNS = STUDY["runs"]
REPORT = f"{STUDY['made']}/report.html"
TRAINED = training_cells(STUDY)


wildcard_constraints:
    cell="[^/]+",
    first=r"\d+",
    last=r"\d+",
    round=r"[1-9]\d*",
    data="[0-9a-f]{12}",
    table="|".join(STUDY["tables"]) or "none",
    figure="|".join(STUDY["figures"]) or "none",
