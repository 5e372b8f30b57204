# How a run is shown, what it resumes, and what it does when it is asked to stop.
from study.display import makes, rule_of, show_jobs
from study.jobs import resumed
from study.stopping import stop_with_jobs

DISPLAY = show_jobs(workflow, STUDIES, report=REPORT)


onstart:
    stop_with_jobs(workflow, DISPLAY)
    # As with --nolock: a target that writes no results, such as plan, has no lock of its own, and
    # Snakemake would remove that of a study which runs meanwhile.
    if not any(job.output for job in workflow.dag.jobs):
        workflow.persistence.unlock = workflow.persistence.noop
    needed = [
        job
        for job in workflow.dag.needrun_jobs()
        if rule_of(job.rule.name, STUDIES)[1] == "train"
    ]
    if DISPLAY and needed:
        DISPLAY.say(resumed(STUDIES, [job.output.metrics for job in needed]))


onsuccess:
    if not DISPLAY and makes(workflow, REPORT):
        print(f"Report: {REPORT}")
