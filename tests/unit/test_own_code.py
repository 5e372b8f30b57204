"""A class in a file of the user's own: what of it counts, and what does not is told."""

import pytest
from studies import study_of

from study.config.choice_checks import choice_problems
from study.snake.code_notes import code_notes

NET = "import torch\n{}\nclass Net(torch.nn.Module):\n    pass\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from blocks import a", ""),
        ("from parts import a", "nets/net.py, line 2: imports parts, which is {folder}/parts.py: "),
        (
            "from nets.blocks import a",
            "nets/net.py, line 2: imports nets.blocks, which is {folder}/nets/b",
        ),
        ("torch.load('start.pt')", "nets/net.py, line 2: mentions start.pt, but changing"),
    ],
)
def test_what_is_not_in_its_digest_is_told(tmp_path, monkeypatch, text, expected):
    monkeypatch.chdir(tmp_path)
    files = {"nets/net.py": NET.format(text), "nets/blocks.py": "a = 1\n", "parts.py": "a = 1\n"}
    (tmp_path / "nets").mkdir()
    for name, content in (files | {"start.pt": ""}).items():
        (tmp_path / name).write_text(content)
    network = {"file": "nets/net.py", "class": "Net"}
    study = study_of(
        grid={"network": ["mlp", network]}, tables={"networks": {"vary": "network"}}, claims={}
    )
    found = [*code_notes(study)]
    assert len(found) == bool(expected)
    for line in found:
        assert line.startswith(f"{tmp_path}/{expected.format(folder=tmp_path)}")
        assert line.endswith("; import it from the folder of nets/net.py")


def test_a_file_that_imports_as_part_of_a_package_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET.format("from .blocks import a"))
    (said,) = choice_problems("network", {"file": "net.py", "class": "Net"})
    assert said.startswith("net.py, line 2: from .blocks import …: the file is loaded by itself")
    either = "try:\n    from .blocks import a\nexcept ImportError:\n    from blocks import a"
    (tmp_path / "net.py").write_text(NET.format(either))
    assert not [*choice_problems("network", {"file": "net.py", "class": "Net"})]
