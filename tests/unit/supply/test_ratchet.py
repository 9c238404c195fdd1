"""The ratchet sees each way to write what may only fall, and refuses a rise in any room."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def run() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        yield importlib.import_module("ratchet")
    for name in ("ratchet", "ratchet_spellings"):
        del sys.modules[name]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write(tmp_path / "tfpb", "report/lines.py", 'A = x["nom"]\nB = row["prevu_eur"] or 0\n')
    return tmp_path / "tfpb"


def write(source: Path, name: str, text: str) -> None:
    path = source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def spelt(
    run: Any, tmp_path: Path, measure: str, code: str, name: str = "report/lines.py"
) -> list[str]:
    write(tmp_path / "tfpb", name, code)
    found = run.measure(tmp_path / "tfpb")
    return [place.spelling for place in found.places if place.measure == measure]


NILS = {
    'x = row.get("n") or 0': "or",
    "x = n or 0.0": "or",
    "x = n or Decimal(0)": "or",
    'x = n or Decimal("0")': "or",
    "x = n or Decimal()": "or",
    "x = n or ZERO": "or",
    "x = n or plain_values.ZERO": "or",
    "x = n or Amount.nil()": "or",
    "_NOTHING: Final = Decimal(0)\nx = n or _NOTHING": "or",
    "NOTHING = Decimal(0)\nx = n or NOTHING": "or",
    "x = counts.get(k, 0)": "get",
    "x = counts.pop(k, 0)": "pop",
    "x = counts.setdefault(k, 0)": "setdefault",
    "x = next(found, 0)": "next",
    'x = getattr(row, "n", 0)': "getattr",
    "x = column.fillna(0)": "fillna",
    "x = column.fillna(value=0.0)": "fillna",
    'x = frame.fillna({"actions": 0})': "fillna",
    "x = np.nan_to_num(column)": "nan_to_num",
    "x = np.nan_to_num(column, nan=0.0)": "nan_to_num",
    "x = defaultdict(int)": "defaultdict",
    "x = defaultdict(float)": "defaultdict",
    "x = defaultdict(Decimal)": "defaultdict",
    "x = defaultdict(lambda: 0)": "defaultdict",
    "x = column.reindex(codes, fill_value=0)": "reindex",
    "x = one.sub(two, fill_value=0.0)": "sub",
    "x = zip_longest(one, two, fillvalue=0)": "zip_longest",
    "x = max(found, default=0)": "max",
    "x = min(found, default=ZERO)": "min",
    "x = np.where(np.isnan(v), 0.0, v)": "where",
    "x = column.where(column.notna(), 0)": "where",
    "x = column.mask(column.isna(), 0)": "mask",
    "x = np.nansum(v)": "nansum",
    "x = column.dropna().sum()": "sum",
    "x = sum(v for v in values if v is not None)": "sum",
    "x = total(v for v in values if not isnan(v))": "total",
    "column[column.isna()] = 0": "[isna] =",
    'frame.loc[frame["n"].isna(), "n"] = 0': "[isna] =",
    "x = n if n is not None else 0": "if else",
    "x = 0 if n is None else n": "if else",
    "x = 0 if n != n else n": "if else",
    'x = row["n"] if "n" in row else 0': "if else",
    "x = money.unknown if money else 0": "if else",
    "x = 0 if not money else money.unknown": "if else",
    "x = part / whole if whole else 0.0": "if else",
    "x = rows.most() if len(rows) else 0": "if else",
    "x = int(text) if text.isdigit() else 0": "if else",
    "if n is None:\n    n = 0": "if",
    "if not n:\n    n = 0": "if",
    "if n is None:\n    m: int = 0": "if",
    'if "n" in row:\n    n = row["n"]\nelse:\n    n = 0': "if",
    "def f(n):\n    if n is None:\n        return 0\n    return n": "if",
    "try:\n    n = read()\nexcept ValueError:\n    n = 0": "except",
    'x = "SELECT COALESCE(SUM(n), 0) FROM t"': "coalesce",
}


@pytest.mark.parametrize("code", NILS)
def test_each_way_to_write_nil_is_seen_once(run: Any, tmp_path: Path, code: str) -> None:
    assert spelt(run, tmp_path, "nil", code) == [NILS[code]]


@pytest.mark.parametrize(
    "code",
    [
        "x = n or 1",
        "x = n or None",
        "x = n or False",
        "x = counts.get(k)",
        "x = names.pop(0)",
        'x = column.fillna("")',
        "x = np.nan_to_num(column, nan=-1.0)",
        "x = defaultdict(list)",
        "x = max(found)",
        "x = max(0, n)",
        "x = np.where(side == 1, n, 0)",
        "x = 2 if cents else 0",
        "x = 0 if a < b else 1",
        "x = 0 if a is b else 1",
        "x = 0 if a is True else 1",
        "x = 0 if 1 in found else 1",
        "x = first if some else 0",
        "x = n or Decimal(1)",
        "_ONE: Final = Decimal(1)\nx = n or _ONE",
        "_FIRST: int = 0\nx = n or _FIRST",
        "x = 0 if (a < b) == (b < c) else 1",
        "x = len(first) if len(some) else 0",
        "x = sum(v for v in values if v > 1)",
        "x = 0",
        "if small:\n    x = 0",
        '"""Nil for `x or 0` and COALESCE(n, 0)."""',
        "# x = n or 0",
    ],
)
def test_a_nil_that_stands_for_no_unknown_is_not(run: Any, tmp_path: Path, code: str) -> None:
    assert spelt(run, tmp_path, "nil", code) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page/templates/a.html.jinja", "{{ n or 0 }}"),
        ("page/templates/a.html.jinja", "{{ n | default(0) }}"),
        ("report/assets/a.js", "const n = one.n || 0;"),
        ("report/assets/a.js", "const n = one.n ?? 0;"),
        ("report/assets/a.typ", '#let n = one.at("n", default: 0)'),
    ],
)
def test_templates_and_scripts_write_nil_too(
    run: Any, tmp_path: Path, name: str, text: str
) -> None:
    assert len(spelt(run, tmp_path, "nil", text, name)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "class A:\n    n: int = 0",
        "class A:\n    n: Decimal = ZERO",
        "class A:\n    n: int = field(default=0)",
        "class A:\n    n: int = Field(0, ge=0)",
        "class A:\n    n: Decimal = field(default_factory=Decimal)",
        "def f(n: int = 0): ...",
        "def f(*, n: float = 0.0): ...",
    ],
)
def test_fields_and_parameters_that_are_nil_unless_given(
    run: Any, tmp_path: Path, code: str
) -> None:
    assert len(spelt(run, tmp_path, "nil_fields", code)) == 1
    assert spelt(run, tmp_path, "nil", code) == []


@pytest.mark.parametrize(
    "code",
    [
        "class A:\n    n: int",
        "class A:\n    n: int = 1",
        "class A:\n    n: list[int] = field(default_factory=list)",
        "class A:\n    n: int = of(0)",
        "class A:\n    def f(self): return 0",
        "def f(n: int = 1, *, m: int): ...",
        "N: Final = 0",
    ],
)
def test_other_fields_are_not(run: Any, tmp_path: Path, code: str) -> None:
    assert spelt(run, tmp_path, "nil_fields", code) == []


SUMS = {
    'x = frame["prevu_eur"].sum()': "sum",
    'x = frame[["realise_eur", "valorise_eur"]].sum()': "sum",
    'x = frame["prevu_eur"].fillna(blank).astype(float).sum()': "sum",
    'x = frame.groupby("code_qpv")["n"].size()': "groupby",
    'x = frame.groupby("code_qpv")["prevu_eur"].sum()': "sum",
    'x = frame.groupby("id")["logements"].agg(set)': "agg",
    'x = frame.pivot_table(index="code_qpv", values="n")': "pivot_table",
    'x = sum(row["prevu_eur"] for row in rows)': "sum",
    'x = math.fsum(frame["prevu_eur"])': "fsum",
    'x = np.nansum(frame["logements_dans"])': "nansum",
    'x = np.bincount(at, frame["nb_logements"])': "bincount",
    'x = total(row.money("teom_eur") for row in rows)': "total",
    'x = _added(rows, "cout_eur")': "_added",
    'x = Counter(row["qpv_statut"] for row in rows)': "Counter",
    'x = frame["qpv_nom"].value_counts()': "value_counts",
    'x = max(frame["cote"])': "max",
    'x = frame["logements"].idxmax()': "idxmax",
    'x = frame[f"logements_{side}"].sum()': "sum",
    'x = row["prevu_eur"] + 1': "+",
    'x = known - row.money("prevu_eur")': "+",
    'x = 1 + int(row["nb_logements"] or known)': "+",
    'x += row["prevu_eur"]': "+=",
    'row["prevu_eur"] -= x': "+=",
}


@pytest.mark.parametrize("code", SUMS)
def test_each_sum_over_a_column_of_the_field_is_seen_once(
    run: Any, tmp_path: Path, code: str
) -> None:
    assert spelt(run, tmp_path, "sums", code) == [SUMS[code]]
    assert spelt(run, tmp_path, "sums", code, "io/lines.py") == [SUMS[code]]  # the report's alone


ADDING = "sum sums summed fsum cumsum total totals added"
CHOOSING = (
    "nansum reduce reduceat groupby grouped agg aggregate pivot_table crosstab value_counts Counter bincount "
    "mean nanmean average median max min nanmax nanmin idxmax idxmin argmax argmin nlargest nsmallest"
)
BLANK = "isna isnull isnan notna notnull isfinite is_nan isdigit isdecimal isnumeric"
CASTS = "int({}) float({}) Decimal({}) round({}) abs({}) {}.fillna(b) {}.astype(int)"


def test_all_names_of_sums_and_casts_are_known(run: Any, tmp_path: Path) -> None:
    names, read = f"{ADDING} {CHOOSING}".split(), 'row["prevu_eur"]'
    code = "\n".join(f"x = {name}({read} for row in rows)" for name in names)
    assert spelt(run, tmp_path, "sums", code) == names
    code = "\n".join(f"x = 1 + {cast.format(read)}" for cast in CASTS.split())
    assert spelt(run, tmp_path, "sums", code) == ["+"] * 7


def test_all_names_of_blanks_and_numbers_are_known(run: Any, tmp_path: Path) -> None:
    code = "\n".join(f"x = {name}(v for v in values if v is not None)" for name in ADDING.split())
    assert spelt(run, tmp_path, "nil", code) == ADDING.split()
    code = "\n".join(f"x = 0 if {name}(v) else 5" for name in BLANK.split())
    assert spelt(run, tmp_path, "nil", code) == ["if else"] * 10
    code = "\n".join(
        f"x = n or {kind}(0)" for kind in ("int", "float", "Decimal", "float64", "int64")
    )
    assert spelt(run, tmp_path, "nil", code) == ["or"] * 5


@pytest.mark.parametrize(
    "code",
    [
        'x = frame["note"].sum()',
        'x = 2 * row["prevu_eur"]',
        'x *= row["prevu_eur"]',
        "x = sum(values)",
        'x = "a" + row["code_qpv"]',
        'out.add(row["logements"])',
    ],
)
def test_other_sums_are_not(run: Any, tmp_path: Path, code: str) -> None:
    assert spelt(run, tmp_path, "sums", code) == []


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ('x = row["code_qpv"]', ["code_qpv"]),
        ('x = row.get("abattement_eur")', ["abattement_eur"]),
        ('x = row["logements"], row.get("cote")', ["cote", "logements"]),
        ('x = numbers(frame, "nb_logements")', ["nb_logements"]),
        ('_WORTH = ("prevu_eur", "realise_eur")', ["prevu_eur", "realise_eur"]),
        ('x = frame[f"logements_{side}"]', ["logements_"]),
        ("x = frame.assign(prevu_eur=n)", ["prevu_eur"]),
        ('x = plural(n, "logements")', []),
        ('"""qpv_code"""', []),
        ("x = Quarter(code_qpv=code).code_qpv", []),
        ('x = row["adresse"]', []),
    ],
)
def test_keys_of_the_field(run: Any, tmp_path: Path, code: str, keys: list[str]) -> None:
    assert sorted(spelt(run, tmp_path, "field_keys", code)) == keys


def test_facts_and_io_are_the_homes_of_columns(run: Any, tmp_path: Path) -> None:
    for room in ("facts", "io", "tax"):
        write(tmp_path / "tfpb", f"{room}/lines.py", 'X = frame["qpv_code"].sum() or 0\n')
    counts = run.measure(tmp_path / "tfpb").counts
    assert +counts == Counter(
        {(m, r): 1 for m in ("lines", "subscripts", "nil") for r in ("facts", "io", "tax")}
        | {(m, "tax"): 1 for m in ("field_keys", "sums", "qpv_code")}
    )


def test_lines_are_those_with_something_on_them(run: Any, tmp_path: Path) -> None:
    source = tmp_path / "tfpb"
    write(source, "words/a.py", '"""Doc."""\n\n# why\nX = 1  # one\n')
    write(source, "words/a.toml", "# why\n\na = 1\nb = 2\n")
    write(source, "page/a.css", "#id { }\n\n")
    write(source, "page/assets/leaflet/a.js", "vendored();\n")
    write(source, "errors.py", "X = 1\n")
    found = run.measure(source)
    assert +found.counts == Counter({
        ("lines", "words"): 4, ("toml", "words"): 2, ("lines", "page"): 1, ("lines", "top"): 1,
    })  # fmt: skip


def test_modules_in_circles_by_types_and_late_imports(run: Any, tmp_path: Path) -> None:
    source = tmp_path / "tfpb"
    write(source, "tax/one.py", "if TYPE_CHECKING:\n    from tfpb.tax.two import Two\n")
    write(source, "tax/two.py", "def f():\n    from tfpb.tax import three\n")
    write(source, "tax/three.py", "from .one import One\nfrom tfpb.tax.apart import X\n")
    write(source, "tax/apart.py", "import tfpb.model.money\n")
    write(source, "model/money.py", "")
    found = run.measure(source)
    assert [p.spelling for p in found.places] == ["tfpb.tax.one", "tfpb.tax.three", "tfpb.tax.two"]


def test_a_package_is_in_a_circle_by_what_it_imports_and_a_room_is_not(
    run: Any, tmp_path: Path
) -> None:
    source = tmp_path / "tfpb"
    write(source, "tax/__init__.py", "from tfpb.tax.formula import X\n")
    write(source, "tax/formula.py", "from tfpb.tax import rights\n")
    write(source, "tax/ledger/__init__.py", "from .calendar import Day\n")
    write(source, "tax/ledger/calendar.py", "from tfpb.tax.ledger import LEDGER\n")
    found = run.measure(source)
    assert [p.spelling for p in found.places] == ["tfpb.tax.ledger", "tfpb.tax.ledger.calendar"]


def kept(run: Any, source: Path) -> Path:
    """Write the file of ceilings for what is."""
    path = source.parent / "ratchet.toml"
    path.write_text(run.frozen("[packages]\n", run.measure(source)), encoding="utf-8")
    return path


def verified(run: Any, source: Path, path: Path) -> int:
    return run.main(["--verifier"], source, path)


def test_a_rise_is_refused_with_its_room_and_what_to_do(
    run: Any, source: Path, capsys: Any
) -> None:
    write(source, "tax/lines.py", "X = n or 0\n")
    path = kept(run, source)
    assert verified(run, source, path) == 0
    write(source, "report/more.py", "X = n or 0\n")
    assert verified(run, source, path) == 1
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(". To do")[0] for line in lines] == [
        "lines, report: 3, ceiling 2", "nil, report: 2, ceiling 1",
    ]  # fmt: skip
    assert "set the ceiling by --figer" in lines[1]
    assert run.main(["--lieux", "nil", "report"], source, path) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{source / 'report/lines.py'}:2 or", f"{source / 'report/more.py'}:1 or",
    ]  # fmt: skip


def test_the_table_shows_what_is_what_may_be_and_what_was(
    run: Any, source: Path, capsys: Any
) -> None:
    path = kept(run, source)
    write(source, "tax/lines.py", "X = n or 0\nY = n or 0\n")
    write(source, "report/lines.py", 'A = x["nom"]\n')
    assert run.main([], source, path) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == list(run.MEASURES)
    assert [row[:3] for row in rows[1:3]] == [["report", "1", "(-1)"], ["tax", "2", "(+2)"]]
    assert [row[:2] + row[6:7] for row in rows[3:5]] == [["all", "3", "2"], ["ceilings", "2", "1"]]
    assert run.main(["--lieux", "nil"], source, path) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_places_are_asked_of_a_measure_that_has_some(run: Any, source: Path, capsys: Any) -> None:
    for name in ("nils", "lines"):
        with pytest.raises(SystemExit):
            run.main(["--lieux", name], source, kept(run, source))
        assert "subscripts, field_keys, sums" in capsys.readouterr().err


def test_a_room_does_not_rise_because_another_fell(run: Any, source: Path, capsys: Any) -> None:
    path = kept(run, source)
    (source / "tax").mkdir()
    (source / "report/lines.py").rename(source / "tax/lines.py")
    assert verified(run, source, path) == 1
    assert "nil, tax: 1, ceiling 0" in capsys.readouterr().out


def test_ceilings_are_what_is_once_frozen(run: Any, source: Path) -> None:
    path, lines = kept(run, source), source / "report/lines.py"
    before, text = path.read_text(encoding="utf-8"), lines.read_text(encoding="utf-8")
    write(source, "report/lines.py", 'A = x["nom"]\n')
    assert verified(run, source, path) == 0
    assert path.read_text(encoding="utf-8") == before
    assert run.main(["--figer"], source, path) == 0
    write(source, "report/lines.py", text)
    assert verified(run, source, path) == 1
    assert run.main(["--figer"], source, path) == 0
    assert verified(run, source, path) == 0
    assert path.read_text(encoding="utf-8") == before
    lines.unlink()
    run.main(["--figer"], source, path)
    assert "report" not in path.read_text(encoding="utf-8"), "a package that is gone"


def test_the_check_runs_it(run: Any) -> None:
    assert "python scripts/ratchet.py --verifier\n" in (ROOT / "scripts/check.sh").read_text(
        encoding="utf-8"
    )
