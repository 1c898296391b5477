"""How cost and time grow with the number of stations, as a picture."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from load.run import Outcome


def plot(outcomes: Sequence[Outcome], file: Path) -> None:
    """Processor time a packet, and how long a sending takes, over the number of stations."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph as pg
    from pyqtgraph.exporters import ImageExporter

    pg.setConfigOptions(background="w", foreground="k", antialias=True)
    app = pg.mkQApp()
    window = pg.GraphicsLayoutWidget(size=(1200, 480), show=True)
    stations = [math.log10(each.plan.stations) for each in outcomes]
    cost = window.addPlot(title="Processor time a packet")
    wait = window.addPlot(title="A sending")
    for each, unit in ((cost, "ms"), (wait, "s")):
        each.setLabel("bottom", "stations")
        named = [(at, str(one.plan.stations)) for at, one in zip(stations, outcomes, strict=True)]
        each.getAxis("bottom").setTicks([named])
        each.setLabel("left", unit)
        each.showGrid(y=True, alpha=0.3)
        each.addLegend(offset=(10, 10))
    lines = (
        (cost, "hub processes", [each.hub_ms_each for each in outcomes], "#1f6f8b"),
        (cost, "database", [each.database_ms_each for each in outcomes], "#b5562b"),
        (cost, "object store", [1000 * each.objects_s / each.plan.packets for each in outcomes], "#6a7b2f"),
        (wait, "median", [each.median_s for each in outcomes], "#1f6f8b"),
        (wait, "p95", [each.p95_s for each in outcomes], "#b5562b"),
    )
    for place, name, values, color in lines:
        place.plot(stations, values, name=name, pen=pg.mkPen(color, width=2), symbol="o", symbolBrush=color)
    for each in (cost, wait):
        each.setYRange(0, max(max(values) for place, _, values, _ in lines if place is each) * 1.5)
    app.processEvents()
    ImageExporter(window.scene()).export(str(file))
