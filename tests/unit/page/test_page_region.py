"""A region on the page: files go to whom they name, each dossier keeps its own, each tab its own dossier."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from served_page import Served, served
from tfpb.errors import Fault, Place, Severity
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.region_inputs import load_region
from tfpb.io.sources.toml_files import load_settings
from tfpb.page.desk import sign_of
from tfpb.page.union.region_desk import RegionDesk
from tfpb.page.union.region_work import Interviews, RegionOutlook
from tfpb.words.documents.region_words import FINDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("Nord Habitat", "Logis de l’Oise", "Les <b>Trois</b> Vallées", "OPH Tardif")
HEADS = "id_residence;adresse;code_postal;commune;nb_logements;Situation"
HEAD = {"geste": "tete", "titre": "Région", "organisme_regional": "URH", "annee": "2025",
        "date": "2026-02-10", "qui": "URH"}  # fmt: skip


def stock(first: int = 10, owner: str = "") -> bytes:
    """Return a stock of twenty entrances, three of which are sold."""
    lines = [
        f"R{k};{k} RUE DU PORT;59000;LILLE;{first if k == 1 else 10 + k};"
        f"{'Vendu' if k < 4 else 'En gestion'}{';' + owner if owner else ''}"
        for k in range(1, 21)
    ]
    return "\n".join([HEADS + (";organisme" if owner else ""), *lines]).encode()


def survey(*owners: str) -> bytes:
    lines = ["id_enquete;vague;bailleur;residence;poids;q1;q2;q3"]
    lines += [
        f"{k};2023;{owner};R{k % 5 + 1};1;{k % 4 + 1};{k % 4 + 1};{k % 4 + 1}"
        for owner in owners
        for k in range(60)
    ]
    return "\n".join(lines).encode()


def zipped(**files: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/") + ".csv", data)
    return whole.getvalue()


def drop(page: Served, *files: tuple[str, bytes]) -> str:
    sent = [("fichiers", one) for one in files]
    answer = page.post("/deposer", {"geste": "deposer"}, files=sent)
    assert answer.status_code == 200
    return answer.text


class Forms(HTMLParser):
    """The forms of a screen as a browser would send them untouched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, list[str]]]] = []
        self._select: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        name, value = named.get("name") or "", named.get("value") or ""
        if tag == "form":
            self.found.append((named.get("action") or "", {}))
        elif tag == "select":
            self._select = [name, None]
        elif tag == "option" and self._select and (self._select[1] is None or "selected" in named):
            self._select[1] = value
        elif tag == "input" and name and named.get("type") != "file":
            ticked = named.get("type") not in {"checkbox", "radio"} or "checked" in named
            self.found[-1][1].setdefault(name, []).extend([value] * ticked)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.found[-1][1][str(self._select[0])] = [self._select[1] or ""]
            self._select = []


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    """Serve an empty folder said to be a region, four bailleurs awaited."""
    with served(tmp_path / "région", tmp_path / "geo") as made:
        assert "commencer une région" in made.get("/depart").text
        made.post("/depart", {"geste": "sorte", "sorte": "region"})
        made.post("/depart", {**HEAD, "organismes": "\n".join((*NAMES, "nord habitat", ""))})
        yield made


def region_of(page: Served) -> RegionDesk:
    assert isinstance(page.desk, RegionDesk)
    return page.desk


def files_of(page: Served, name: str) -> dict[str, object]:
    return load_settings(region_of(page).member(name).file).fichiers.model_dump()


def test_each_file_goes_to_whom_it_names_and_the_others_wait(page: Served) -> None:
    region = region_of(page)
    assert [m.name for m in region.members] == sorted(NAMES, key=lambda n: region.member(n).file)
    told = drop(
        page,
        ("Logis_Oise.zip", zipped(parc=stock(), programme__essai=b"\x00")),
        ("stock nord habitat 2025.csv", stock(11)),
        ("export.csv", stock(12, NAMES[2])),
        ("nord habitat.csv", stock(13, NAMES[1])),  # its name says one, its cells another
        ("../../etc/x.csv", stock(14)),
        ("enquete.csv", survey(NAMES[0], NAMES[1])),
        ("contrats.csv", b"contrat_de_ville;codes_qpv\nC;QN05901M\n"),
        (
            "national.csv",
            "item;groupe;valeur;reference\nChauffage;ensemble;69 %;étude, 2023\n".encode(),
        ),
        ("Logis Oise retard.csv", survey(NAMES[1]).splitlines()[0] + b"\n"),
        ("piege.zip", b"PK\x03\x04 rien"),
    )
    assert "fichier « piege.zip »" in told
    assert "« Logis Oise retard.csv » est copié, mais n’a aucune ligne" in told
    assert "sans usage : Logis Oise retard.csv<" in told  # that row still lists it afterwards
    assert "&lt;b&gt;Trois&lt;/b&gt;" in told
    assert "<b>Trois</b>" not in told
    assert "attendus : OPH Tardif (patrimoine)" in told
    read = load_region(region.file)
    assert [b.nom for b in read.bailleurs] == [NAMES[1], NAMES[0], NAMES[2]]
    assert read.fichiers.enquete == ("enquete.csv",)
    assert (read.fichiers.contrats, read.fichiers.repere) == ("contrats.csv", "national.csv")
    assert read.fichiers.plan == "plan_enquete.toml"
    assert files_of(page, NAMES[0])["patrimoine"] == "stock nord habitat 2025.csv"
    assert files_of(page, NAMES[2])["patrimoine"] == "export.csv"
    assert sorted(re.findall(r'<label for="chez\d+">([^(]+) \(', told)) == [
        "nord habitat.csv",
        "x.csv",
    ]
    assert not list(region.folder.parent.glob("etc"))

    answer = page.post("/deposer", {"geste": "attribuer", "nom": "x.csv", "chez": "OPH Tardif"})
    assert "attendus :" not in answer.text
    assert load_region(region.file).bailleurs[-1].nom == "OPH Tardif"
    for name in ("../region.toml", "contrats.csv"):  # neither waits for anybody
        page.post("/deposer", {"geste": "attribuer", "nom": name, "chez": "OPH Tardif"})
    assert not (region.member("OPH Tardif").file.parent / "contrats.csv").exists()
    assert files_of(page, "OPH Tardif")["patrimoine"] == "x.csv"
    gone = page.post("/deposer", {"geste": "compter", "chez": "OPH Parti"}).text
    assert "n’est pas, ou plus, de cette région" in gone  # region_organisme_absent
    page.post("/deposer", {"geste": "ecarter", "chez": "OPH Tardif"})
    assert len(load_region(region.file).bailleurs) == 3
    every = {"geste": "attribuer_tout"}
    assert "De qui sont ces fichiers" in page.post("/deposer", {**every, "nouveau": " "}).text
    told = page.post("/deposer", {**every, "nouveau": "Toit du Nord "}).text
    assert "De qui sont ces fichiers" not in told
    assert files_of(page, "Toit du Nord")["patrimoine"] == "nord habitat.csv"
    assert load_region(region.file).bailleurs[-1].nom == "Toit du Nord"
    assert "Organisme laissé de côté" in page.get("/journal").text


def test_a_corrected_delivery_is_reviewed_replaces_and_is_taken_back(page: Served) -> None:
    drop(page, ("Nord Habitat.zip", zipped(parc=stock())))
    told = drop(page, ("Nord Habitat.zip", zipped(parc=stock())))  # the same, twice
    assert "Venus deux fois" not in told
    told = drop(page, ("Nord Habitat.zip", zipped(parc=stock(99))))
    assert "Venus deux fois" in told
    assert files_of(page, NAMES[0])["patrimoine"] == "parc.csv"
    name = re.findall(r'name="nom" value="([^"]+)"', told)[0]
    told = page.post("/deposer", {"geste": "revoir", "chez": NAMES[0], "nom": name,
                                  "autre": "parc.csv", "choix": "remplace"}).text  # fmt: skip
    assert files_of(page, NAMES[0])["patrimoine"] == name == "parc.csv"
    own = region_of(page).member(NAMES[0]).file.parent
    assert (own / "parc.csv").read_bytes() == stock(99)
    assert not (own / "parc_2.csv").exists()
    assert "Venus deux fois" not in told
    number = re.findall(r'name="numero" value="(\d+)"', told)[0]
    told = page.post("/deposer", {"geste": "defaire", "chez": NAMES[0], "numero": number}).text
    assert (own / "parc.csv").read_bytes() == stock()
    assert files_of(page, NAMES[0])["patrimoine"] == "parc.csv"


def test_a_form_is_of_the_dossier_that_its_tab_shows(page: Served) -> None:
    drop(page, ("Nord Habitat.csv", stock()))
    region = region_of(page)
    home, own = page.token, region.desk_of(region.member(NAMES[0]))
    shown = page.get(f"/deposer?d={own.mark}").text
    assert "Région « région »" in shown
    assert "/colonnes?d=" in shown
    assert page.hand.desk is own
    page.post(
        "/depart", {**HEAD, "titre": "De la région", "jeton": home}
    )  # the first tab, as it was
    assert load_region(region.file).region.titre == "De la région"
    assert load_settings(own.file).dossier.titre == "Région"
    kept = {
        "ecran": "depart",
        "brouillon": "tete",
        "champ:titre": "Saisi",
        "jeton": f"{page.keys.token}@@{own.mark}",
    }
    page.post("/brouillon", kept)
    assert own.journal.drafts_of("depart") == {"tete": {"titre": "Saisi"}}
    assert not region.journal.drafts_of("depart")
    for sign in (sign_of(page.folder.parent), "x"):
        assert page.get(f"/deposer?d={sign}").status_code == 409
        lost = page.post(
            "/depart", {**HEAD, "titre": "Perdu", "jeton": f"{page.keys.token}@@{sign}"}
        )
        assert lost.status_code == 409
        assert "n’est plus ouvert" in lost.text
    assert load_region(region.file).region.titre == "De la région"
    assert page.get(f"/colonnes?d={region.mark}").status_code == 404  # no screen of a region


def test_a_question_is_answered_in_the_dossier_it_is_of(page: Served) -> None:
    drop(page, *((f"{n}.zip", zipped(parc=stock())) for n in ("Nord Habitat", "Logis Oise")))
    region = region_of(page)
    assert "Pas encore calculé" in page.get("/reponses").text
    asked = [
        (name, one)
        for name in NAMES[:2]
        for one in gather_inputs(load_settings(region.member(name).file))[0].asked
    ]
    (key,) = {one.question.key for _, one in asked}  # the same cells: one key, two bailleurs
    region.outlook = RegionOutlook(
        asked=tuple(one for _, one in asked), owners=tuple(name for name, _ in asked), computed=True
    )
    region._seen = region.stamp()
    told = page.get("/reponses").text
    assert f"{NAMES[1]} : " in told
    reply = {"cle": key, "chez": NAMES[1], "reponse": "ecarter", "par": "patrimoine", "le": ""}
    page.post("/reponses", reply)
    assert load_settings(region.member(NAMES[1]).file).reponses[key].reponse == "ecarter"
    written = page.get(f"/journal?d={region.member(NAMES[1]).sign}").text
    assert "Ces lignes sont-elles à compter ? « elles ne comptent pas »" in written
    assert page.get(f"/reponses?d={region.mark}").text.count("Changer cette réponse") == 1
    assert not load_settings(region.member(NAMES[0]).file).reponses
    assert [one.reply is None for one in region.outlook.asked] == [True, False]
    assert not load_region(region.file).reponses
    assert (
        region.desk_of(region.member(NAMES[1])).author == region.author == "URH"
    )  # no role of a file
    assert not region.fresh  # figures are of before the reply, and screens say so
    assert "n’est plus posée" in page.post("/reponses", {**reply, "chez": "Personne"}).text
    cut = "n’est pas allé au bout"  # a run asked for, and no page left to end it
    assert cut not in page.get(f"/dossier?d={region.mark}").text
    region.journal.write({}, who="URH", screen="dossier", gesture="faire", lines=("un projet",))
    assert cut in page.get(f"/dossier?d={region.mark}").text
    region.journal.write({}, who="", screen="", gesture="fait", lines=("sorties",))
    assert cut not in page.get(f"/dossier?d={region.mark}").text


def test_names_of_nobody_are_given_to_somebody_or_to_nobody(page: Served) -> None:
    drop(page, ("Nord Habitat.csv", stock()))
    region = region_of(page)
    doubts = tuple(
        Fault("region_bailleur_inconnu", Place("region.toml"), got,
              {"vagues": "2023", "nombre": 40, "connus": "", "proches": ""}, Severity.DOUTE)
        for got in ("NH 59", "Voisin")
    )  # fmt: skip
    stops = Fault(
        "region_echelle_differente", got="q1", fields={"bailleur": NAMES[0], "attendu": ""}
    )
    line = Interviews("NH 59", "2023", 40, 0, 40, "", FINDINGS["inconnu"], "")
    wave = {"bailleur": NAMES[1], "vague": "2023"}
    alone = Fault("region_vague_autrement", got="V. 2023", fields=wave, severity=Severity.DOUTE)
    own = Fault("nom_proche", got="x", fields=wave, severity=Severity.DOUTE)
    of_owner = {NAMES[0]: (stops,), NAMES[1]: (alone, own), NAMES[3]: (own, own)}
    region.outlook = RegionOutlook(doubts, of_owner=of_owner, interviews=(line,), computed=True)
    region._seen = region.stamp()
    page.post("/noms", {"q0": "NH 59", "n0": NAMES[0], "q1": "Voisin", "n1": "-"})
    assert load_region(region.file).alias.bailleurs == {"NH 59": NAMES[0], "Voisin": ""}
    assert not region.fresh  # the region's own file is among those that were read
    region._seen = region.stamp()
    assert "aucun organisme de la région" in page.get("/noms").text
    told = page.get("/fautes").text
    sign = region.member(NAMES[0]).sign
    assert f'href="/questions?d={sign}"' in told
    assert f'href="/deposer?d={region.member(NAMES[1]).sign}"' in told
    assert "écrit « V. 2023 » une vague que les autres" in told
    assert told.count("1 constat sur ses fichiers") == 1  # its own dossier lists that one alone
    assert '<td class="n">3</td><td class="n">2</td>' in told  # of one kind, at two bailleurs
    assert "Aller à « Fautes »" not in told  # nowhere else than here
    region.outlook = RegionOutlook(of_owner={NAMES[0]: (stops,)})  # a fault stopped it
    region._seen = region.stamp()
    assert "Pas encore calculé" in page.get("/reponses").text
    assert "Aucun nom n’attend" not in page.get("/noms").text
    region.outlook = RegionOutlook(doubts, interviews=(line,), computed=True)
    assert "nom d’aucun bailleur de la région" in page.get("/apercu").text
    page.post("/noms", {"oublier": "alias.bailleurs|Voisin"})
    assert load_region(region.file).alias.bailleurs == {"NH 59": NAMES[0]}


def test_the_plan_of_the_region_takes_the_place_of_drafts_alone(page: Served) -> None:
    drop(page, ("Nord Habitat.csv", stock()), ("Logis Oise.csv", stock()))
    drop(
        page, ("enquete nord habitat.csv", survey(NAMES[0])), ("enquete oise.csv", survey(NAMES[1]))
    )
    region = region_of(page)
    drafts = [region.desk_of(region.member(name)).plan_file for name in NAMES[:2]]
    confirmed = drafts[1].read_text(encoding="utf-8").replace("À CONFIRMER", "")
    region.desk_of(region.member(NAMES[1])).write({drafts[1]: confirmed.encode()})
    plan = (
        drafts[0].read_text(encoding="utf-8").replace("À CONFIRMER", "").replace("= 5.0", "= 4.0")
    )
    told = drop(page, ("plan_region.toml", plan.encode()))
    assert f"l’ébauche de : {NAMES[0]}." in told
    assert load_region(region.file).fichiers.plan == "plan_region.toml"
    assert "marge_points = 4.0" in drafts[0].read_text(encoding="utf-8")
    assert drafts[1].read_text(encoding="utf-8") == confirmed


def test_headers_confirmed_for_one_are_given_to_those_that_bear_them(page: Served) -> None:
    asked = "Propreté des parties communes"
    head, *rest = stock().decode().splitlines()
    odd = "\n".join((head.replace("adresse", "ADR_LIGNE_1"), *rest)).encode()
    other = odd.replace(b"ADR_LIGNE_1", b"LIGNE_ADR")
    renamed = {n: survey(n).replace(b";q1;", f";Q1. {asked};".encode(), 1) for n in NAMES}
    plan = f"""[colonnes]
repondant = "id_enquete"
vague = "vague"
bailleur = "bailleur"
residence = "residence"
poids = "poids"
[echelles.s]  # of five levels, where a draft sees four: questions are not joined by themselves
satisfait = [1, 2]
insatisfait = [3, 4, 5]
[[items]]
colonnes = ["q1"]
libelle = "{asked}"
theme = "residence"
nature = "service"
echelle = "s"
"""
    told = drop(
        page, ("plan_region.toml", plan.encode()),
        ("Nord Habitat.csv", odd), ("enquete nord habitat.csv", renamed[NAMES[0]]),
        ("Logis Oise.csv", odd), ("enquete logis oise.csv", renamed[NAMES[1]]),
        ("OPH Tardif.csv", other), ("enquete oph tardif.csv", survey(NAMES[3])),
    )  # fmt: skip
    waiting = ", ".join((NAMES[1], NAMES[0], NAMES[3]))
    assert f"« Questions de l’enquête » de : {waiting}." in told
    region = region_of(page)
    sign = region.member(NAMES[0]).sign
    own = {n: region.desk_of(region.member(n)) for n in NAMES}

    def confirm(screen: str, gesture: str) -> str:
        found = Forms(page.get(f"/{screen}?d={sign}").text).found
        fields: dict[str, Any] = next(f for action, f in found if action == f"/{screen}")
        return page.post(f"/{screen}", fields | {"geste": gesture}).text

    confirm("colonnes", "")
    assert own[NAMES[1]].settings.reglages.colonnes == {}
    assert f"aux mêmes en-têtes, chez : {NAMES[1]}." in confirm("colonnes", "partout")
    named = {"patrimoine.adresse": "ADR_LIGNE_1"}
    assert [own[n].settings.reglages.colonnes for n in NAMES] == [named, named, {}, {}]
    assert f"aux mêmes en-têtes, chez : {NAMES[1]}." in confirm("questions", "partout")
    plans = [own[n].plan for n in (NAMES[0], NAMES[1], NAMES[3])]
    both = ("q1", f"Q1. {asked}")
    assert [p and p.items[0].colonnes for p in plans] == [both, both, ("q1",)]
    title = "Colonnes confirmées, aux mêmes en-têtes qu’un autre organisme"
    assert title in page.get(f"/journal?d={own[NAMES[1]].mark}").text


def test_a_region_that_a_hand_wrote_opens_and_its_dossiers_stay_where_they_are(
    tmp_path: Path,
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dossier.toml").write_text(
            f'[dossier]\ntitre = "T"\nannee = 2025\ndate = 2026-02-10\nbailleur = "{name}"\n'
            '[fichiers]\npatrimoine = "p.csv"\n', encoding="utf-8",
        )  # fmt: skip
    union = tmp_path / "union"
    union.mkdir()
    text = '[region]\ntitre = "R"\nannee = 2025\ndate = 2026-02-10\norganisme_regional = "U" # à la main\n'
    blocks = "".join(
        f'\n[[bailleurs]]\nnom = "{n.upper()}"\ndossier = "../{n}/dossier.toml"\n' for n in "ab"
    )
    (union / "region.toml").write_text(text + blocks, encoding="utf-8")
    with served(union, tmp_path) as page:
        assert "0 organisme est prêt sur 2" in page.get("/deposer").text
        drop(page, ("A parc.csv", stock()))
        page.post("/deposer", {"geste": "ecarter", "chez": "B"})
        assert (tmp_path / "a" / "A parc.csv").is_file()
        written = (union / "region.toml").read_text(encoding="utf-8")
        assert "# à la main" in written
        assert written.count("[[bailleurs]]") == 1
        for screen in (
            "depart",
            "noms",
            "questions",
            "fautes",
            "reponses",
            "apercu",
            "dossier",
            "journal",
        ):
            assert page.get(f"/{screen}").status_code == 200, screen
