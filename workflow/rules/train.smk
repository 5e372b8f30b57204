# Stage 2: one job a run, that is one cell on one split, one block of seeds, one round.
# From the prepared data and the round before to its metrics, its scores and what the next round resumes from.
from snakemake.logging import logger

from study.snake.run_jobs import (
    chosen_file,
    data_of_run,
    round_before,
    told_to_train,
)
from study.snake.cards import share_cards
from study.snake.code_notes import code_notes
from study.snake.internals import is_main_process, trains_here
from study.snake.jobs import untracked
from study.snake.resources import training_memory, training_minutes

TRAINER = STUDY.design.trainer  # the built-in one, or the study's own program
TRAINS_HERE = trains_here(workflow)
if is_main_process(workflow) and not TRAINS_HERE and config.get("device") == "auto":
    raise WorkflowError(
        "device: auto is the device of this machine, but jobs run on others; write cuda or cpu"
    )
# on this machine a job takes a GPU of its own; a scheduler has given it one already
CARDS = share_cards(workflow) if TRAINS_HERE and TRAINER.gpus else []
# what is known only once the user's own code runs is in no digest
if is_main_process(workflow):
    for note in code_notes(STUDY):
        logger.warning(f"note: {note}")


rule train:
    """Train one cell for one round, with each seed of a block."""
    input:
        # ancient, all of it: what a run is trained with is in its path, not in time stamps
        data=ancient(per_job(DATA, data_of_run)),
        previous=ancient(per_job(DATA, round_before, TRAINS_HERE)),
        # of a tuned side, its values
        chosen=ancient(per_job(DATA, chosen_file)) if STUDY.tuning else [],
    output:
        metrics="<run>/metrics.csv",
        scores="<run>/scores.npz",
        run="<run>/run.json",
        # the checkpoint; a program leaves what it resumes from in folders of its own
        state=[f"<run>/{name}" for name in TRAINER.resumed],
        environment="<run>/environment.json",  # what it ran on and how long, for people
    log:
        "<run_log>.log",
    benchmark:
        "<run_benchmark>.tsv"
    conda:
        "../../envs/study.yaml"
    threads: TRAINER.threads
    resources:
        mem_mb=training_memory(DATA),
        runtime=training_minutes(DATA),
        gpu=TRAINER.gpus,
    params:
        run=per_job(DATA, told_to_train),  # its parameters, and digests of its data and code
        checkpoint_every=untracked(STUDY.checkpoint_every),
        cards=untracked([CARDS, TRAINER.script]),
    message:
        "Train {wildcards.cell}, seeds {wildcards.first}-{wildcards.last}, round {wildcards.round}"
    script:
        f"../../scripts/{'train_on_card' if CARDS else TRAINER.script}.py"
