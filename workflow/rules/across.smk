# What several data sets say together: each table's levels on all of them with their ranks, and on how
# many each claim holds.
from study.analysis.ranks import is_drawn

ON_PAGE = ["dataset", "study", "baseline", "seeds", "program", "tables", "claims"]
# Of how many levels, and on how many data sets, there is something to draw of ranks.
DRAWN = [
    name
    for name, table in STUDIES[0]["tables"].items()
    if isinstance(table["vary"], str) and is_drawn(len(table["rows"]), len(STUDIES))
]


wildcard_constraints:
    table="|".join(DRAWN) or "none",


rule compare_datasets:
    """Set the data sets beside each other, and rank the levels of each table."""
    input:
        tables=[
            f"{study['made']}/tables/{table}.csv"
            for study in STUDIES
            for table in study["tables"]
        ],
        claims=[f"{study['made']}/statistics/claims.csv" for study in STUDIES],
    output:
        levels="<made>/levels.csv",
        ranks="<made>/ranks.csv",
        tests="<made>/tests.csv",
        claims="<made>/claims.csv",
    log:
        "<made_logs>/compare_datasets.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        datasets=[study["dataset"] for study in STUDIES],
        tables=STUDIES[0]["tables"],
        code=code_digest("compare_datasets"),
    message:
        "Compare the data sets"
    script:
        "../../scripts/compare_datasets.py"


rule draw_ranks:
    """Draw the average ranks of a table's levels, and which of them do not differ."""
    input:
        ranks="<made>/ranks.csv",
        tests="<made>/tests.csv",
    output:
        svg=report(
            "<made>/ranks/{table}.svg",
            category="Figures",
            caption="../report/ranks.rst",
            labels={"table": "{table}"},
        ),
    log:
        "<made_logs>/ranks/{table}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        table=lookup("{table}", within=STUDIES[0]["tables"]),
        code=code_digest("draw_ranks"),
    message:
        "Draw the ranks of {wildcards.table}"
    script:
        "../../scripts/draw_ranks.py"


rule make_across_page:
    """Write the page of all data sets, one self-contained HTML file."""
    input:
        levels="<made>/levels.csv",
        ranks="<made>/ranks.csv",
        tests="<made>/tests.csv",
        claims="<made>/claims.csv",
        diagrams=collect("<made>/ranks/{table}.svg", table=DRAWN),
        # which it leads to
        reports=[f"{study['made']}/report.html" for study in STUDIES],
    output:
        html=report(
            "<made>/report.html", category="Report", caption="../report/report.rst"
        ),
    log:
        "<made_logs>/make_across_page.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        studies=[selected(study, *ON_PAGE) for study in STUDIES],
        code=code_digest("make_across_page"),
        template=folder_digest(REPORT_FOLDER),
    message:
        "Write the page of all data sets"
    script:
        "../../scripts/make_across_page.py"


ACROSS = [
    *rules.compare_datasets.output,
    *collect("<made>/ranks/{table}.svg", table=DRAWN),
    *rules.make_across_page.output,
]
RESULTS = [*(path for module in MODULES for path in module.rules.all.input), *ACROSS]


rule list_checksums:
    """List the digests of what is made of all data sets; those of each list the rest."""
    input:
        data=[],
        results=ACROSS,
    output:
        sums="<made>/SHA256SUMS",
    log:
        "<made_logs>/list_checksums.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        code=code_digest("list_checksums"),
    message:
        "List the checksums"
    script:
        "../../scripts/list_checksums.py"
