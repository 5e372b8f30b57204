# How a run is shown, what it resumes, what it does when it is asked to stop, and what comes after it.
from study.snake.display import show_jobs
from study.snake.ending import end_at_once
from study.snake.internals import keep_lock, look_as_jobs_end, made_files, needed_jobs
from study.snake.run_jobs import resumed
from study.snake.looks import NEXT_LOOK, look_words, read_ended
from study.snake.served_jobs import can_serve, serve_jobs
from study.snake.start_again import start_again
from study.snake.stopping import stop_with_jobs

DISPLAY = show_jobs(workflow, STUDIES, report=REPORT)
LOOKED_AT = [study for study in STUDIES.values() if study.looks]


onstart:
    forked = serve_jobs() if can_serve(workflow, STUDIES.values()) else ""
    stop_with_jobs(workflow, DISPLAY, forked)
    look_as_jobs_end(workflow)
    # As with --nolock: a target that writes no results, such as plan, has no lock of its own, and
    # Snakemake would remove that of a study which runs meanwhile.
    if not made_files(workflow):
        keep_lock(workflow)
    needed = [job for job in needed_jobs(workflow) if job.rule.name == "train"]
    if DISPLAY and needed:
        paths = {job.output.metrics for job in needed}
        DISPLAY.say(resumed(DATA.values(), paths, STUDY.design.trainer.progress))


onsuccess:
    made = made_files(workflow)
    if not DISPLAY and REPORT in made:
        print(f"Report: {REPORT}")
    if LOOKED_AT and {f"{study.made}/{NEXT_LOOK}" for study in LOOKED_AT} <= made:
        looks = [(study, read_ended(study)) for study in LOOKED_AT]
        further = any(ended.seeds != study.cell_seeds for study, ended in looks)
        lines = [look_words(study, ended, len(STUDIES)) for study, ended in looks]
        if further and not start_again(workflow):
            lines.append("The same command trains them.")
        (DISPLAY.say if DISPLAY else print)("\n".join(lines))
    end_at_once(workflow)


onerror:
    end_at_once(workflow)
