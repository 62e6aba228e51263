"""The plots of the page: each a question, one sentence that says what to see, and its charts."""

import dataclasses
import math

import svg
from figures import CONTROL, OURS, SHORT, duration, number

LIVE = ("rings_live_1m", "rings_live_5m")


@dataclasses.dataclass
class Plot:
    title: str
    see: str  # one sentence
    charts: list
    contenders: list  # that appear in it


def _order(contenders):
    """Ours is drawn last, on top."""
    return sorted(contenders, key=lambda c: c.startswith(OURS))


def _plot(title, see, drawn):
    """A plot of the charts that could be drawn: pairs of chart and contenders."""
    drawn = [pair for pair in drawn if pair]
    if not drawn:
        return None
    present = {c for _, contenders in drawn for c in contenders}
    return Plot(title, see, [chart.svg(title) for chart, _ in drawn],
                [c for c in SHORT if c in present])


def _compared(f, key, workloads, contenders, show):
    """': tricycle::ref 0.2 ms and 0.3 ms, Boehm GC 6 ms and 30 ms', or nothing."""
    parts = []
    for contender in contenders:
        values = [f.get(workload, contender, key) for workload in workloads]
        if values and all(v is not None for v in values):
            parts.append(f"{SHORT[contender]} {' and '.join(map(show, values))}")
    return f": {', '.join(parts)}" if parts else ""


def _percent(nines):
    """The percentile that is `nines` decades before 100 %: 0 is the median's neighbour, 3 is 99.9."""
    if nines < 1:
        return "50 %" if nines > 0.2 else "0"
    return f"{100 - 10 ** (2 - nines):.{max(int(nines) - 2, 0)}f} %"


def _latency_chart(f, workload):
    rows = {c: f.typical(workload, c) for c in f.contenders(workload)}
    rows = {c: row for c, row in rows.items() if row}
    if OURS not in rows:
        return None
    curves = {}
    for contender, row in rows.items():
        last = math.log10(row["operations"])
        points = [(i / 8, us) for i, us in enumerate(row["tail_us"][:-1]) if i >= 2 and i / 8 < last]
        curves[contender] = points + [(last, row["tail_us"][-1])]
    longest = max(points[-1][0] for points in curves.values())
    ticks = [math.log10(2)] + list(range(1, math.floor(longest) + 1))
    chart = svg.Chart(workload, svg.Linear(longest, 0.25),
                      svg.decades_around([us for points in curves.values() for _, us in points],
                                         0.02),
                      "share of operations that are faster", "latency of an operation", _percent, duration, ticks)
    chart.limit(1000, "1 ms")
    for contender in _order(curves):
        chart.line(contender, f.title(workload, contender), curves[contender])
    return chart, list(curves)


def latency(f):
    return _plot(
        "How long does an operation take?",
        "The further right a curve stays low, the rarer its stops; its right end is the longest "
        "operation, beside 1M and 5M live objects"
        + _compared(f, "max_us", LIVE, (OURS, "boehm", "std_shared"), duration) + ".",
        [_latency_chart(f, w) for w in ("rings_1k", "rings_64k", *LIVE)])


def _course_chart(f, workload):
    contenders = [c for c in f.contenders(workload)
                  if c in (OURS, "boehm", "boehm_incremental", "std_shared", "cpython", CONTROL)]
    rows = {c: f.typical(workload, c) for c in contenders}
    rows = {c: row for c, row in rows.items() if row}
    if OURS not in rows:
        return None
    values = [us for row in rows.values() for us in row["course"]["max_us"]]
    chart = svg.Chart(workload, svg.Linear(100), svg.decades_around(values, 0.1),
                      "operations done, %", "longest operation", lambda v: f"{v:.0f}", duration)
    chart.limit(1000, "1 ms")
    for contender in _order(rows):
        maxima = rows[contender]["course"]["max_us"]
        chart.dots(contender, f.title(workload, contender),
                   [((i + 1) * 100 / len(maxima), us) for i, us in enumerate(maxima)])
    return chart, list(rows)


def stops(f):
    return _plot(
        "When does the program stop, and for how long?",
        "Each dot is the longest of some thousand operations: slices make a band near 0.1 ms, "
        "collections of the whole heap stand out far above 1 ms.",
        [_course_chart(f, w) for w in LIVE])


def _trash_chart(f, workload):
    rows = {c: f.typical(workload, c) for c in (OURS, "boehm")}
    rows = {c: row for c, row in rows.items() if row}
    if OURS not in rows:
        return None
    ours = rows[OURS]
    bound = ours["trash_mib"] / ours["trash_of_bound"] if ours.get("trash_of_bound") else 24
    values = [mib for row in rows.values() for mib in row["course"]["trash_mib"]]
    chart = svg.Chart(workload, svg.Linear(100), svg.Linear(max(values + [bound * 1.25])),
                      "operations done, %", "uncollected trash", lambda v: f"{v:.0f}",
                      lambda v: f"{number(v)} MiB", size=(370, 250))
    chart.limit(bound, f"bound, {bound:.0f} MiB")
    for contender in _order(rows):
        trash = rows[contender]["course"]["trash_mib"]
        chart.line(contender, f.title(workload, contender),
                   [((i + 1) * 100 / len(trash), mib) for i, mib in enumerate(trash)])
    return chart, list(rows)


def trash(f):
    return _plot(
        "Is short stopping bought with memory?",
        "The line of tricycle has to stay below the dashed bound, max(24 MiB, live/4), in every "
        "kind of program; the Boehm collector promises none and is there for scale.",
        [_trash_chart(f, w) for w in f.groups if f.parameter(w, "trash")])


def _memory_chart(f, workload, x_of, x_scale, x_label, x_text):
    rows = {c: f.typical(workload, c) for c in f.contenders(workload) if c != CONTROL}
    rows = {c: row for c, row in rows.items() if row}
    if not any(c.startswith(OURS) for c in rows):
        return None
    peak = max(row["peak_mib"] for row in rows.values())
    chart = svg.Chart(workload, x_scale(rows), svg.Linear(peak), x_label, "resident memory", x_text,
                      lambda v: f"{number(v)} MiB")
    for contender in _order(rows):
        row = rows[contender]
        resident = row["course"]["resident_mib"]
        chart.line(contender, f.title(workload, contender),
                   [(0, row["peak_mib"] if f.parameter(workload, "deferred") else resident[0])] +
                   [(x_of(row, i), mib) for i, mib in enumerate(resident)])
    return chart, list(rows)


def memory(f):
    def by_operations(row, i):
        return (i + 1) * 100 / len(row["course"]["s"])

    return _plot(
        "How much memory does it take?",
        "Left, flat lines are what the live heap takes; right, ten million nodes are let go: one "
        "straight stroke is one long stop, many small steps are many short operations.",
        [_memory_chart(f, "rings_live_1m", by_operations, lambda _: svg.Linear(100),
                       "operations done, %", lambda v: f"{v:.0f}"),
         _memory_chart(f, "release_10m", lambda row, i: row["course"]["s"][i],
                       lambda rows: svg.Linear(max(r["course"]["s"][-1] for r in rows.values())),
                       "seconds since the drop", lambda v: f"{v:.2g}")])


def _heap_chart(f, key, title, label, text):
    contenders, series = ("std_shared", "intrusive", "boehm", OURS), {}
    for workload in f.groups:
        live = f.parameter(workload, "live")
        usual = all(f.parameter(workload, name) == value
                    for name, value in (("ring", 8), ("cyclic", 100), ("payload", 16)))
        if usual or workload == "rings_live_5m":
            for c in contenders:
                value = f.get(workload, c, key)
                if value:
                    series.setdefault(c, []).append((live, value))
    if len(series.get(OURS, [])) < 2:
        return None
    values = [value for points in series.values() for _, value in points]
    sizes = [size for points in series.values() for size, _ in points]
    chart = svg.Chart(title, svg.Log(min(sizes), max(sizes)), svg.decades_around(values),
                      "live objects beside the churn", label, number, text)
    if key == "max_us":
        chart.limit(1000, "1 ms")
    for c in _order(series):
        chart.line(c, SHORT[c], sorted(series[c]), marks=True)
    return chart, list(series)


def heap(f):
    return _plot(
        "What does the size of the live heap cost?",
        "Everyone slows down as the heap outgrows the caches, but stops that grow with the heap are "
        "a scan (beside 1M and 5M objects"
        + _compared(f, "ops_per_s", LIVE, (OURS, "boehm", "std_shared"), lambda v: number(v) + "/s")
        + ").",
        [_heap_chart(f, "ops_per_s", "throughput: rings of 8, all cyclic", "operations per second",
                     number),
         _heap_chart(f, "max_us", "longest operation", "", duration)])


def _giant_chart(f, title, label, text, value_of, contenders):
    series = {}
    for workload in f.groups:
        members = f.parameter(workload, "members")
        for c in contenders if members else ():
            longest = f.best(workload, c, "max_us")
            if longest:
                series.setdefault(c, []).append((members, value_of(longest, members)))
    if len(series.get(OURS, [])) < 2:
        return None
    sizes = [size for points in series.values() for size, _ in points]
    values = [value for points in series.values() for _, value in points]
    y = svg.decades_around(values) if len(contenders) > 1 else svg.Linear(max(values))
    chart = svg.Chart(title, svg.Log(min(sizes), max(sizes)), y,
                      "nodes in the one dead component", label, number, text)
    if len(contenders) > 1:
        chart.limit(1000, "1 ms")
    for c in _order(series):
        chart.line(c, SHORT[c], sorted(series[c]), marks=True)
    return chart, list(series)


def _proof_ns(longest_us, members):
    return longest_us * 1e3 / (4 * members)  # three edges each


def giant(f):
    costs = [_proof_ns(f.best(w, OURS, "max_us"), f.parameter(w, "members"))
             for w in f.groups if f.parameter(w, "members") and f.best(w, OURS, "max_us")]
    measured = f"{min(costs):.0f} to {max(costs):.0f} ns" if costs else "some time"
    return _plot(
        "Where we lose: one giant dead component",
        "Proving a component dead is one step that cannot be divided, so the stop grows with it, "
        f"{measured} for each member and each of its edges; a tracing collector never looks at the "
        "dead.",
        [_giant_chart(f, "longest stop", "", duration, lambda us, _: us,
                      ("intrusive", "boehm", OURS)),
         _giant_chart(f, "longest stop, for each member and edge", "",
                      lambda v: f"{v:g} ns", _proof_ns, (OURS,))])


def all_plots(figures):
    made = [make(figures) for make in (latency, stops, trash, memory, heap, giant)]
    return [plot for plot in made if plot]
