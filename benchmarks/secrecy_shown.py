"""What a region of 26 bailleurs shows by quarter, contrat and bailleur, and the time of it (fictional data).

Run: ``python benchmarks/secrecy_shown.py``; with ``PYTHONPATH=OTHER/src`` before it, the same survey by the
code of another tree. Raw gaps of two waves and 21 questions, every bailleur's own quarters included.
"""

from __future__ import annotations

import time

from survey_region import as_delivery, region_frame, region_plan, region_stock

from tfpb import __version__
from tfpb.survey import protect
from tfpb.survey.compare import compare
from tfpb.survey.reading.recode import recode

WAVES = ("2019", "2023")
QUARTER, CONTRAT = "code_qpv", "secteur"


def main() -> None:
    """Print each kind of group, and seconds of processor."""
    plan, frame = region_plan(), region_frame(waves=WAVES)
    parts = [as_delivery(frame[frame["vague"] == wave]) for wave in WAVES]
    answers = recode(parts, plan, region_stock(frame))
    begun = time.process_time()
    estimates = compare(answers, plan, by=[QUARTER, CONTRAT])
    middle = time.process_time()
    table = protect(estimates, crossed=None).comparison
    ended = time.process_time()
    gaps = table[(table["groupe"] == "ecart") & (table["ajustement"] == "brut")]
    gaps = gaps[gaps["publication"] != "non_calculable"]
    told = gaps["publication"].eq("publiable") & gaps["estimation"].notna()
    whole = gaps["bailleur"] == "ensemble"
    kinds = {
        "quarters": (gaps["niveau"] == QUARTER) & whole,
        "contrats": (gaps["niveau"] == CONTRAT) & whole,
        "bailleurs": (gaps["niveau"] == "total") & ~whole,
        "bailleurs by quarter": (gaps["niveau"] == QUARTER) & ~whole,
        "bailleurs by contrat": (gaps["niveau"] == CONTRAT) & ~whole,
    }
    print(f"tfpb {__version__}")
    for name, rows in kinds.items():
        count, of = int((told & rows).sum()), int(rows.sum())
        print(f"{name}: {count} shown of {of} ({100 * count / max(of, 1):.0f} %)")
    print(f"compare {middle - begun:.1f} s, protect {ended - middle:.1f} s of processor")


if __name__ == "__main__":
    main()
