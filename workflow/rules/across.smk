# What several data sets say together: each table's levels on all of them with their ranks, and on how
# many of them each claim holds. With one data set, none of this is made.
from study.analysis.few_datasets import is_drawn
from study.design.study import plain
from study.design.tables import of_one_factor
from study.snake.data_files import card
from study.snake.jobs import fields, of_all, of_each
from study.snake.result_jobs import primary_file
from study.store.files import folder_digest
from study.store.paths import REPORT_FOLDER, STYLES

# The tables with ranks to draw: enough levels, on enough data sets.
RANKED = [
    name
    for name, table in of_one_factor(STUDY.tables).items()
    if is_drawn(len(table.rows), len(STUDIES))
]


rule compare_datasets:
    """Set the data sets beside each other, and rank the levels of each table."""
    input:
        tables=of_all(STUDIES, *(f"tables/{table}.csv" for table in STUDY.tables)),
        claims=[primary_file(study, "claims.csv") for study in STUDIES.values()],
    output:
        levels="<across>/levels.csv",
        ranks="<across>/ranks.csv",
        tests="<across>/tests.csv",
        claims="<across>/claims.csv",
    log:
        "<across_logs>/compare_datasets.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        datasets=[*STUDIES],
        told=fields(STUDY, "tables"),
        code=code_digest("compare_datasets"),
    message:
        "Compare the data sets"
    script:
        "../../scripts/compare_datasets.py"


rule draw_ranks:
    """Draw the average ranks of a table's levels, and which of them do not differ."""
    input:
        ranks="<across>/ranks.csv",
        tests="<across>/tests.csv",
    output:
        svg=report(
            "<across>/ranks/{table}.svg",
            category="Figures",
            caption="../report/ranks.rst",
            labels={"table": "{table}"},
        ),
        pdf="<across>/ranks/{table}.pdf",
    log:
        "<across_logs>/ranks/{table}.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=fields(STUDY, "tables", "figure_style"),
        style=folder_digest(STYLES),
        code=code_digest("draw_ranks"),
    message:
        "Draw the ranks of {wildcards.table}"
    script:
        "../../scripts/draw_ranks.py"


rule make_across_page:
    """Write the page of all data sets, one self-contained HTML file."""
    input:
        levels="<across>/levels.csv",
        ranks="<across>/ranks.csv",
        tests="<across>/tests.csv",
        claims="<across>/claims.csv",
        diagrams=collect("<across>/ranks/{table}.svg", table=RANKED),
        # how much one sample is
        data=ancient(of_each(DATA, card)),
        # which it links to, and what each says first
        reports=of_all(STUDIES, "report.html"),
        summaries=of_all(STUDIES, "report.json"),
    output:
        html=report(
            "<across>/report.html", category="Report", caption="../report/report.rst"
        ),
    log:
        "<across_logs>/make_across_page.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        told=[plain(study) | {"entry": {}} for study in STUDIES.values()],
        code=code_digest("make_across_page"),
        template=folder_digest(REPORT_FOLDER),
    message:
        "Write the page of all data sets"
    script:
        "../../scripts/make_across_page.py"


rule list_checksums_across:
    """List digests of what is made from all data sets; each one's own list has the rest."""
    input:
        data=[],
        results=[
            rules.compare_datasets.output,
            collect(rules.draw_ranks.output, table=RANKED),
            rules.make_across_page.output,
        ],
    output:
        sums="<across>/SHA256SUMS",
    log:
        "<across_logs>/list_checksums.log",
    localrule: True
    conda:
        "../../envs/study.yaml"
    params:
        runs=[],
        code=code_digest("list_checksums"),
    message:
        "List the checksums"
    script:
        "../../scripts/list_checksums.py"
