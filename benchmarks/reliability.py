"""Hold what the geocoder says of its answers against what is found, and draw it.

    python benchmarks/reliability.py INDEX_FOLDER BONDY_FOLDER --seeds 31415 27182 --figure fiabilite.png

Three samples, none of which served to fit the confidence. « Comme à l'ajustement »: the recipe of
calibrate.py with new seeds (no exact keys, one number in five made unknown): does the fit hold on lines it
has not seen? « Tous cas difficiles »: whole rows, every class of noise.py and streets the commune does not
have: does it hold on another mix? « Bondy »: social dwellings as landlords wrote them. Refused answers
count too: the street held to its word is then the first of the alternatives.

Right, noisy lines: the street proposed is the one the line was made from. Right, Bondy: the point answered
lies within 250 m of the point of the file, or its street bears the name of the street of the address nearest
to that point (files that disagree on where a number stands).
"""

from __future__ import annotations

import argparse
import math
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from calibrate import INEXACT, NAMES, lines
from noise import CLASSES, Case, absent, addresses, draw

from tfpb.addresses.communes import Communes
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.geocode.answer import JOIN, Answer
from tfpb.geocode.grade import COEFFICIENTS
from tfpb.geocode.matcher import Geocoder
from tfpb.model.codes import ResultType
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

EDGES: Final = (0.0, 0.1, 0.45, 0.6, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Classes of said probability; 0.45 and 0.95 are the limits between verdicts."""
USED_SEEDS: Final = {*range(1, 12), 101, 102, 103, 20260, 20261}
_ALTERNATIVE: Final = re.compile(r"^(?:\d+\w* )?(.*) \d{5} .*$")
LEAST_JOINED: Final = 20
"""Classes of fewer lines say too little to be joined by a line."""
COLOURS: Final = ("#0b4f8a", "#5b7f1d", "#c2410c")
NEAR_M: Final = 250.0
BONDY: Final = "93010"
BONDY_FILES: Final = ("rpls2022.csv", "rpls2021_bailleurs.csv")


class Sample(NamedTuple):
    """What was said and whether it was right, a line each."""

    name: str
    said: NDArray[np.float64]
    right: NDArray[np.bool_]


def judged(answer: Answer, right: Callable[[str], bool]) -> tuple[float, bool] | None:
    """Return the probability said and whether the street is right.

    A refused answer names its street among the alternatives only; it is held to its word all the same.
    """
    if answer.kind is ResultType.NONE or not answer.confidence:
        return None
    street = answer.name
    if answer.kind is ResultType.MUNICIPALITY:
        street = _ALTERNATIVE.sub(r"\1", answer.alternatives.split(JOIN)[0])
    return answer.confidence, right(fold(street))


def _sample(name: str, rows: list[tuple[float, bool]]) -> Sample:
    said, right = (np.array(column) for column in zip(*rows, strict=True))
    return Sample(name, said, right.astype(bool))


def as_fitted(geocoder: Geocoder, index: Path, seeds: list[int], count: int, lost: int) -> Sample:
    """Grade lines made as those of the fit were, with seeds it has not seen."""
    pool = addresses(index, ("08", "971", "93"))
    data = []
    for seed in seeds:
        rng = random.Random(seed)
        for kind in INEXACT:
            data += lines(geocoder, draw(pool, kind, count, rng), rng)
        data += lines(geocoder, absent(pool, lost, rng), rng)
    weights = np.array([COEFFICIENTS[name] for name in NAMES])
    logit = COEFFICIENTS["constant"] + np.array([values for values, _ in data]) @ weights
    right = np.array([bool(good) for _, good in data])
    return Sample("Comme à l’ajustement, tirages neufs", 1 / (1 + np.exp(-logit)), right)


def noisy(geocoder: Geocoder, index: Path, seeds: list[int], count: int, lost: int) -> Sample:
    """Grade noisy lines: `count` a hard case and seed, `lost` streets a seed that do not exist."""
    pool = addresses(index, ("08", "971", "93"))
    rows = []
    for seed in seeds:
        rng = random.Random(seed)
        cases: list[Case] = [c for kind in CLASSES for c in draw(pool, kind, count, rng)]
        strangers = absent(pool, lost, rng)
        for at, case in enumerate([*cases, *strangers]):
            code = case.citycode if case.with_code else ""
            answer = geocoder.row(case.line, case.postcode, case.city, code)
            true = fold(case.truth.name) if at < len(cases) else "\0"
            here = answer.citycode == case.citycode
            row = judged(answer, lambda name, true=true, here=here: here and name == true)
            rows += [row] if row else []
    return _sample("Tous cas difficiles, tirages neufs", rows)


def bondy(geocoder: Geocoder, folder: Path) -> Sample:
    """Grade the rows of the social dwellings of Bondy, each with a point of its own."""
    stock = pd.concat(pd.read_csv(folder / name, dtype=str) for name in BONDY_FILES)
    table = geocoder.table(BONDY)
    if table is None:
        raise SystemExit("the index lacks Bondy")
    x = np.concatenate([s.x for s in table.streets])
    y = np.concatenate([s.y for s in table.streets])
    names = np.repeat(
        np.array([fold(s.name) for s in table.streets]), [len(s.x) for s in table.streets]
    )
    rows = []
    for line, true_x, true_y in zip(stock["cle"], stock["x"], stock["y"], strict=True):
        answer = geocoder.row(line, "", "", BONDY)
        at_x, at_y = float(true_x), float(true_y)
        near = answer.kind is not ResultType.MUNICIPALITY and (
            math.hypot(answer.x - at_x, answer.y - at_y) <= NEAR_M
        )
        true = str(names[np.argmin(np.hypot(x - at_x, y - at_y))])
        row = judged(answer, lambda name, near=near, true=true: near or name == true)
        rows += [row] if row else []
    return _sample("Logements sociaux de Bondy", rows)


def classes(sample: Sample) -> list[tuple[float, float, int, float, float]]:
    """Return, class by class: limits, lines, mean probability said, share right."""
    at = np.clip(np.searchsorted(EDGES, sample.said, side="right") - 1, 0, len(EDGES) - 2)
    out = []
    for i, (low, high) in enumerate(pairwise(EDGES)):
        inside = at == i
        if inside.any():
            said, right = sample.said[inside].mean(), sample.right[inside].mean()
            out.append((low, high, int(inside.sum()), float(said), float(right)))
    return out


def calibration_error(sample: Sample) -> float:
    """Return the expected calibration error: mean gap between said and right, weighed by lines."""
    listed = classes(sample)
    return sum(n * abs(said - right) for _, _, n, said, right in listed) / len(sample.said)


def interval(right: float, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    z = 1.96
    middle = (right + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(right * (1 - right) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def show(sample: Sample) -> None:
    """Print the table of a sample."""
    print(
        f"\n{sample.name}\n\n| said | n | mean said | right | 95 % interval |\n|---|---|---|---|---|"
    )
    for low, high, n, said, right in classes(sample):
        least, most = interval(right, n)
        print(f"| {low:.2f}–{high:.2f} | {n} | {said:.3f} | {right:.3f} | {least:.3f}–{most:.3f} |")
    low = sample.said < EDGES[-2]
    rest = Sample("", sample.said[low], sample.right[low])
    print(
        f"\n{len(sample.said)} lines, {sample.right.mean():.4f} right;"
        f" expected calibration error {calibration_error(sample):.4f};"
        f" of the {len(rest.said)} lines said under {EDGES[-2]:.2f}: {calibration_error(rest):.4f}"
    )


def picture(samples: list[Sample], path: Path) -> None:
    """Draw the share right against the probability said, with intervals."""
    import matplotlib as mpl  # noqa: PLC0415 only to draw

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(5.8, 6.2), dpi=110, layout="constrained")
    axes.plot([0, 1], [0, 1], color="#777777", linewidth=1, linestyle="--", label="Accord parfait")
    for sample, colour, mark in zip(samples, COLOURS, "o^s", strict=True):
        listed = classes(sample)
        bounds = [interval(right, n) for _, _, n, _, right in listed]
        said, right = [c[3] for c in listed], [c[4] for c in listed]
        gaps = [
            [max(0.0, r - b[0]) for r, b in zip(right, bounds, strict=True)],
            [max(0.0, b[1] - r) for r, b in zip(right, bounds, strict=True)],
        ]
        count = f"{len(sample.said):,}".replace(",", "\u202f")
        joined = min(c[2] for c in listed) >= LEAST_JOINED
        axes.errorbar(
            said, right, yerr=gaps, color=colour, marker=mark, markersize=5, capsize=3,
            linewidth=1.2 if joined else 0, elinewidth=1.0, label=f"{sample.name}, {count} lignes",
        )  # fmt: skip
    for limit, low, word in ((0.45, 0.6, "à vérifier"), (0.95, 0.02, "accepté")):
        axes.axvline(limit, color="#bbbbbb", linewidth=0.8)
        axes.text(
            limit - 0.012, low, f"{word} à partir de {limit:.2f}".replace(".", ","),
            rotation=90, ha="right", va="bottom", fontsize=8, color="#555555",
        )  # fmt: skip
    axes.set(
        xlim=(0, 1.005), ylim=(0, 1.01), xlabel="Probabilité annoncée que la voie soit la bonne",
        ylabel="Part de voies justes (intervalle à 95 %)",
    )  # fmt: skip
    axes.set_title("Ce que le géocodeur annonce, ce qui se constate", fontsize=11, loc="left")
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:.1f}".replace(".", ","))
    axes.yaxis.set_major_formatter(lambda v, _: f"{v:.1f}".replace(".", ","))
    figure.legend(frameon=False, fontsize=8.5, loc="outside lower center")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Software": None})


def main() -> None:
    """Print both tables; draw the picture where asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("bondy", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[31415, 27182])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--absent", type=int, default=2000)
    parser.add_argument("--figure", type=Path)
    options = parser.parse_args()
    if used := USED_SEEDS & set(options.seeds):
        parser.error(f"seeds that the calibration or the tables have seen: {sorted(used)}")
    index = options.index / FILE_NAME
    geocoder = Geocoder(AddressStore(index), Communes.load())
    samples = [
        as_fitted(geocoder, index, options.seeds, options.count, options.absent),
        noisy(geocoder, index, options.seeds, options.count, options.absent),
        bondy(geocoder, options.bondy),
    ]
    for sample in samples:
        show(sample)
    if options.figure:
        picture(samples, options.figure)


if __name__ == "__main__":
    main()
