"""One page with everything, which needs no other file and no network."""

import html
import pathlib

import bars
import machine
import plots
import table
from figures import OURS, REFERENCE, SHORT, micros

LONGEST = (OURS, REFERENCE, "boehm")
HERE = pathlib.Path(__file__).resolve().parent


def _bar(bar):
    state = {True: "ok", False: "missed", None: "absent"}[bar.ok]
    # The mark of the limit stands at two thirds; what exceeds it by half or more fills the track.
    used = min(bar.used or 0, 1.5) / 1.5 * 100
    sign = "≥" if bar.at_least else "≤"
    note = f'<span class="note">{html.escape(bar.note)}</span>' if bar.note else ""
    return (f'<tr class="{state}"><td class="what">{html.escape(bar.text)}{note}</td>'
            f'<td class="num">{bar.show(bar.value)}</td>'
            f'<td class="num dim">{sign} {bar.show(bar.limit)}</td>'
            f'<td class="track"><div><i style="width:{used:.1f}%"></i><b></b></div></td>'
            f'<td class="verdict">{bar.verdict}</td></tr>')


def _summary(figures):
    found = bars.all_bars(figures)
    run = [bar for bar in found if bar.ok is not None]
    met = sum(bar.ok for bar in run)
    groups = {}
    for bar in found:
        groups.setdefault(bar.group, []).append(bar)
    tables = "".join(f"<table class='bars'><caption>{group}</caption>"
                     f"{''.join(_bar(bar) for bar in group_bars)}</table>"
                     for group, group_bars in groups.items())
    missing = len(found) - len(run)
    left_out = f", {missing} were not run" if missing else ""
    return (f"<section><h2>The bars: {met} of {len(run)} are met{left_out}</h2>"
            f"<p class='see'>How much of each limit is used up: what passes the mark is missed.</p>"
            f"<div class='two'>{tables}</div></section>")


def _legend(contenders):
    items = "".join(f'<button type="button" data-c="{c}" class="s-{c}"><svg viewBox="0 0 22 8">'
                    f'<line x1="1" y1="4" x2="21" y2="4"/></svg>{html.escape(SHORT[c])}</button>'
                    for c in contenders)
    return f'<div class="legend">{items}</div>'


def _plot(plot):
    kind = "three" if len(plot.charts) > 4 else "two"
    return (f"<section><h2>{html.escape(plot.title)}</h2><p class='see'>{html.escape(plot.see)}</p>"
            f"{_legend(plot.contenders)}<div class='{kind}'>"
            f"{''.join(f'<figure>{chart}</figure>' for chart in plot.charts)}</div></section>")


def _grid(figures):
    """Time of ours over others in each cell of the grid, and the longest operation."""
    cells = [w for w in figures.groups if figures.parameter(w, "ring")]
    if not cells:
        return ""

    def cell(ratio):
        if ratio is None:
            return "<td class='num'>-</td>"
        shade = "good" if ratio <= 1 else "fair" if ratio <= 2 else "bad"
        return f"<td class='num {shade}'>{ratio:.2f}</td>"

    rows = []
    for workload in cells:
        time = {c: figures.get(workload, c, "ns_per_node") for c in figures.contenders(workload)}
        ours = time.get(OURS)
        numbers = [figures.parameter(workload, key) for key in ("ring", "live", "cyclic", "payload")]
        rows.append(
            "<tr>" + "".join(f"<td class='num'>{n:,}</td>" for n in numbers) +
            (f"<td class='num'>{ours:,.0f}</td>" if ours else "<td>-</td>") +
            "".join(cell(bars.ratio(ours, time.get(c))) for c in (REFERENCE, "intrusive", "boehm")) +
            "".join(f"<td class='num'>{micros(us) if us else '-'}</td>"
                    for us in (figures.best(workload, c, "max_us") for c in LONGEST)) + "</tr>")
    head = "".join(f"<th>{name}</th>" for name in (
        "nodes in a ring", "live nodes", "% cyclic", "payload, bytes", "ns per node",
        "/ shared_ptr", "/ intrusive_ptr", "/ Boehm GC", "longest operation, us", "of shared_ptr",
        "of Boehm GC"))
    return ("<section><h2>The grid</h2><p class='see'>Time of tricycle over that of the others in each "
            "cell: green is faster, red more than twice as slow; the longest operation includes "
            "building its ring.</p>"
            f"<div class='wide'><table class='data'><tr>{head}</tr>{''.join(rows)}</table></div>"
            "</section>")


def _workload_table(figures, workload):
    head = "".join(f"<th>{name}<small>{unit}</small></th>" for name, unit, _, _ in table.COLUMNS)
    rows = ""
    for pair in figures.groups[workload]:
        failed = figures.get(workload, pair["contender"], "failed")
        body = (f"<td colspan='{len(table.COLUMNS)}'>failed: {html.escape(failed)}</td>" if failed
                else "".join(f"<td class='num'>{text}</td>"
                             for text in table.cells(figures, workload, pair["contender"])))
        kind = "ours" if pair["contender"].startswith(OURS) else ""
        rows += f"<tr class='{kind}'><td class='what'>{html.escape(pair['title'])}</td>{body}</tr>"
    caption = html.escape(f"{workload}: {figures.groups[workload][0]['operation']}")
    return (f"<div class='wide'><table class='data'><caption>{caption}</caption>"
            f"<tr><th></th>{head}</tr>{rows}</table></div>")


def _micro(figures):
    if not figures.micro:
        return ""
    head, *rows = table.micro_lines(figures)
    text = "<tr>" + "".join(f"<th>{html.escape(cell)}</th>" for cell in head) + "</tr>"
    for row in rows:
        text += (f"<tr><td class='what'>{row[0]}</td>" +
                 "".join(f"<td class='num'>{cell}</td>" for cell in row[1:]) + "</tr>")
    return f"<div class='wide'><table class='data'>{text}</table></div>"


def _tables(figures):
    all_tables = "".join(_workload_table(figures, workload) for workload in figures.groups)
    legend = "".join(f"<p class='see'>{html.escape(line)}</p>" for line in table.LEGEND)
    return (f"<section><details><summary><h2>All figures</h2></summary>{legend}{all_tables}"
            f"{_micro(figures)}</details></section>")


def render(figures):
    style = (HERE / "page.css").read_text(encoding="utf-8")
    hiding = "".join(f".no-{c} .series.s-{c}{{display:none}}.no-{c} button.s-{c}{{opacity:.35}}"
                     for c in SHORT)
    environment = figures.environment
    runs = environment["runs"]
    kind = "A quick run" if environment["quick"] else f"Medians of {runs} runs" if runs > 1 else "One run"
    lines = "<br>".join(html.escape(line) for line in machine.summary(environment))
    body = "".join([_summary(figures), *map(_plot, plots.all_plots(figures)), _grid(figures),
                    _tables(figures)])
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>tricycle: benchmarks, {environment['date'][:10]}</title>
<style>{style}{hiding}</style></head><body>
<header><h1>tricycle: what a cycle collector costs</h1>
<p>{kind}. Times leave out what other processes took meanwhile. Read pause, throughput, trash and
memory together: each can be bought with another. A name in a legend hides its curves.</p>
<p class="machine">{lines}</p></header>
<main>{body}</main>
<script>{(HERE / "page.js").read_text(encoding="utf-8")}</script>
</body></html>
"""
