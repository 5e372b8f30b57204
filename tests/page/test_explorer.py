"""The explorer of learning curves, and the way from a number to its runs, in a browser."""

import csv
import json
import re

import pytest
from page_study import opened
from playwright.sync_api import expect
from small_study import read_csv

pytestmark = pytest.mark.xdist_group("page")


def plots(page) -> list[str]:
    """What the plots are called."""
    boxes = page.locator("#explorer .plot").all()
    return [box.get_attribute("aria-label") for box in boxes]


def pixels(page, number: int) -> str:
    """What a plot looks like."""
    return page.locator("#explorer canvas").nth(number).evaluate("(canvas) => canvas.toDataURL()")


def check(page, label: str, checked: bool = True) -> None:
    page.locator("#explorer").get_by_label(label, exact=True).set_checked(checked)


def test_cells_metrics_rounds_and_axes_are_chosen(browser, report):
    with opened(browser, report.with_name("appendix.html")) as page:
        explorer = page.locator("#explorer")
        legend = explorer.locator(".legend li")
        assert legend.count() == 3  # the levels of the first factor
        assert plots(page) == [
            "Loss by epoch. The arrow keys read the values out.",
            "Accuracy (%) by epoch. The arrow keys read the values out.",
        ]
        before = pixels(page, 0)
        check(page, "logarithmic")
        logarithmic = pixels(page, 0)
        assert logarithmic != before
        check(page, "each seed")
        assert pixels(page, 0) != logarithmic
        check(page, "mean ± sd")
        assert pixels(page, 0) == logarithmic
        check(page, "Validation loss", False)
        assert len(plots(page)) == 1  # accuracy alone
        check(page, "2", False)  # round 2
        explorer.get_by_role("button", name="None").click()
        assert legend.count() == 0
        assert explorer.locator(".said").inner_text() == "Choose a cell."
        explorer.get_by_label("Find").fill("batch 64")
        boxes = explorer.locator(".choices input")
        assert boxes.count() == 1
        boxes.check()
        assert "batch size 64" in legend.inner_text() and "12 seeds" in legend.inner_text()
        assert page.errors == []


def test_the_arrow_keys_read_out_the_means_of_metrics_csv(browser, report):
    with opened(browser, report.with_name("appendix.html")) as page:
        plot = page.locator("#explorer .plot").first
        plot.focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")  # epoch 3 of round 2
        assert page.inner_text("#explorer .epoch") == "Epoch 7, round 2:"
        said = page.locator("#explorer .legend li").first
        name = said.locator("a").get_attribute("href").removeprefix("#cell-")
        (path,) = (report.parent / "runs" / name).glob("fixed/split0/*/*/round2/metrics.csv")
        rows = [row for row in read_csv(path) if row["epoch"] == "3"]
        assert len(rows) == 12
        loss = sum(float(row["val_loss"]) for row in rows) / 12
        share = sum(float(row["val_accuracy"]) for row in rows) / 12
        numbers = [float(text) for text in re.findall(r"\d+\.\d+", said.inner_text())]
        assert numbers[0] == pytest.approx(loss, rel=1e-3)
        assert numbers[2] == pytest.approx(100 * share, abs=0.01)
        page.keyboard.press("Home")
        assert page.inner_text("#explorer .epoch") == "Epoch 1, round 1:"


def test_it_fits_a_phone_and_the_dark(browser, report):
    phone = {"viewport": {"width": 400, "height": 800}, "color_scheme": "dark"}
    with opened(browser, report.with_name("appendix.html"), **phone) as page:
        box = page.locator("#explorer .plot").first.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 400
        light = pixels(page, 0)
        page.emulate_media(color_scheme="light")
        expect(page.locator("#explorer .plot")).to_have_count(2)
        assert pixels(page, 0) != light
        assert page.errors == []


def test_without_javascript_the_page_says_where_curves_are(browser, report):
    with opened(browser, report.with_name("appendix.html"), java_script_enabled=False) as page:
        assert not page.locator("#explorer").is_visible()
        assert "needs JavaScript" in page.inner_text("#section-explorer")
        assert page.locator("#section-plots img").count() == 5
        page.locator("details.provenance summary").first.click()
        assert page.locator("details.provenance code").nth(1).is_visible()


def test_a_count_of_mistakes_opens_its_own_images(browser, report):
    """Of each class and split those of mistaken.csv, each with its image and no other's."""
    with (report.parent / "pictures" / "mistaken.csv").open() as file:
        listed = list(csv.DictReader(file))
    seen = 0
    with opened(browser, report) as page:
        for table in page.locator("#section-errors table").all():
            split = table.locator("caption").inner_text().lower()
            split = {"validation": "val", "test": "test"}[split]
            for row in table.locator("tbody tr").all():
                label = row.locator("th").inner_text()
                own = [each for each in listed if (each["split"], each["label"]) == (split, label)]
                assert row.locator("a").count() == bool(own)
                if not own:
                    continue
                row.locator("a").click()
                opened_here = page.locator(".outcome:target")
                names = opened_here.locator("li .name").all_inner_texts()
                assert names == [each["name"] for each in own]
                tops = [
                    float(image.get_attribute("viewBox").split()[1])
                    for image in opened_here.locator("svg.sample").all()
                ]
                assert tops == [5 * (int(each["number"]) - 1) for each in own]  # images of 5 × 5
                seen += len(own)
    assert seen == len(listed) > 0


def test_a_row_leads_to_its_runs(browser, report):
    with opened(browser, report.with_name("appendix.html")) as page:
        page.locator("#section-tables tbody a").first.click()
        opened_cell = page.locator("details.provenance[open]")
        expect(opened_cell).to_have_count(1)
        name = opened_cell.get_attribute("id").removeprefix("cell-")
        (path,) = (report.parent / "runs" / name).glob("fixed/split0/*/*/round1/run.json")
        record = json.loads(path.read_text())
        ran = json.loads(path.with_name("environment.json").read_text())
        text = opened_cell.inner_text()
        for digest in (record["data"], *record["code"].values()):
            assert digest in text
        row = opened_cell.locator("tbody tr").first.locator("td").all_inner_texts()
        assert row[:4] == ["1", "0–11", f"{ran['seconds']:,.1f}", "A"]
        metrics = path.with_name("metrics.csv").relative_to(report.parents[2])
        assert row[4] == (
            f"snakemake --cores 1 --force {metrics.as_posix()} --configfile study.yaml"
        )
        environment = page.inner_text('[aria-label="Environments"] tbody')
        assert ran["processor"] in environment and ran["packages"]["torch"] in environment


def test_the_mistaken_samples_are_those_of_the_scores(report):
    with (report.parent / "pictures" / "mistaken.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["runs"] for row in rows} == {"36"}  # three cells of twelve seeds
