"""What must stay in step between files of the project."""

import re

import yaml
from conftest import REPOSITORY

from study.files import code_digest


def pins(lines: list[str]) -> dict[str, str]:
    return dict(re.findall(r"^([\w\-\[\]]+)==([\w.]+)", "\n".join(lines), re.MULTILINE))


def test_environment_and_requirements_pin_the_same_versions():
    environment = yaml.safe_load((REPOSITORY / "envs" / "study.yaml").read_text())
    requirements = pins((REPOSITORY / "requirements.txt").read_text().splitlines())
    assert requirements
    assert pins(environment["dependencies"][-1]["pip"]) == requirements


def test_code_digest_covers_what_a_script_imports(tmp_path, monkeypatch):
    package = tmp_path / "study"
    package.mkdir()
    (package / "near.py").write_text("from study.far import f\n")
    (package / "far.py").write_text("def f(): pass\n")
    (package / "other.py").write_text("")
    script = tmp_path / "script.py"
    script.write_text("import csv\nfrom study.near import f\n")
    monkeypatch.setattr("study.files.PACKAGE", package)
    digest = code_digest(script)
    (package / "other.py").write_text("x = 1\n")
    assert code_digest(script) == digest
    (package / "far.py").write_text("def f(): return 1\n")
    assert code_digest(script) != digest
