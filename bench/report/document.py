"""docs/performance.md and its pictures: the plots of one dated run, as a page of the documentation."""

import html
import pathlib
import re

import bars
import machine
import plots
import table
from figures import SHORT

HERE = pathlib.Path(__file__).resolve().parent
LEGEND_ROW = 22


def _style():
    """Of the page's style sheet, what a picture on its own needs; on white, for any reader."""
    css = (HERE / "page.css").read_text(encoding="utf-8")
    light = re.match(r":root \{.*?\n\}", css, re.S).group().replace(":root", "svg")
    rules = [line for line in css.splitlines() if re.match(r"(figure )?(svg )?\.(s-|series|tick|label|title|"
                                                         r"grid|minor|axis|limit)", line)]
    font = 'text { font-family: system-ui, sans-serif; font-size: 12px; }'
    return "\n".join([light, font, *(rule.replace("figure ", "") for rule in rules)])


def _picture(chart, contenders, style):
    """The chart with a legend below it."""
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', chart).groups())
    legend, x, y = [], 10, height + 14
    for contender in contenders:
        name = SHORT[contender]
        if x + 30 + 7 * len(name) > width:
            x, y = 10, y + LEGEND_ROW
        legend.append(f'<g class="series s-{contender}"><polyline points="{x},{y - 4} {x + 18},{y - 4}"/></g>'
                      f'<text x="{x + 23}" y="{y}" class="tick">{html.escape(name)}</text>')
        x += 34 + 7 * len(name)
    total = y + 10
    body = chart.replace(f'viewBox="0 0 {width} {height}"',
                         f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}"', 1)
    opening, rest = body.split(">", 1)
    return (f'{opening}><style>{style}</style><rect width="{width}" height="{total}" fill="#fff"/>'
            f'{rest.removesuffix("</svg>")}{"".join(legend)}</svg>\n')


def _name(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]


def write(figures, root):
    pictures = root / "docs" / "pictures" / "performance"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.svg"):
        old.unlink()
    environment = figures.environment
    runs = environment["runs"]
    found = bars.all_bars(figures)
    run = [bar for bar in found if bar.ok is not None]
    lines = [
        "# Performance", "",
        "Written by `bench/run --document` from one run; nothing here is typed by hand.", "",
        *(f"- {line}" for line in machine.summary(environment)),
        f"- {'Medians of ' + str(runs) + ' runs' if runs > 1 else 'One run'}; times leave out what other "
        "processes took meanwhile. Times compare within this run only.", "",
        f"## The bars: {sum(bar.ok for bar in run)} of {len(run)} are met", "",
        "What we hold ourselves to. What is missed is said first.", "",
        "| figure | value | bar | |", "| --- | --- | --- | --- |"]
    for bar in sorted(run, key=lambda bar: bar.ok):
        sign = "≥" if bar.at_least else "≤"
        lines.append(f"| {bar.text} | {bar.show(bar.value)} | {sign} {bar.show(bar.limit)} | {bar.verdict} |")
    style = _style()
    for plot in plots.all_plots(figures):
        lines += ["", f"## {plot.title}", "", plot.see, ""]
        for number, chart in enumerate(plot.charts, 1):
            file = f"{_name(plot.title)}-{number}.svg"
            (pictures / file).write_text(_picture(chart, plot.contenders, style), encoding="utf-8")
            lines.append(f"![{plot.title}](pictures/performance/{file})")
    lines += ["", "## All figures", "", "```text", *table.render(figures, False).splitlines(), "```", ""]
    (root / "docs" / "performance.md").write_text("\n".join(lines), encoding="utf-8")
