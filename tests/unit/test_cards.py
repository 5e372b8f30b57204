"""Which GPU a job takes: with real lock files and processes, and cards that need not be there."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from session import REPOSITORY
from train_on_card import wait

from study.snake.cards import VISIBLE, card_places, share_cards, take_cards, visible_cards
from study.store.interrupts import STOPPED

pytestmark = pytest.mark.skipif(os.name != "posix", reason="lock files as Linux has them")

# Takes a card, says which, and keeps it until its input ends.
HOLD = """
import sys
from pathlib import Path
from study.snake.cards import take_cards
cards, _locks = take_cards([("0", 0), ("1", 0)], 1, Path(sys.argv[1]), sys.exit)
print(*cards, flush=True)
sys.stdin.read()
"""


class Busy(Exception):
    """Too few cards are free."""


def busy() -> None:
    raise Busy


def release(locks: list[int]) -> None:
    for lock in locks:
        os.close(lock)


def hold(folder: Path) -> subprocess.Popen:
    """A process that has taken a card, if there was one."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "scripts")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_each_process_has_a_card_until_it_ends_whichever_way(tmp_path):
    first, second = hold(tmp_path), None
    try:
        assert first.stdout.readline() == "0\n"
        second = hold(tmp_path)
        assert second.stdout.readline() == "1\n"
        with pytest.raises(Busy):
            take_cards([("0", 0), ("1", 0)], 1, tmp_path, busy)
        first.kill()
        first.wait()
        cards, locks = take_cards([("0", 0), ("1", 0)], 1, tmp_path, busy)
        assert cards == ["0"]
        release(locks)
    finally:
        for process in filter(None, (first, second)):
            process.kill()
            process.communicate()


def test_a_job_waits_for_a_card(tmp_path):
    _, locks = take_cards([("0", 0)], 1, tmp_path, busy)
    waited = []

    def wait() -> None:
        waited.append(True)
        if len(waited) == 2:
            release(locks)

    cards, again = take_cards([("0", 0)], 1, tmp_path, wait)
    assert cards == ["0"] and len(waited) == 2
    release(again)


def test_a_job_that_waits_can_be_asked_to_stop():
    wait(lambda: False)
    with pytest.raises(SystemExit) as stopped:
        wait(lambda: True)
    assert stopped.value.code == STOPPED


def test_jobs_spread_over_the_cards_before_they_share_one(tmp_path):
    places = card_places(["2", "GPU-b"], jobs=3)
    assert places == [("2", 0), ("GPU-b", 0), ("2", 1), ("GPU-b", 1)]
    assert card_places(["0", "1", "2"], jobs=2) == [("0", 0), ("1", 0), ("2", 0)]
    taken = [take_cards(places, 1, tmp_path, busy) for _ in range(4)]
    assert [cards for cards, _ in taken] == [["2"], ["GPU-b"], ["2"], ["GPU-b"]]
    for _, locks in taken:
        release(locks)


def test_a_job_of_two_cards_has_both_or_none(tmp_path):
    places = card_places(["0", "1"], jobs=2)
    _, one = take_cards(places, 1, tmp_path, busy)
    with pytest.raises(Busy):
        take_cards(places, 2, tmp_path, busy)
    other, locks = take_cards(places, 1, tmp_path, busy)  # it has kept none
    assert other == ["1"]
    release([*one, *locks])
    both, locks = take_cards(places, 2, tmp_path, busy)
    assert both == ["0", "1"]
    release(locks)


def test_cards_are_those_that_a_scheduler_gave_or_all_of_the_machine(tmp_path, monkeypatch):
    monkeypatch.setenv(VISIBLE, "3, MIG-1/2/0")
    assert visible_cards() == ["3", "MIG-1/2/0"]
    _, locks = take_cards(card_places(visible_cards(), 2), 2, tmp_path, busy)
    release(locks)
    monkeypatch.setenv(VISIBLE, "")
    assert visible_cards() == []
    monkeypatch.delenv(VISIBLE)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert visible_cards() == []  # no driver
    driver = tmp_path / "nvidia-smi"
    driver.write_text("#!/bin/sh\necho 'GPU 0: A (UUID: GPU-a)'\necho 'GPU 1: A (UUID: GPU-b)'\n")
    driver.chmod(0o755)
    assert visible_cards() == ["0", "1"]


def test_as_many_jobs_run_as_asked_for_or_as_there_are_cards(monkeypatch):
    monkeypatch.setenv(VISIBLE, "0,1")
    asked: dict = {}

    def workflow(**given: int) -> SimpleNamespace:
        resources = {name: SimpleNamespace(value=value) for name, value in given.items()}
        return SimpleNamespace(
            global_resources=resources,
            register_resource=lambda name, value: (
                asked.update({name: value}),
                resources.update({name: SimpleNamespace(value=value)}),
            ),
        )

    assert len(share_cards(workflow())) == 2 and asked == {"gpu": 2}
    assert len(share_cards(workflow(gpu=3))) == 4 and asked == {"gpu": 2}
