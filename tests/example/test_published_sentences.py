"""What report.html of the published example says of its claims, in words: computed again."""

import itertools
import re

import numpy as np
import published_protocols
import pytest
from example_page import REPORT, SPLITS, clean, cleaned, numbered, part, pieces, said
from judged import difference_and_interval, judged, note, side_values
from published import (
    CELLS,
    CLAIMS,
    IMAGES,
    STUDY,
    VALUES,
    amount,
    cell,
    differences,
    is_percent,
    levels,
    metric_title,
    shown,
    shown_p,
    signed,
    title,
)
from recomputed import FACTORS, effect_rows, split_rows

ORDER = ("supported", "contradicted", "undecided", "too few seeds", "not tested", "refused")
OVER_TIME = ("round", "epoch")


def counts() -> list[tuple[int, str]]:
    verdicts = [item["verdict"] for item in judged().values()]
    assert {*verdicts} <= {*ORDER}
    return [(verdicts.count(verdict), verdict) for verdict in ORDER if verdict in verdicts]


def plainly(name: str) -> str:
    return name.replace("_", " ")


def subject(metric: str) -> str:
    text = metric_title(metric).removesuffix(" (%)")
    return text if text[1].isupper() else text[0].lower() + text[1:]


def is_clear(pair: dict) -> bool:
    """Whether the interval that the verdict is read off leaves out 0."""
    return pair["low_adjusted"] > 0 or pair["high_adjusted"] < 0


def ends(metric: str, pair: dict, kind: str = "") -> str:
    """`1.36 to 1.52`, sizes where the sign is clear; else `−0.00 to +0.02`."""
    found = [pair[f"low{kind}"], pair[f"high{kind}"]]
    if is_clear(pair):
        return " to ".join(shown(metric, size) for size in sorted(map(abs, found)))
    return " to ".join(signed(metric, end) for end in found)


def in_words(claim: dict, sides: list[dict], pair: dict) -> str:
    """A difference with its 95% interval."""
    metric, factor, (first, second) = claim["metric"], claim["factor"], sides
    what, difference = subject(metric), pair["difference"]
    if "since" in first:
        what = f"the change of {what} since round {first['since']}"
    chances = f"(95% {ends(metric, pair)})"
    course = f"from round {second['round']} to round {first['round']}"
    if factor == "epoch":
        course = f"from the {second['epochs']} to the {first['epochs']} epochs of a round"
    unit = " percentage points" if is_percent(metric) else ""
    size, sized = shown(metric, abs(difference)) + unit, signed(metric, difference) + unit
    if factor in OVER_TIME:
        verb = "rises" if difference > 0 else "falls"
        by = f"{verb} by {size}" if is_clear(pair) else f"changes by {sized}"
        text = f"{by} {chances} {course}"
    else:
        one, other = (title(side["cell"][factor]) for side in sides)
        one = one if factor in ("loss", "activation") else f"{plainly(factor)} {one}"
        if is_clear(pair):
            verb = "higher" if difference > 0 else "lower"
            text = f"is {size} {verb} {chances} with {one} than with {other}"
        else:
            text = f"differs by {sized} {chances}, {one} minus {other}"
    also = [f"{plainly(key)} {title(x)}" for key, x in first["cell"].items() if key != factor]
    also += [f"round {first['round']}"] * (factor != "round")
    return clean(what[0].upper() + what[1:] + " " + ", ".join([text, *also]))


def test_words_of_the_picture_of_all_claims():
    """Each claim in the group of its verdict; of each pair the difference and both intervals."""
    groups = part("forest").split('<div class="verdict-group">')[1:]
    heads = [group.partition("</h4>")[0].partition("<h4>")[2] for group in groups]
    expected = [f"{verdict} {n} claim{'s' * (n != 1)}" for n, verdict in counts()]
    assert [said(head) for head in heads] == cleaned([expected])[0]
    seen = []
    for (_, verdict), group in zip(counts(), groups):
        for row in group.split('<div class="row">')[1:]:
            name = re.search(r'href="#claim-(\w+)"', row)[1]
            seen.append(name)
            claim, item = CLAIMS[name], judged()[name]
            assert item["verdict"] == verdict
            assert pieces(r'<p class="sentence">(.*?)</p>', row) == [clean(claim["sentence"])]
            expected = []
            for sides, pair in zip(claim["compare"], item["pairs"], strict=True):
                adjusted = ends(claim["metric"], pair, "_adjusted")
                expected.append(f"{in_words(claim, sides, pair)}. Adjusted: {clean(adjusted)}.")
            assert pieces(r'<p class="words">(.*?)</p>', row) == expected
    assert sorted(seen) == sorted(CLAIMS)


def places(pattern: str, html: str) -> list[float]:
    return [float(found) for found in re.findall(pattern, html)]


def test_marks_of_the_picture_of_all_claims():
    """Where its seeds, means and intervals are, by the axis; in per cent of the width."""
    for panel in part("forest").split('<div class="panel">')[1:]:
        ticks = re.findall(r'<text x="([\d.]+)%" y="19">([^<]*)</text>', panel)
        at, values = zip(*((float(x), float(text.replace("−", "-"))) for x, text in ticks))
        slope, start = np.polyfit(values, at, 1)
        for row in panel.split('<div class="row">')[1:]:
            name = re.search(r'href="#claim-(\w+)"', row)[1]
            claim, item = CLAIMS[name], judged()[name]
            scale = 100 if is_percent(claim["metric"]) else 1
            lines = row.split('<svg class="line')[1:]
            for svg, sides, pair in zip(lines, claim["compare"], item["pairs"], strict=True):
                first, second = (side_values(claim, side) for side in sides)
                found = differences(first, second)
                drawn = places(r'class="seed" cx="([\d.]+)%"', svg)
                drawn += places(r'class="mean" x="([\d.]+)%"', svg)
                drawn += places(r'class="interval" x1="([\d.]+)%" x2="[\d.]+%" y1="20"', svg)
                drawn += places(r'class="interval" x1="[\d.]+%" x2="([\d.]+)%" y1="20"', svg)
                numbers = [*found, *(pair[x] for x in ("difference", "low_adjusted"))]
                numbers = scale * np.array([*numbers, pair["high_adjusted"]])
                assert drawn == pytest.approx(start + slope * numbers, abs=0.005)
                seeds = [f"seed {x}: {signed(claim['metric'], y)}" for x, y in zip(first, found)]
                assert pieces(r"<title>(.*?)</title>", svg) == cleaned([seeds])[0]


def expectation(claim: dict) -> str:
    by = amount(claim["metric"], claim["margin"]) if "margin" in claim else "0"
    below = f"−{by}" if by != "0" else by
    kinds = {"greater": f"above {by}", "less": f"below {below}", "equivalent": f"within ±{by}"}
    kinds |= {"not_greater": f"below {by}", "not_less": f"above {below}"}
    return f"Difference of {subject(claim['metric'])}: {kinds[claim['expect']]}."


def test_claims_of_the_report():
    """Verdict, sentence, note, what is compared, its runs, differences and adjusted p."""
    rows = part("claims").split('<div role="row" class="claim" id="claim-')[1:]
    assert [row.partition('"')[0] for row in rows] == [*CLAIMS]
    for row, (name, claim) in zip(rows, CLAIMS.items()):
        item = judged()[name]
        verdict, sentence, numbers, p = row.split('<div role="cell"')[1:]
        assert pieces(r"<span[^>]*>(.*?)</span>", verdict) == [item["verdict"]]
        first, second = pieces(r"<p[^>]*>(.*?)</p>", sentence)
        assert first.startswith(clean(claim["sentence"]))
        text = note(claim, item)
        text = f"{expectation(claim)} {text[:1].upper()}{text[1:]}{'.' * bool(text)}".strip()
        assert second.endswith(clean(text))
        found = pieces(r"<li>(.*?)</li>", sentence)
        for pair, line in zip(item["pairs"], found[: len(item["pairs"])], strict=True):
            begins, guard = pair["guard"]
            begins = begins.replace(claim["factor"], plainly(claim["factor"]), 1)
            assert line.startswith(clean(f"{pair['first']} − {pair['second']}: {begins}"))
            assert line.endswith(clean(f"{guard}. {pair['caveat']}"))
        assert found[len(item["pairs"]) + 1 :] == [f"In the files: {name}"]
        sides = itertools.chain(*claim["compare"])
        runs = [cell(side["cell"]) for side in sides]
        assert re.findall(r'href="#cell-(\w+)"', sentence) == [*dict.fromkeys(runs)]
        pairs = [[" ".join(difference_and_interval(claim, pair))] for pair in item["pairs"]]
        assert [[text] for text in pieces(r"<p>(.*?)</p>", numbers)] == cleaned(pairs)
        assert said(p.partition(">")[2].partition("</div>")[0]) == clean(
            f"p, adjusted {shown_p(item.get('p_adjusted'))}"
        )
    tests = {item["tests"] for item in judged().values() if "tests" in item}
    assert f"Adjusted by Holm over {tests.pop()} tests ({len(CLAIMS)} claims:" in part("claims")


def listed(items: list[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}"


def test_counts_of_the_first_screen():
    """Runs, cells, samples, levels, seeds and rounds; verdicts, by badges and in a sentence."""
    first, runs = part("summary"), published_protocols.RUNS
    assert pieces(r'<p class="lead">(.*?)</p>', first) == [f"{runs} of {runs} runs present."]
    compared, found, _ = re.findall(r"<dd>(.*?)</dd>", first, flags=re.DOTALL)
    sizes = listed([f"{IMAGES[split]:,} {words}" for split, words in SPLITS.items()])
    factors = [f"{plainly(x)} ({', '.join(map(title, y))})" for x, y in _ascending().items()]
    combined = np.prod([len(given) for given in FACTORS.values()])
    assert said(compared) == clean(
        f"{len(CELLS)} cells, settings of the multilayer perceptron on {STUDY['dataset']} ({sizes}"
        f" samples): {listed(factors)} in all combinations, and {len(CELLS) - combined} beyond"
        f" that grid. Each was trained with {STUDY['seeds']} seeds, for {STUDY['rounds']} rounds"
        f" of {STUDY['epochs_per_round']} epochs."
    )
    verdicts = [f"{count} {verdict}" for count, verdict in counts()]
    badges, total, surely, *fair, effect, _ = pieces(r"<p[^>]*>(.*?)</p>", found)
    assert badges == " ".join(verdicts)
    assert pieces(r"<span[^>]*>(.*?)</span>", found) == verdicts
    assert total == f"Of {len(CLAIMS)} claims, {listed(verdicts)}."
    # but for what the page of the version before words or counts otherwise
    for text, name in zip(fair, published_protocols.PROTOCOLS, strict=True):
        expected = published_protocols.changes(name).partition(", of ")[2].partition(";")[0]
        assert expected.removesuffix(".") in text
    tests = next(item["tests"] for item in judged().values() if "tests" in item)
    assert surely == clean(
        "How surely: a study like this gives a false verdict in about 5 of 100 repeats, by chance"
        f" between seeds alone (paired t-tests, Holm over {tests} tests)."
    )
    shown_effects = [row for row in effect_rows() if row["metric"] == "val_accuracy"]
    clear = [row for row in shown_effects if row["p_holm"] <= 0.05]
    most = max(clear, key=lambda row: row["partial_eta_squared"])
    p = shown_p(most["p_holm"])
    assert effect.endswith(
        f" most consistently is {plainly(most['effect'])} (partial η²"
        f" {most['partial_eta_squared']:.2f}, p {'' if p[0] == '<' else '= '}{p}, adjusted)."
    )


def _ascending() -> dict:
    return {x: sorted(y) if isinstance(y[0], int) else y for x, y in FACTORS.items()}


def test_clearest_differences_of_the_first_screen():
    """The three decided claims with the smallest p-values, the same words once."""
    decided = [
        (item["p_value"], name)
        for name, item in judged().items()
        if item["verdict"] in ("supported", "contradicted")
    ]
    expected = {}
    for _, name in sorted(decided):
        claim, item = CLAIMS[name], judged()[name]
        both = zip(claim["compare"], item["pairs"])
        sides, pair = max(both, key=lambda found: abs(found[1]["d_z"]))
        words = in_words(claim, sides, pair)
        expected.setdefault(words, (f"{words}. {item['verdict'].capitalize()}", name))
    found = re.search(r"Most clearly:</p>(.*?)</ul>", part("summary"), flags=re.DOTALL)[1]
    links = re.findall(r'href="#claim-(\w+)"', found)
    assert [*zip(pieces(r"<li>(.*?)</li>", found), links)] == [*expected.values()][:3]


def test_what_the_first_screen_leaves_open():
    left = [item for item in judged().values() if item["verdict"] == "undecided"]
    known = [item for item in left if "seeds_from" in item]
    numbers = []
    for few, many in ((item["seeds_from"], item["seeds_to"]) for item in known):
        numbers.append(f"about {few}" if few == many else f"{few} to {many}")
    found = pieces(r"<li>(.*?)</li>", part("summary").partition("Not decided")[2])
    assert found[0] == (
        f"{len(left)} claims are undecided; so many seeds would probably decide {len(known)} of"
        f" them: {'; '.join(numbers)}."
    )
    warned = dict.fromkeys(table for table, *_ in split_rows())
    *first, last = [name for name, file, _ in numbered() if file in warned]
    assert found[1] == (
        f"The validation and the test split disagree: see the notes under {', '.join(first)} and"
        f" {last}. Each verdict is on the split that its claim names."
    )
    assert found[2].startswith("Seeds say how much depends on initial weights")


def test_what_is_said_under_the_tables():
    """Where the splits disagree, and of which levels each comparison is."""
    for part_of, (name, file, table) in zip(
        REPORT.split('<div class="one-table">')[1:], numbered(), strict=True
    ):
        assert f">{name}: " in part_of
        texts = [f"The splits disagree. {text}." for of, _, text in split_rows() if of == file]
        found = pieces(r'<div class="note">(.*?)</div>', part_of)
        assert sorted(found) == sorted(map(clean, texts))
        start, *others = levels(table)
        guards = [
            f"They differ in {plainly(table['vary'])} alone ({level} against {start}):"
            for level in others
        ]
        found = re.findall(r'<ul class="soft">(.*?)</ul>', part_of, flags=re.DOTALL)[-1:]
        found = pieces(r"<li>(.*?)</li>", "".join(found))
        assert [f"{text.partition(':')[0]}:" for text in found] == cleaned([guards])[0]


def test_method_of_the_report():
    tests = next(item["tests"] for item in judged().values() if "tests" in item)
    text, seeds = said(part("method")), STUDY["seeds"]
    assert f"{len(CELLS)} cells were trained with {seeds} seeds each" in text
    assert f", {len(CELLS) * seeds} trainings in all," in text
    assert f" in {STUDY['rounds']} rounds of {STUDY['epochs_per_round']} epochs with Adam" in text
    assert (
        f"of the {len(CLAIMS)} claims are adjusted by Holm’s procedure over {tests} tests" in text
    )
    assert {len(found) for found in VALUES.values()} == {seeds}
