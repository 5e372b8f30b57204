# What is studied, and where its files are. From `config`, a dict as Snakemake merged it, to
#   STUDIES   data set -> the study on it, a study.design.study.Study
#   DATA      data set -> its prepared data and the runs on them, a study.snake.data_files.Prepared
#   STUDY     one of STUDIES, for what is the same on all data sets: its tables, its figures, …
# Rules for one data set have it among their wildcards, which selects what they need of these: their
# parameter `told` has all that their script reads of the study, and a change to it runs the job again.
from study.snake.datasets import across_folder, declared_folders, read_studies
from study.snake.internals import is_main_process, root_folders, set_root_folders
from study.snake.jobs import CONSTRAINTS, constrained, per_job, per_study
from study.store.code import code_digest
from study.store.paths import PREPARED, ROOTS, RUN, RUNS, TUNING, made_folders

# those of Snakemake, or of the workflow that uses this one as a module; and the configuration's
FOLDERS = root_folders(workflow, ROOTS)
FOLDERS = declared_folders(config, FOLDERS)
# before those that they are made from: the configuration's and a module's come before `pathvars:` below
set_root_folders(workflow, FOLDERS)
STUDIES, DATA = read_studies(
    config, FOLDERS, trains=TRAINS, in_job=not is_main_process(workflow)
)
STUDY = next(iter(STUDIES.values()))
ACROSS = across_folder([*STUDIES])
ACROSS = made_folders(f"<results>/{ACROSS}", f"<logs>/{ACROSS}", STUDY.name)
ON = constrained("{dataset}", dataset="|".join(STUDIES))


# What `<name>` in a rule's path stands for.
pathvars:
    # <made>, <made_logs>: results/{dataset}, or results/{dataset}/studies/<study>, and in the same way
    # below logs
    **made_folders(f"<results>/{ON}", f"<logs>/{ON}", STUDY.name),
    # a run's folder, and in the same place its log and how long it took
    run=f"<results>/{ON}/{RUNS}/{constrained(RUN)}",
    run_log=f"<logs>/{{dataset}}/train/{RUN}",
    run_benchmark=f"<benchmarks>/{{dataset}}/train/{RUN}",
    prepared=f"<results>/{ON}/{constrained(PREPARED)}",
    # the same, on whatever split
    arrays=f"<results>/{ON}/{constrained('data/{folder}')}",
    # of a side that is tuned
    tuning=f"<results>/{ON}/{constrained(TUNING)}",
    # what several data sets say together
    across=ACROSS["made"],
    across_logs=ACROSS["made_logs"],


wildcard_constraints:
    **CONSTRAINTS,
    table="|".join(STUDY.tables) or "none",
    figure="|".join(STUDY.figures) or "none",
