"""SHA256SUMS: what a finished study wrote, and whether it is still that."""

import subprocess

from conftest import assert_readable, contents, snakemake


def check_by_hand(results) -> subprocess.CompletedProcess:
    command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
    return subprocess.run(command, cwd=results, capture_output=True, text=True, check=False)


def test_a_changed_file_is_named_until_it_is_made_again(finished):
    results = finished / "results" / "tiny"
    before = contents(results, "*")
    listed = {line.split("  ")[1] for line in before["SHA256SUMS"].decode().splitlines()}
    kept = {name for name in before if name.endswith((".npy", ".pt", "samples.csv", "SHA256SUMS"))}
    assert listed == set(before) - kept
    assert check_by_hand(results).returncode == 0
    table = results / "tables" / "table1.csv"
    table.write_bytes(before["tables/table1.csv"][:-1])
    assert "tables/table1.csv: FAILED" in check_by_hand(results).stdout
    assert_readable(
        snakemake(finished),
        "results/tiny/tables/table1.csv: changed since the study wrote it; delete it and run again,"
        " or delete results/tiny/SHA256SUMS to keep it",
    )
    table.unlink()
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    assert contents(results, "*") == before


def test_a_changed_file_may_be_kept(finished):
    results = finished / "results" / "tiny"
    (results / "report.html").write_text("my own")
    (results / "SHA256SUMS").unlink()
    done = snakemake(finished)
    assert done.returncode == 0, done.stdout
    assert (results / "report.html").read_text() == "my own"
    assert check_by_hand(results).returncode == 0


def test_a_study_that_did_not_finish_has_no_checksums(finished):
    """Its files may be newer than the last that did."""
    metrics = next(finished.rglob("metrics.csv"))
    metrics.unlink()
    (finished / "tiny.npz").rename(finished / "elsewhere.npz")
    assert snakemake(finished).returncode != 0
    assert (finished / "results" / "tiny" / "SHA256SUMS").exists()  # it did not even start
    (finished / "elsewhere.npz").rename(finished / "tiny.npz")
    inputs = next(finished.glob("results/tiny/data/*/inputs.npy"))
    whole = inputs.read_bytes()
    inputs.write_bytes(whole[:-1])
    assert snakemake(finished).returncode != 0
    assert not (finished / "results" / "tiny" / "SHA256SUMS").exists()
    inputs.write_bytes(whole)
    assert snakemake(finished).returncode == 0
    assert check_by_hand(finished / "results" / "tiny").returncode == 0
