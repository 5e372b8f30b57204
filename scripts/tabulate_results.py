"""Write comparisons, claims and effects as tables for a paper: CSV, Markdown and LaTeX."""

from study.analysis.claims import CLAIM_COLUMNS, PAIR_COLUMNS
from study.analysis.comparisons import COMPARISON_COLUMNS
from study.analysis.effects import EFFECT_COLUMNS, MEAN_COLUMNS
from study.analysis.metrics import METRICS
from study.analysis.values import present_metrics, read_values
from study.design.study import tables_from
from study.report.pictures import read_card
from study.report.result_tables import claims_tables, compared_tables, effects_tables
from study.report.worth import one_samples
from study.store.files import write_text
from study.store.frames import read_frame, write_frame
from study.store.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    told, files, output = snakemake.params.told, snakemake.input, dict(snakemake.output.items())
    card, dataset = read_card(files.data), told["title"]
    compared = read_frame(files.comparisons, COMPARISON_COLUMNS)
    claims, pairs = read_frame(files.claims, CLAIM_COLUMNS), read_frame(files.pairs, PAIR_COLUMNS)
    means, effects = (
        read_frame(files.means, MEAN_COLUMNS),
        read_frame(files.effects, EFFECT_COLUMNS),
    )
    measured = present_metrics(read_values(files["values"]))
    one = one_samples(METRICS, card.description if card else None)
    for name, (tables, frame) in {
        "comparisons": compared_tables(compared, tables_from(told["tables"]), measured, dataset),
        "claims": claims_tables(claims, pairs, dataset),
        "effects": effects_tables(means, effects, told["rounds"], dataset, one),
    }.items():
        write_frame(output[f"{name}_csv"], frame)
        write_text(output[f"{name}_md"], "\n".join(table.markdown for table in tables))
        write_text(output[f"{name}_tex"], "\n".join(table.latex for table in tables))
