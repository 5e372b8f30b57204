"""The report in a browser: what it asks for, how it behaves, and whether everybody can read it."""

import csv
import io
import os
import re
import shutil
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_study import SCRIPT, environments, opened
from run_snakemake import without_terms

from study.report.terms import explained
from study.report.worth import simple_title

pytestmark = pytest.mark.xdist_group("page")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 400, "height": 800}


def column(page, table: str, number: int) -> list[str]:
    """The texts of a table's column, from the top."""
    cells = page.locator(f'[aria-label="{table}"] tbody tr td:nth-child({number})')
    return cells.all_inner_texts()


def test_the_page_asks_for_nothing_and_complains_of_nothing(browser, report):
    with opened(browser, report) as page:
        assert [url for url in page.asked if not url.startswith("data:")] == [report.as_uri()]
        assert page.errors == []
        assert page.title() == "Training study: tiny"  # text that looks like a script is text
        assert SCRIPT in page.inner_text("main")
        scripts = "[...document.scripts].filter((part) => part.textContent.includes('broken'))"
        assert page.evaluate(f"{scripts}.filter((part) => part.type === '').length") == 0
    assert report.stat().st_size < 8e6


def test_the_first_screen_says_what_came_out(browser, report):
    with opened(browser, report, viewport=WIDE) as page:
        found = page.inner_text("#found")
        assert "tiny · 3 cells × 12 seeds" in found
        assert "On validation, " in page.inner_text("h1")
        assert "Before you trust it" in found and "1 not tested" in found
        assert page.locator(".square").count() == 4
        for part in (".effects", "table.few", ".doubts", ".squares"):
            box = page.locator(f"#found {part}").bounding_box()
            assert box["y"] + box["height"] < WIDE["height"]
        page.locator(".square").first.click()
        assert page.url.partition("#")[2].startswith("claim-")
    with opened(browser, report.with_name("appendix.html"), viewport=WIDE) as page:
        found = page.inner_text("#section-summary")
        assert "3 cells, settings of the multilayer perceptron on tiny" in found
        assert "batch size (8, 32, 64)" in found
        assert " of 4 claims " in found
        assert re.search(r"Training loss falls by [\d.]+ \(95% [\d.]+ to [\d.]+\)", found)


def test_claims_are_drawn_with_the_interval_that_decides(browser, report):
    """Where a claim is supported, the line is within its band; where contradicted, outside."""
    with opened(browser, report, viewport=WIDE) as page:
        for verdict, inside in (("supported", True), ("contradicted", False)):
            shown = page.locator(f".claim svg.line:has(g.{verdict})")
            for drawn in shown.all():
                band = drawn.locator(".band").bounding_box()
                line = drawn.locator(".interval").first.bounding_box()
                ends = (line["x"], line["x"] + line["width"])
                within = [band["x"] <= end <= band["x"] + band["width"] for end in ends]
                assert within == [inside] * 2
                assert drawn.locator(".seed").count() == 12
            assert shown.count() >= 1
        undrawn = page.locator(".claim", has_text="not tested")
        assert "has not been trained" in undrawn.inner_text()


def test_claims_are_filtered_by_verdict(browser, report):
    with opened(browser, report, viewport=WIDE) as page:
        shown = page.locator(".claim:visible")
        before = shown.count()
        button = page.get_by_role("button", name="supported (1)", exact=True)
        button.click()
        assert (shown.count(), button.get_attribute("aria-pressed")) == (before - 1, "false")
        button.click()
        assert shown.count() == before == 4


def test_each_page_leads_to_what_only_the_other_has(browser, report):
    """A link leads to a part of its own page, or of the other one where only that has it."""
    pages = {name: report.with_name(name).read_text() for name in ("report.html", "appendix.html")}
    anchors = {name: {*re.findall(r'\bid="([^"]+)"', text)} for name, text in pages.items()}
    for name, text in pages.items():
        links = re.findall(r'href="([^"#:]*)#([^"]+)"', text)
        assert links and all(anchor in anchors[to or name] for to, anchor in links)
        assert all(
            (report.parent / path).exists() for path in re.findall(r'href="([^"#:]+)"', text)
        )


def test_tables_are_sorted_and_copied(browser, report):
    options = {"viewport": WIDE, "permissions": ["clipboard-read", "clipboard-write"]}
    with opened(browser, report.with_name("appendix.html"), **options) as page:
        assert column(page, "Table 1 (sizes)", 1) == ["8", "32", "64", simple_title(())]
        table = page.locator(".table", has=page.locator('[aria-label="Table 1 (sizes)"]'))
        heading = table.locator("th").first
        heading.get_by_role("button").press("Enter")
        assert heading.get_attribute("aria-sort") == "ascending"
        heading.get_by_role("button").click()
        assert column(page, "Table 1 (sizes)", 1) == [simple_title(()), "64", "32", "8"]
        copied = {}
        for kind in ("CSV", "Markdown", "LaTeX"):
            table.get_by_role("button", name=f"Copy as {kind}").click()
            page.get_by_text(f"Table 1 (sizes): {kind} copied").wait_for(state="attached")
            copied[kind] = page.evaluate("navigator.clipboard.readText()")
        heading.get_by_role("button").click()
        assert column(page, "Table 1 (sizes)", 1) == ["8", "32", "64", simple_title(())]
        differences = page.locator(
            ".table", has=page.locator('[aria-label="Table 1 (sizes), differences"]')
        )
        differences.get_by_role("button", name="Copy as LaTeX").click()
        page.get_by_text("differences: LaTeX copied").wait_for(state="attached")
        latex = page.evaluate("navigator.clipboard.readText()")
    rows = list(csv.reader(io.StringIO(copied["CSV"])))
    assert [row[0] for row in rows] == ["Batch size", simple_title(()), "64", "32", "8"]
    assert len({len(row) for row in rows}) == 1
    lines = copied["Markdown"].splitlines()
    assert lines[0].startswith("| Batch size | Training loss |")
    assert lines[1].startswith("| --- | ---: |")
    for text in (copied["LaTeX"], latex):
        assert environments(text) == [
            r"\begin{table}", r"\begin{tabular}", r"\end{tabular}", r"\end{table}",
        ]  # fmt: skip
        assert not re.search(r"(?<!\\)[%#_]", text)
    written = [path.read_text() for path in sorted(report.parent.glob("tables/*.tex"))]
    assert len(written) == 2
    assert r"\caption{Batch size, " in copied["LaTeX"]  # LaTeX counts tables itself
    compile_latex("\n".join([copied["LaTeX"], latex, *written]), report.parent)


def compile_latex(text: str, folder) -> None:
    """Where there is a LaTeX here: that it takes these tables."""
    if not shutil.which("pdflatex"):
        assert "NO_SKIPS" not in os.environ, "no pdflatex"
        return
    whole = "\\documentclass{article}\\usepackage{booktabs}\\usepackage[T1]{fontenc}"
    (folder / "table.tex").write_text(f"{whole}\\begin{{document}}{text}\\end{{document}}")
    subprocess.run(["pdflatex", "-halt-on-error", "table.tex"], cwd=folder, check=True)


def test_without_javascript_all_is_there_but_buttons(browser, report):
    with opened(browser, report, java_script_enabled=False, viewport=WIDE) as page:
        assert page.locator("#found svg.line").count() == 2
        assert page.locator("#claims svg.line").count() == 3
        assert page.locator("button:visible:not(.term)").count() == 0
        page.locator(".term", has_text="seeds").first.click()
        assert page.get_by_text(
            "A seed decides everything that training draws at random"
        ).is_visible()
        page.keyboard.press("Escape")
        assert page.locator(".filters").is_hidden()
        assert page.locator("table.few").first.is_visible()
        page.locator("details summary").first.click()
        assert page.locator("details .caption").first.is_visible()


@pytest.mark.parametrize(
    ("size", "scheme", "rules"),
    [
        (WIDE, "light", {}),
        (PHONE, "light", {"rules": {"color-contrast": {"enabled": False}}}),  # as on a wide screen
        (WIDE, "dark", {"runOnly": ["color-contrast"]}),
    ],
    ids=["wide", "phone", "dark"],
)
@pytest.mark.parametrize("name", ["report.html", "appendix.html"])
def test_everybody_can_read_it(browser, report, name, size, scheme, rules):
    with opened(browser, report.with_name(name), viewport=size, color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        options = {"resultTypes": ["violations"]} | rules
        found = Axe().run(page, options=options).response["violations"]
        told = [
            f"{finding['id']}: {node['html'][:90]}"
            for finding in found
            if finding["impact"] in ("serious", "critical") or finding["id"] == "region"
            for node in finding["nodes"]
        ]
        assert told == []


def test_nothing_is_cut(browser, report):
    """No table at 1280 pixels, whatever is folded away; not the page at 400; claims as cards."""
    open_all = "document.querySelectorAll('details').forEach((part) => (part.open = true))"
    too_wide = (
        "[...document.querySelectorAll('.scroll')].filter((part) => part.scrollWidth >"
        " part.clientWidth).map((part) => part.getAttribute('aria-label'))"
    )
    appendix = report.with_name("appendix.html")
    for path in (report, appendix):
        with opened(browser, path, viewport=WIDE) as page:
            page.evaluate(open_all)
            assert page.evaluate(too_wide) == []
    for path in (appendix, report):
        with opened(browser, path, viewport=PHONE) as page:
            page.evaluate(open_all)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with opened(browser, report, viewport=PHONE) as page:
        cells = page.locator("#claim-falls .difference > *").all()
        assert len({round(cell.bounding_box()["x"]) for cell in cells}) == 1  # one below another
        assert min(cell.bounding_box()["width"] for cell in cells) > 300


def test_dark_and_printed(browser, report):
    back = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, report, color_scheme="dark") as page:
        dark = page.evaluate(back)
        page.emulate_media(media="print", color_scheme="dark")
        assert (dark, page.evaluate(back)) == ("rgb(20, 24, 30)", "rgb(255, 255, 255)")
        assert not page.locator("nav").is_visible()


def test_the_report_is_two_printed_pages_and_heads_are_repeated(browser, report):
    with opened(browser, report) as page:
        sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))
        assert len(sheets) <= 2
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 1000})  # A4 without its margins
        first, second = (
            page.locator(f".screen > {part}").bounding_box() for part in (".effects", ".beside")
        )
        assert first["y"] == second["y"] and first["x"] < second["x"]
        assert not page.locator(".filters, .copy").first.is_visible()
    with opened(browser, report.with_name("appendix.html")) as page:
        page.emulate_media(media="print")
        heads = (
            "[...document.querySelectorAll('thead')].map((head) => getComputedStyle(head).display)"
        )
        assert {*page.evaluate(heads)} == {"table-header-group"}


def test_terms_explain_themselves_on_hover_and_on_tap(browser, report):
    """Each once a section, in a box beside the word that stays on the screen."""
    for size, options in ((WIDE, {}), (PHONE, {"has_touch": True})):
        with opened(browser, report, viewport=size, **options) as page:
            word = page.locator("#section-first_screen .term", has_text="intervals")
            assert word.count() == 1
            text = page.get_by_text(
                "A range that contains the true value in 95 of 100 such studies"
            )
            assert not text.is_visible()
            if options:
                word.tap()
            else:
                word.hover()
            box, of_word = text.bounding_box(), word.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
            assert abs(box["y"] - of_word["y"]) < 200
            if options:
                word.tap()
            else:
                page.mouse.move(2, 2)
            assert not text.is_visible()
    with opened(browser, report.with_name("appendix.html")) as page:
        for section in page.locator(".section").all():
            names = section.locator(".term").evaluate_all(
                "(all) => all.map((one) => one.getAttribute('popovertarget'))"
            )
            assert len(names) == len({*names})


def test_words_are_explained_where_they_are_words():
    html = (
        "<h3>Seeds</h3><p data-of='seeds'>Each <a href='#x'>seed</a> of 12 seeds, and a Seed"
        " again.</p><script>if (a<b) seed()</script><svg><title>a seed</title></svg>"
        "<p>The Brier score on test, a t-test, and tested; AUC &amp; ECE</p>"
    )
    found, terms = explained(html)
    assert terms == {"seed", "brier", "test", "roc", "calibration"}
    buttons = re.findall(r'popovertarget="term-(\w+)">([^<]*)</button>', found)
    assert buttons == [
        ("seed", "seeds"), ("brier", "Brier score"), ("test", "test"), ("roc", "AUC"),
        ("calibration", "ECE"),
    ]  # fmt: skip
    assert "on <button" in found and "a t-test, and tested" in found
    assert without_terms(found) == html


def test_the_page_has_bold_what_the_paper_tables_have(browser, report):
    with opened(browser, report.with_name("appendix.html")) as page:
        for name in ("table1", "sizes"):
            lines = (report.parent / "tables" / f"{name}.md").read_text().splitlines()
            rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")][2:]
            table = page.locator(f".one-table:has(#{name}) table.data").first
            bold = [
                [cell.locator("b").count() > 0 for cell in row.locator("td").all()]
                for row in table.locator("tbody tr").all()
            ]
            assert bold == [["**" in text for text in row] for row in rows]
            assert any(map(any, bold))
            assert (
                "Bold: the best, and any that cannot be distinguished from it" in table.inner_text()
            )


def test_drawings_have_their_pdf_beside_them(browser, report):
    with opened(browser, report.with_name("appendix.html")) as page:
        links = page.locator("figcaption a", has_text="PDF")
        found = {link.get_attribute("href") for link in links.all()}
    assert found >= {
        *(f"pictures/{name}.pdf" for name in ("forest", "curves", "seeds", "roc", "confusion")),
        "figures/figure3.pdf",
    }
    assert all((report.parent / path).stat().st_size for path in found)


def test_by_keyboard(browser, report):
    with opened(browser, report, viewport=PHONE) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        regions = page.locator(".scroll")
        assert {part.get_attribute("tabindex") for part in regions.all()} == {"0"}
        assert page.locator("main, nav").count() == 2
