# Where looks are planned: after a look, which cells need more seeds. The last job of a call, because
# from then on the study is a larger one.

# claims.csv of each set of verdicts; a claim is decided if it is in all of them
VERDICTS = ["<made>/statistics/claims.csv"]
VERDICTS += ["<made>/tuned/claims.csv"] if STUDY["tuning"] else []


rule decide_look:
    """Say which cells need how many seeds at the next look, by the verdicts of this one."""
    input:
        claims=VERDICTS,
        complete="<made>/SHA256SUMS",  # so that nothing comes after it
    output:
        # kept while it is written: without it the study begins at its first look
        told=update(f"<made>/{NEXT_LOOK}"),
    log:
        "<made_logs>/decide_look.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        study=lambda wildcards: selected(
            STUDY, "claims", "looks", "look", "cell_seeds"
        )
        | {"decided_for": look_digest(STUDY)},
        code=code_digest("decide_look"),
    message:
        "Decide what the next look needs"
    script:
        "../../scripts/decide_look.py"
