# Where looks are planned: after a look, which cells need more seeds. The last job of a call, because
# from then on the study is a larger one.
from study.snake.result_jobs import primary_file
from study.snake.looks import NEXT_LOOK, told_to_decide


rule decide_look:
    """Say which cells need how many seeds at the next look, by the verdicts of this one."""
    input:
        claims=per_study(STUDIES, primary_file, "claims.csv"),
        complete="<made>/SHA256SUMS",  # so that this comes after all else of the data set
    output:
        # update: kept while it is written; without it the study begins at its first look
        told=update(f"<made>/{NEXT_LOOK}"),
    log:
        "<made_logs>/decide_look.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=per_study(DATA, told_to_decide),
        code=code_digest("decide_look"),
    message:
        "Decide what the next look at {wildcards.dataset} needs"
    script:
        "../../scripts/decide_look.py"
