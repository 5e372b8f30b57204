# How a run is shown, what it resumes, what it does when it is asked to stop, and what comes after it.
from study.display import makes, rule_of, show_jobs
from study.jobs import resumed
from study.next_look import NEXT_LOOK, look_words, read_told
from study.start_again import start_again
from study.stopping import stop_with_jobs

DISPLAY = show_jobs(workflow, STUDIES, report=REPORT)
LOOKS = [f"{study['made']}/{NEXT_LOOK}" for study in STUDIES if study["looks"]]


onstart:
    stop_with_jobs(workflow, DISPLAY)
    # As with --nolock: a target that writes no results, such as plan, has no lock of its own, and
    # Snakemake would remove that of a study which runs meanwhile.
    if not any(job.output for job in workflow.dag.jobs):
        workflow.persistence.unlock = workflow.persistence.noop
    needed = [
        job
        for job in workflow.dag.needrun_jobs()
        if rule_of(job.rule.name, STUDIES)[1].startswith("train")
    ]
    if DISPLAY and needed:
        DISPLAY.say(resumed(STUDIES, [job.output.metrics for job in needed]))


onsuccess:
    if not DISPLAY and makes(workflow, REPORT):
        print(f"Report: {REPORT}")
    if LOOKS and all(makes(workflow, path) for path in LOOKS):
        looks = [(study, read_told(study)) for study in STUDIES if study["looks"]]
        further = any(told["seeds"] != study["cell_seeds"] for study, told in looks)
        lines = [look_words(study, told, STUDIES) for study, told in looks]
        if further and not start_again(workflow):
            lines.append("The same command trains them.")
        (DISPLAY.say if DISPLAY else print)("\n".join(lines))
