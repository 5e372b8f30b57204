"""SHA256SUMS: what a finished study wrote, for other machines and for the target `verify`."""

import subprocess

from run_snakemake import assert_readable, contents, snakemake
from small_study import planned


def check_by_hand(results) -> subprocess.CompletedProcess:
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    return subprocess.run(command, cwd=results, capture_output=True, text=True, check=False)


def test_changed_and_missing_files_are_named_and_an_edited_table_stays(finished):
    results = finished / "results" / "tiny"
    before, sums = contents(results, "*"), (results / "SHA256SUMS").read_text()
    listed = {line.split("  ")[1] for line in sums.splitlines()}
    unlisted = (".npy", ".pt", "samples.csv", "SHA256SUMS", "environment.json", "environments.csv")
    kept = {name for name in before if name.endswith(unlisted)}
    assert listed == set(before) - kept
    assert check_by_hand(results).returncode == 0
    assert (
        f"{len(listed)} files match results/tiny/SHA256SUMS" in snakemake(finished, "verify").stdout
    )
    page, picture = results / "report.html", results / "figures" / "figure3.png"
    page.write_bytes(before["report.html"][:-1])
    picture.unlink()
    assert "report.html: FAILED" in check_by_hand(results).stdout
    done = snakemake(finished, "verify")
    assert_readable(
        done,
        "results/tiny/report.html: changed",
        "results/tiny/figures/figure3.png: missing",
        f"2 of {len(listed)} files do not match",
    )
    page.unlink()
    table = results / "tables" / "table1.tex"
    polished = table.read_text().replace("\\centering", "\\centering\\small")
    table.write_text(polished)
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    assert table.read_text() == polished
    changed = {"tables/table1.tex", "SHA256SUMS"}
    after = contents(results, "*")
    assert {name for name in before if after[name] != before[name]} == changed
    assert after.keys() == before.keys()
    assert planned(finished) == {}
    assert check_by_hand(results).returncode == 0
