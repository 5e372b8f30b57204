"""Read the declared data set once, check it, and write it as plain arrays with a description."""

from pathlib import Path

from study.audit import audit
from study.config import read_config
from study.findings import refuse_findings
from study.logs import log_to
from study.prepare import prepare
from study.prepared import load_all, read_description

if __name__ == "__main__":
    log_to(snakemake.log[0])
    config = read_config(snakemake.config)
    name, fail_on = config["dataset"], config["audit"]["fail_on"]
    folder = Path(snakemake.output.description).parent
    prepare(name, config["datasets"][name], folder)
    if fail_on != "never":
        classes = read_description(folder)["classes"]
        refuse_findings(name, audit(*load_all(folder), classes)["findings"], fail_on)
