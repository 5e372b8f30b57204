# How a run is shown, what it resumes, what it does when it is asked to stop, and what comes after it.
import json

from snakemake.logging import logger

from study.arguments import config_arguments
from study.data.limits import batch_notes
from study.display import makes, show_jobs
from study.jobs import resumed
from study.next_look import look_words
from study.start_again import start_again
from study.stopping import stop_with_jobs

# for commands to copy
ARGUMENTS = config_arguments(
    workflow.config_settings.configfiles, workflow.config_settings.config_args or []
)
IN_BLOCKS = bool(STUDY["looks"]) or STUDY["seeds"] > STUDY["seeds_per_job"]
DISPLAY = show_jobs(workflow, in_blocks=IN_BLOCKS, report=REPORT)
if workflow.is_main_process and isinstance(DATA.card, list):
    for note in batch_notes(STUDY, Path(DATA.files[0])):
        logger.warning(f"note: {note}")


include: "looks.smk"


onstart:
    stop_with_jobs(workflow, DISPLAY)
    # As with --nolock: a target that writes no results, such as plan, has no lock of its own, and
    # Snakemake would remove that of a study which runs meanwhile.
    if not any(job.output for job in workflow.dag.jobs):
        workflow.persistence.unlock = workflow.persistence.noop
    needed = [
        job for job in workflow.dag.needrun_jobs() if job.rule.name == "train"
    ]
    if DISPLAY and needed:
        DISPLAY.say(resumed(STUDY, [job.output.metrics for job in needed]))


onsuccess:
    if not DISPLAY and makes(workflow, REPORT):
        print(f"Report: {REPORT}")
    if any(job.rule.name == "decide_look" for job in workflow.dag.jobs):
        told = json.loads(Path(STUDY["made"], NEXT_LOOK).read_text())
        further = told["seeds"] != STUDY["cell_seeds"]
        end = " The same command trains them." * (
            further and not start_again(workflow)
        )
        (DISPLAY.say if DISPLAY else print)(look_words(STUDY, told) + end)
