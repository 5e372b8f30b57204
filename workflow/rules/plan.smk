# Before anything is trained: what that will take, and what it can show.


localrules:
    plan,


rule plan:
    """Print the missing runs, their time, and the differences that so many seeds can show."""
    log:
        "<logs>/plan.log",
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        plan={"study": STUDY, "code": CODE},
        benchmarks=BENCHMARKS,
    message:
        "Plan the study"
    script:
        "../../scripts/print_plan.py"
