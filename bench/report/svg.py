"""Plots as inline SVG, with nothing but the standard library.

Colours come from the page's style sheet, so that one drawing serves light, dark and paper: a series
of contender C has the class "s-C".
"""

import html
import math

WIDTH, HEIGHT = 560, 330
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 30, 42


class Log:
    """A logarithmic scale over whole decades, or nearly."""

    def __init__(self, low, high):
        self.low = math.log10(low)
        self.high = max(math.log10(high), self.low + 1)

    def place(self, value):
        bounded = min(max(math.log10(max(value, 1e-12)), self.low), self.high)
        return (bounded - self.low) / (self.high - self.low)

    def ticks(self):
        decades = range(math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9) + 1)
        return [10.0 ** decade for decade in decades]

    def minor(self):
        first = math.floor(self.low)
        found = [m * 10.0 ** d for d in range(first, math.ceil(self.high) + 1) for m in range(2, 10)]
        return [v for v in found if self.low <= math.log10(v) <= self.high]


class Linear:
    """From zero to a round number above `high`, or from `low`."""

    def __init__(self, high, low=0.0):
        self.low = low
        self.step = 10 ** math.floor(math.log10(max(high - low, 1e-9)))
        for part in (0.2, 0.25, 0.5, 1.0):
            if (high - low) / (self.step * part) <= 6:
                self.step *= part
                break
        else:
            self.step *= 2
        self.high = low + math.ceil((high - low) / self.step - 1e-9) * self.step

    def place(self, value):
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)

    def ticks(self):
        count = round((self.high - self.low) / self.step)
        return [self.low + i * self.step for i in range(count + 1)]

    def minor(self):
        return []


def decades_around(values, least=1e-12):
    """A logarithmic scale that holds all values, with whole decades at its ends."""
    values = [max(v, least) for v in values if v > 0] or [1.0, 10.0]
    return Log(10.0 ** math.floor(math.log10(min(values)) + 1e-9),
               10.0 ** math.ceil(math.log10(max(values)) - 1e-9))


class Chart:
    """One pair of axes. Draw in any order; series are drawn in the order of the calls."""

    def __init__(self, title, x, y, x_label, y_label, x_text, y_text, x_ticks=None,
                 size=(WIDTH, HEIGHT)):
        self.x, self.y = x, y
        self.width, self.height = size
        self.parts = []
        self._axes(title, x_label, y_label, x_text, y_text, x_ticks)

    def px(self, value):
        return LEFT + self.x.place(value) * (self.width - LEFT - RIGHT)

    def py(self, value):
        return self.height - BOTTOM - self.y.place(value) * (self.height - TOP - BOTTOM)

    def _text(self, x, y, text, kind, anchor="middle"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
                          f'{html.escape(text)}</text>')

    def _rule(self, x1, y1, x2, y2, kind):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                          f'class="{kind}"/>')

    def _axes(self, title, x_label, y_label, x_text, y_text, x_ticks):
        right, bottom = self.width - RIGHT, self.height - BOTTOM
        for value in self.y.minor():
            self._rule(LEFT, self.py(value), right, self.py(value), "minor")
        for value in self.y.ticks():
            self._rule(LEFT, self.py(value), right, self.py(value), "grid")
            self._text(LEFT - 7, self.py(value) + 4, y_text(value), "tick", "end")
        for value in x_ticks or self.x.ticks():
            self._rule(self.px(value), TOP, self.px(value), bottom, "grid")
            self._text(self.px(value), bottom + 16, x_text(value), "tick")
        self._rule(LEFT, bottom, right, bottom, "axis")
        self.parts.append(f'<text x="8" y="{TOP - 12}" class="title">{html.escape(title)}'
                          f'<tspan class="label" dx="8">{html.escape(y_label)}</tspan></text>')
        self._text((LEFT + right) / 2, self.height - 8, x_label, "label")

    def line(self, contender, name, points, marks=False):
        """A series; with marks where it has few points."""
        if not points:
            return
        path = " ".join(f"{self.px(x):.1f},{self.py(y):.1f}" for x, y in points)
        self.parts.append(f'<g class="series s-{contender}"><title>{html.escape(name)}</title>'
                          f'<polyline points="{path}"/>')
        if marks:
            self.parts += [f'<circle cx="{self.px(x):.1f}" cy="{self.py(y):.1f}" r="3.2"/>'
                           for x, y in points]
        self.parts.append("</g>")

    def dots(self, contender, name, points):
        """One mark for each point, no line: for maxima that have nothing to do with each other."""
        self.parts.append(f'<g class="series s-{contender}"><title>{html.escape(name)}</title>')
        self.parts += [f'<circle cx="{self.px(x):.1f}" cy="{self.py(y):.1f}" r="1.9"/>'
                       for x, y in points]
        self.parts.append("</g>")

    def limit(self, value, text):
        """A dashed line across, with a word above its right end."""
        y = self.py(value)
        self._rule(LEFT, y, self.width - RIGHT, y, "limit")
        self._text(self.width - RIGHT - 4, y - 5, text, "limit-text", "end")

    def svg(self, description):
        return (f'<svg viewBox="0 0 {self.width} {self.height}" role="img" '
                f'aria-label="{html.escape(description)}">{"".join(self.parts)}</svg>')
