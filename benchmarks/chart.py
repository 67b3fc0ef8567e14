"""In charge of results.svg: for each shape a group of bars, the ratios Bigraph : peer.

The axis is logarithmic, and bars begin at 1: to the right Bigraph is quicker, to the left the peer.
The picture has a ground of its own, so that it is legible on any page, light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from benchmarks.report import ratio
from benchmarks.results import OURS, Results
from benchmarks.servers import Server

WIDTH, LABELS, MARGIN = 920, 345, 46
BAR, GAP, TOP = 13, 16, 96
# Okabe and Ito's, which the colour-blind tell apart; those that show on white and on near black.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
_STYLE = """
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .quiet { fill: #59636e; font-size: 11px }
  .ground { fill: #ffffff; stroke: #d1d9e0 }
  .line { stroke: #d1d9e0 }
  .one { stroke: #59636e; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .ground { fill: #0d1117; stroke: #3d444d }
    .line { stroke: #30363d }
    .one { stroke: #9198a1 }
  }
"""
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def chart(results: Results) -> str:
    """The picture, as SVG."""
    peers = [it for it in results.servers() if it != OURS]
    groups = [
        (shape.title, [(peer, results.ratio(shape, peer)) for peer in peers])
        for shape in results.shapes()
    ]
    shown = [(title, [(peer, it) for peer, it in bars if it]) for title, bars in groups]
    shown = [(title, bars) for title, bars in shown if bars]
    axis = _Axis([it for _, bars in shown for _, it in bars])
    height = TOP + sum(len(bars) * BAR + GAP for _, bars in shown) + 14
    lines = [*_head(peers, height), *axis.drawn(height), *_groups(shown, axis, peers), "</svg>"]
    return "\n".join(lines) + "\n"


class _Axis:
    """Ratios as places from left to right."""

    def __init__(self, values: Sequence[float]) -> None:
        self._least = max((it for it in _TICKS if it <= min([*values, 0.5])), default=_TICKS[0])
        self._most = min((it for it in _TICKS if it >= max([*values, 2])), default=_TICKS[-1])

    def place(self, value: float) -> float:
        """Pixels from the left."""
        kept = min(max(value, self._least), self._most)
        share = math.log(kept / self._least) / math.log(self._most / self._least)
        return LABELS + share * (WIDTH - LABELS - MARGIN)

    def drawn(self, height: int) -> Iterator[str]:
        """A line and a number for each tick."""
        for tick in _TICKS:
            if self._least <= tick <= self._most:
                x, kind = self.place(tick), "one" if tick == 1 else "line"
                yield f'<path class="{kind}" d="M{x:.1f} {TOP - 8}V{height - 14}"/>'
                yield _text(x, TOP - 14, f"{tick:g}", kind="quiet", anchor="middle")


def _head(peers: Sequence[Server], height: int) -> Iterator[str]:
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    title = "Requests a second: Bigraph ÷ peer"
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">'
    yield f"<style>{_STYLE}</style>"
    yield f'<rect class="ground" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>'
    yield _text(16, 26, title, kind="title")
    yield _text(WIDTH - 16, 26, "right of 1: Bigraph is quicker", kind="quiet", anchor="end")
    x = 16.0
    for peer, colour in zip(peers, COLOURS, strict=False):
        yield f'<rect x="{x:.0f}" y="42" width="11" height="11" rx="2" fill="{colour}"/>'
        yield _text(x + 16, 52, peer.title)
        x += 40 + 6.6 * len(peer.title)


def _groups(
    groups: Sequence[tuple[str, Sequence[tuple[Server, float]]]],
    axis: _Axis,
    peers: Sequence[Server],
) -> Iterator[str]:
    colours, one, y = dict(zip(peers, COLOURS, strict=False)), axis.place(1), TOP
    for title, bars in groups:
        yield _text(16, y + len(bars) * BAR / 2 + 4, title)
        for peer, value in bars:
            end = axis.place(value)
            left, width = min(one, end), max(abs(end - one), 1)
            bar = f'x="{left:.1f}" y="{y}" width="{width:.1f}" height="{BAR - 3}"'
            yield f'<rect {bar} fill="{colours[peer]}"><title>{escape(peer.title)}</title></rect>'
            anchor, x = ("start", end + 4) if value >= 1 else ("end", end - 4)
            yield _text(x, y + 9, ratio(value), kind="quiet", anchor=anchor)
            y += BAR
        y += GAP


def _text(x: float, y: float, words: str, *, kind: str = "", anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(words)}</text>'
