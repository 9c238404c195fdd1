"""Open a pack's `residences.gpkg` in QGIS, offline, with the looks it holds, and draw what opens.

    apt-get install -y --no-install-recommends python3-qgis
    QT_QPA_PLATFORM=offscreen python3 benchmarks/qgis_view.py PACK PICTURE.png [--quartier CODE]

Run by the Python of QGIS (Debian's), which has nothing of this project: counts are read again from the pack's
own tables. Tells, layer by layer, whether its look came from the file, and how many résidences each symbol
draws beside how many the table has; fails where they differ.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

ORDER = ("residences", "doutes", "qpv", "limites_2024", "limites_2015")
"""From the top: as the pack's own guide says to stack them."""
WIDE, HIGH = 1200, 960


def counted(layer: QgsVectorLayer) -> dict[str, int]:
    """Count the features that each rule of a layer draws, in its own expressions."""
    scope = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    out: dict[str, int] = {}
    for rule in layer.renderer().rootRule().children():
        test = QgsExpression(rule.filterExpression() or "TRUE")
        out[rule.label()] = 0
        for feature in layer.getFeatures():
            scope.setFeature(feature)
            out[rule.label()] += bool(test.evaluate(scope))
    return out


def of_the_table(pack: Path) -> dict[str, int]:
    """Count the same from `donnees/residences.csv`, by the words of the A4 map's legend."""
    out = dict.fromkeys(
        ("résidence hors QPV", "résidence dans le QPV", "résidence coupée par la limite",
         "résidence à vérifier"), 0
    )  # fmt: skip
    text = (pack / "donnees" / "residences.csv").read_text(encoding="utf-8-sig")
    for row in csv.DictReader(text.splitlines(), delimiter=";"):
        inside, outside, doubt = (
            int(row[f"logements_{side}"] or 0) for side in ("dans", "hors", "a_verifier")
        )
        if doubt:
            out["résidence à vérifier"] += 1
        elif inside and outside:
            out["résidence coupée par la limite"] += 1
        else:
            out["résidence dans le QPV" if inside else "résidence hors QPV"] += 1
    return out


def main() -> int:
    """Open, count, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pack", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--quartier", default="")
    asked = parser.parse_args()
    program = QgsApplication([], False)  # noqa: FBT003 - its own signature
    program.initQgis()
    base = asked.pack / "donnees" / "residences.gpkg"
    layers, faults = {}, 0
    for name in ORDER:
        layer = QgsVectorLayer(f"{base}|layername={name}", name, "ogr")
        if not layer.isValid():
            continue
        said, loaded = layer.loadDefaultStyle()
        layers[name] = layer
        print(f"{name} : {layer.featureCount()} objets, {layer.renderer().type()}, "
              f"style du fichier : {'oui' if loaded else f'NON ({said})'}, "
              f"étiquettes : {'oui' if layer.labelsEnabled() else 'non'}")  # fmt: skip
        faults += not loaded
    drawn, held = counted(layers["residences"]), of_the_table(asked.pack)
    for label, count in held.items():
        print(f"  {label} : {drawn.get(label)} dessinées, {count} dans la table")
        faults += drawn.get(label) != count
    settings = QgsMapSettings()
    settings.setLayers(list(layers.values()))
    settings.setDestinationCrs(layers["qpv"].crs())
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(WIDE, HIGH))
    settings.setOutputDpi(130)
    extent = layers["residences"].extent()
    for feature in layers["qpv"].getFeatures():
        if feature["code_qpv"] == asked.quartier:
            extent = feature.geometry().boundingBox()
    extent.scale(1.35)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    faults += not job.renderedImage().save(str(asked.picture))
    print(
        f"{asked.picture.name} : échelle 1 : {settings.scale():.0f}, {len(job.errors())} erreur(s)"
    )
    del settings, job, layers
    program.exitQgis()
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
