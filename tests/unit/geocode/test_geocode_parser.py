"""The address line parser: every hard case, with its guards."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from tfpb.geocode import parse
from tfpb.geocode.line.cleaning import clean, flatten
from tfpb.geocode.line.one_line import OneLine, ParsedAddress
from tfpb.geocode.line.street_names import name_of

# line, numbers, street key, complement
LINES = [
    # 4 suffixes behind a mark, ranges beside them
    ("2-BIS RUE DES LILAS", "2bis", "rue lilas", ""),
    ("17-TER RUE DES LILAS", "17ter", "rue lilas", ""),
    ("18-B RUE DES LILAS", "18b", "rue lilas", ""),
    ("2/B AV FOCH", "2b", "avenue foch", ""),
    ("3 - B RUE DES LILAS", "3b", "rue lilas", ""),
    ("2-BIS/4-TER RUE DES LILAS", "2bis 4ter", "rue lilas", ""),
    ("12-R DES LILAS", "12", "rue lilas", ""),
    ("12/14 R DES LILAS", "12 14", "rue lilas", ""),
    ("4-16 RUE DES LILAS", "4 16", "rue lilas", ""),
    ("12 - L'EUROPE", "12", " europe", ""),
    ("12 TERRASSE DES LILAS", "12", "terrasse lilas", ""),
    ("12TERRUE DES LILAS", "12ter", "rue lilas", ""),
    # 5 what stands before a type
    ("12 GDE R", "12", "grande rue ", ""),
    ("12 PETITE R DU PUITS", "12", "petite rue puits", ""),
    ("12 PTE RUE DU PUITS", "12", "petite rue puits", ""),
    ("12 VLA DES LILAS", "12", "villa lilas", ""),
    ("12 ANC RTE DE PARIS", "12", " ancienne route paris", ""),
    ("12 ANC. CHE DE PARIS", "12", " ancien chemin paris", ""),
    ("12 Ancienne Route de Paris", "12", " ancienne route paris", ""),
    ("12 AV DE LA PTE D'ORLEANS", "12", "avenue porte orleans", ""),
    # 9 numbers said
    ("3 PL DU 11 NOV 18", "3", "place 11 novembre", ""),
    ("3 RUE DU HUIT MAI MILLE NEUF CENT QUARANTE-CINQ", "3", "rue 8 mai", ""),
    ("3 RUE DES QUATRE VINGT DIX NEUF", "3", "rue 99", ""),
    ("3 RUE DU VINGT ET UN AOUT", "3", "rue 21 aout", ""),
    ("3 RUE DE LA DEUXIEME DB", "3", "rue 2 db", ""),
    ("3 RUE DE LA IIE D.B.", "3", "rue 2 d b", ""),
    ("RUE DU 11 NOVEMBRE 15", "", "rue 11 novembre 15", ""),
    ("3 RUE DES 4 CHEMINS", "3", "rue 4 chemins", ""),
    # 1 complements, and what only looks like one
    ("12 RUE DES LILAS BAT A ENT 3", "12", "rue lilas", "BAT A ENT 3"),
    ("12 RUE DES LILAS ESC B", "12", "rue lilas", "ESC B"),
    ("107RUEROGER SALENGRO - L'EUROPE BATIMENT N°1", "107", "rue roger salengro", "L'EUROPE BATIMENT N°1"),
    ("26 AVE DE LATTRE DE TAS.BAT.E2", "26", "avenue lattre tas", "BAT.E2"),
    ("4 RUE DE L'EGALITE.APT.BAT.B", "4", "rue egalite", "APT.BAT.B"),
    ("BAT A 12 RUE DES LILAS", "12", "rue lilas", "BAT A"),
    ("Tour A 3 rue Baudelaire", "3", "rue baudelaire", "Tour A"),
    ("HALL 10 9 R DE PARIS", "9", "rue paris", "HALL 10"),
    ("3 rue du Colonel Fabien Escalier B 3eme etage", "3", "rue colonel fabien", "Escalier B 3eme etage"),
    ("12 RUE DES LILAS (BAT C)", "12", "rue lilas", "BAT C"),
    ("57 GRAND-RUE ENT 18", "57", "grande rue ", "ENT 18"),
    ("25 Rue de la Cité BATIMENT C", "25", "rue cite", "BATIMENT C"),
    ("RUE DE LA TOUR", "", "rue tour", ""),
    ("12 AVENUE DE LA PORTE D'ORLEANS", "12", "avenue porte orleans", ""),
    ("TOURS A LECLERC", "", " tours leclerc", ""),
    # 2 names of résidences
    ("RES LES HORTENSIAS", "", "residence hortensias", ""),
    ("RES. DU BREUIL", "", "residence breuil", ""),
    ("12 RUE DES LILAS RES LES PINS BAT 3", "12", "rue lilas", "RES LES PINS BAT 3"),
    ("RES LES HORTENSIAS 12 RUE DES LILAS BAT C", "12", "rue lilas", "RES LES HORTENSIAS | BAT C"),
    ("RES. BELLEVUE, 10598 RUE NELSON MANDELA", "10598", "rue nelson mandela", "RES. BELLEVUE"),
    ("RES. BELLEVUE, 11 LOTISSEMENT LA REVINOISE", "11", "lotissement revinoise", "RES. BELLEVUE"),
    ("3 AVENUE DU QUARTIER NEUF", "3", "avenue quartier 9", ""),
    ("12 RESIDENCE LES ROSES", "12", "residence roses", ""),
    ("3 RUE BOUT HAUT RESIDENCE LES TILLEULS", "3", "rue bout haut", "RESIDENCE LES TILLEULS"),
    # 3 lists and ranges
    ("4-16 RUE DES LILAS", "4 16", "rue lilas", ""),
    ("12/14 RUE DES LILAS", "12 14", "rue lilas", ""),
    ("17 à 19 rue de la Paix", "17 19", "rue paix", ""),
    ("12 A 18 RUE DES LILAS", "12 18", "rue lilas", ""),
    ("1-3-5RUEDU BREUIL", "1 3 5", "rue breuil", ""),
    ("1 et 5-7 RUE DU PORT", "1 5 7", "rue port", ""),
    ("22 BIS-24 RUE DE PARIS", "22bis 24", "rue paris", ""),
    ("128-132 bis avenue Foch", "128 132bis", "avenue foch", ""),
    ("1-27 bis et 4-12 2-10 RUE DE PARIS", "1 27bis 4 12 2 10", "rue paris", ""),
    ("24 -28 Rue Polissard", "24 28", "rue polissard", ""),
    ("12 18 RUE DE PARIS", "12 18", "rue paris", ""),
    # 4 suffixes
    ("12 A RUE DES LILAS", "12a", "rue lilas", ""),
    ("0012 BIS RUE DES LILAS", "12bis", "rue lilas", ""),
    ("12BIS RUE DES LILAS", "12bis", "rue lilas", ""),
    ("12 B RUE DES LILAS", "12b", "rue lilas", ""),
    ("12T RUE DES LILAS", "12t", "rue lilas", ""),
    ("12 QUATER RUE DES LILAS", "12quater", "rue lilas", ""),
    ("0 RUE DES LILAS", "", "rue lilas", ""),
    # 5 types
    ("2 Rue RUE RAPHAEL", "2", "rue raphael", ""),
    ("2RueRUE RAPHAEL", "2", "rue raphael", ""),
    ("12 R. DES LILAS", "12", "rue lilas", ""),
    ("12 R LILAS", "12", "rue lilas", ""),
    ("12 R RUE DES LILAS", "12r", "rue lilas", ""),
    ("12 BD DES LILAS", "12", "boulevard lilas", ""),
    ("GRANDE RUE", "", "grande rue ", ""),
    ("RTE NATIONALE 51", "", "rn 51", ""),
    # 6 titles
    ("12-14 R. DU GAL LECLERC BAT B ENT 3", "12 14", "rue general leclerc", "BAT B ENT 3"),
    ("1 R STE BARBE", "1", "rue sainte barbe", ""),
    ("1 RUE DES PRES", "1", "rue pres", ""),
    # 7 initials
    ("43RUEL.A. BLANQUI", "43", "rue l a blanqui", ""),
    ("173 RUE E.VAILLANT", "173", "rue e vaillant", ""),
    ("RUE A THOMAS", "", "rue a thomas", ""),
    ("7PLA. THOMAS", "7", "place a thomas", ""),
    ("11AVS. BUISSON", "11", "avenue s buisson", ""),
    ("12 RUE D'ALEMBERT", "12", "rue alembert", ""),
    # 9 numbers as words
    ("8 MAI 1945", "", " 8 mai", ""),
    ("5 RUE DU HUIT MAI 1945", "5", "rue 8 mai", ""),
    ("PLACE DU XI NOVEMBRE", "", "place 11 novembre", ""),
    ("3 RUE DU 1ER MAI", "3", "rue 1 mai", ""),
    ("3 RUE DU DIX NEUF MARS", "3", "rue 19 mars", ""),
    # 10 characters
    ("12 Rue de la LibertÃ©", "12", "rue liberte", ""),
    ("12, rue de l’Œuvre", "12", "rue oeuvre", ""),
    ("N° 12\u00a0rue des Lilas", "12", "rue lilas", ""),
    # 11 glued words
    ("5RUEGERMAINE TILLION", "5", "rue germaine tillion", ""),
    ("125ruelouis auguste blanqui", "125", "rue louis auguste blanqui", ""),
    ("AVDE LATTRE DE TASSIGNY", "", "avenue lattre tassigny", ""),
    ("45ALLÉEDU RENDEZ-VOUS", "45", "allee rendez vous", ""),
    ("151 RuelleLostau", "151", "ruelle lostau", ""),
    # 13 routing
    ("12 RUE DE LA PAIX BP 123", "12", "rue paix", "BP 123"),
    ("12 RUE DE LA PAIX 93141 BONDY CEDEX", "12", "rue paix", "CEDEX"),
    # 19 RPLS codes that mean none
    ("12 9 RUE DES LILAS", "12", "rue lilas", ""),
    # 22 the same address twice, type behind the name, number behind the street
    ("12 rue de la paix 12 RUE DE LA PAIX", "12", "rue paix", ""),
    ("15 LA CHARME 15 LA CHARME", "15", " charme", ""),
    ("12 LILAS (RUE DES)", "12", "rue lilas", ""),
    ("12 LILAS, RUE DES", "12", "rue lilas", ""),
    ("RUE DES LILAS 12", "12", "rue lilas", ""),
    ("ANCIENNE ROUTE DE PARIS", "", " ancienne route paris", ""),
]  # fmt: skip


@pytest.mark.parametrize(("line", "numbers", "key", "complement"), LINES)
def test_line_is_taken_apart(line: str, numbers: str, key: str, complement: str) -> None:
    parsed = parse(line)
    assert " ".join(f"{n}{s}" for n, s in parsed.numbers) == numbers
    assert parsed.readings[0].name.key == key
    assert parsed.complement == complement


@pytest.mark.parametrize(
    ("line", "postcode", "town"),
    [
        ("12 rue de la Paix 75002 PARIS CEDEX 02", "75002", "paris"),
        ("avenue Opéra75002", "75002", ""),
        ("12 rue des lilas, 93140 Bondy", "93140", "bondy"),
        ("10250 ROUTE DE PARIS", "", ""),
    ],
)
def test_postcode_and_town_of_the_line(line: str, postcode: str, town: str) -> None:
    parsed = parse(line)
    assert (parsed.postcode, parsed.town) == (postcode, town)


@pytest.mark.parametrize(
    ("line", "parcel"),
    [
        ("12 RUE DE LA PAIX - Parcelle : 000 / AB / 0119", ("000", "AB", "0119")),
        ("000 , CR ,0694 12 RUE DE LA PAIX", ("000", "CR", "0694")),
        ("12 RUE DE LA PAIX (section AB n° 119)", ("000", "AB", "0119")),
        ("12 RUE DE LA PAIX 930100000H0171", ("000", "0H", "0171")),
    ],
)
def test_cadastral_reference_is_kept(line: str, parcel: tuple[str, str, str]) -> None:
    parsed = parse(line)
    assert parsed.parcels == (parcel,)
    assert parsed.readings[0].name.key == "rue paix"


def test_cadet_is_no_cadastre() -> None:
    parsed = parse("811 ROUTE DE CADET 000 , XO ,0680")
    assert parsed.readings[0].name.key == "route cadet"
    assert parsed.parcels == (("000", "XO", "0680"),)


@pytest.mark.parametrize(
    ("line", "first", "second", "note"),
    [
        (
            "5 ALLEE DES TILLEULS ANC 1 R BAUDELAIRE",
            "allee tilleuls",
            "rue baudelaire",
            "ancienne_adresse",
        ),
        (
            "5 ALLEE DES TILLEULS ACCES PAR 2 R ROBERT DOUVILLEZ",
            "allee tilleuls",
            "rue robert douvillez",
            "acces_par",
        ),
        ("Gallieni/Polissard", " gallieni", " polissard", "deux_voies"),
        ("38 av Gallieni / 2 rue Polissard", "avenue gallieni", "rue polissard", "deux_voies"),
        (
            "Angle rue Polissard et avenue Gallieni",
            "rue polissard",
            "avenue gallieni",
            "deux_voies",
        ),
        ("12 rue des Lilas 14 avenue Gallieni", "rue lilas", "avenue gallieni", "deux_voies"),
    ],
)
def test_second_address_of_the_line(line: str, first: str, second: str, note: str) -> None:
    parsed = parse(line)
    assert parsed.readings[0].name.key == first
    assert parsed.others[0].readings[0].name.key == second
    assert note in parsed.notes


def test_an_address_written_twice_is_one() -> None:
    parsed = parse("12 RUE DES LILAS 93140 12 R DES LILAS")
    assert parsed.readings[0].name.key == "rue lilas"
    assert not parsed.others
    assert not parsed.notes


@pytest.mark.parametrize(
    "line", ["ANC 1 R BAUDELAIRE", "ACCES PAR 2 R BAUDELAIRE", "EX RUE BAUDELAIRE"]
)
def test_marker_at_the_head_leaves_one_address(line: str) -> None:
    parsed = parse(line)
    assert parsed.readings[0].name.key == "rue baudelaire"
    assert not parsed.others


@pytest.mark.parametrize("line", ["NC", "?", "Sans objet", "à définir", "", "   ", "---", "n/a"])
def test_what_is_no_address(line: str) -> None:
    parsed = parse(line)
    assert not parsed.readings
    assert parsed.notes == ("pas_une_adresse",)


def test_doubtful_suffix_keeps_both_readings() -> None:
    first, second = parse("12 A THOMAS").readings[:2]
    assert first.head.singles == ((12, "a"),)
    assert second.head.singles == ((12, ""),)
    assert second.name.tokens == ("a", "thomas")


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("12-14 R. DU GAL LECLERC BAT B ENT 3", "12 rue du general leclerc"),
        ("5RUEGERMAINE TILLION", "5 rue germaine tillion"),
        ("12BIS AV DU QUARTIER NEUF", "12 bis avenue du quartier neuf"),
        ("RUE DES LILAS 12", "12 rue des lilas"),
    ],
)
def test_query_for_a_service(line: str, query: str) -> None:
    assert parse(line).query == query


@settings(deadline=None, max_examples=tries(40, 300))
@given(st.text(max_size=80))
def test_any_text_is_parsed(text: str) -> None:
    parsed = parse(text)
    cleaned = clean(text)
    assert parsed.text == cleaned
    assert len(flatten(cleaned)) == len(cleaned)


_ADDRESS_WORDS = (
    "12 3 bis RUE AV DES LILAS BAT A ESC - , / ( ) 93140 BONDY RES LES PINS 8 MAI CEDEX ANC"
    " PARCELLE AB L' . ET"
)
_WORDS = st.sampled_from(_ADDRESS_WORDS.split())


@settings(deadline=None, max_examples=tries(60, 500))
@given(st.lists(_WORDS, max_size=12))
def test_nothing_but_words_of_addresses_breaks_the_parser(words: list[str]) -> None:
    parsed = parse(" ".join(words))
    assert all(n > 0 for n, _ in parsed.numbers)
    if not parsed.readings and not parsed.parcels:
        assert parsed.notes


def comparable(parsed: ParsedAddress) -> ParsedAddress:
    """Leave out where numbers stop: it serves while a line is taken apart."""
    read = tuple(r._replace(head=r.head._replace(end=0)) for r in parsed.readings)
    return parsed._replace(readings=read, others=tuple(map(comparable, parsed.others)))


@pytest.mark.parametrize(
    "line",
    [
        "12 RUE HAUTE CITE 3",
        "12 RUE DES BAT A",
        "12 RUE SUR RES LES PINS",
        "12 RUE DES LILAS © BAT A",
    ],
)
def test_what_may_go_on_with_the_name_is_read_word_by_word(line: str) -> None:
    cleaned = clean(line)
    word_by_word = OneLine(cleaned, flatten(cleaned)).parsed()
    assert comparable(parse(line)) == comparable(word_by_word)


_LEADS = st.sampled_from([
    "", "", "", "BAT A", "RES LES PINS", "Résidence du Stade, ", "ESC 3 ENT 2 -", "HALL", "TOUR 3,",
    "ANGLE RUE FOCH", "RUE DU PARC", "(BAT C)", "93140", "AB 0119", "RUE DES 4 CHEMINS", "3",
])  # fmt: skip
_HEADS = st.sampled_from([
    "12", "12 bis", "12B", "12 b", "0012", "2-4", "12/14", "12 à 18", "1-3-5", "1 et 5-7", "12 9",
    "N° 12", "2-BIS", "1-27 bis et 4-12", "12,",
])  # fmt: skip
_KINDS = st.sampled_from([
    "RUE", "R", "R.", "Avenue", "AV", "bd", "Allée", "ALL", "Place", "quai", "CHE", "CUE", "AVENUEE",
    "R RUE", "PALCE", "GDE RUE", "TER", "",
])  # fmt: skip
_STREETS = st.sampled_from([
    "DES LILAS", "Victor Hugo", "DU 8 MAI 1945", "du 11 novembre", "G. REACHE", "ST. ROCH", "J.MACE",
    "DE LA TOUR", "D'ORLEANS", "DU PO", "GEORGES LAROQUE", "DE LA BATAILLE", "HAUTE", "ESCUDIER",
    "DES 4 CHEMINS", "ET MARIE CURIE",
])  # fmt: skip
_TAILS = st.sampled_from([
    "", "BAT A", "- BAT B", ", esc 3", "ENT 3 APPT 12", ".BAT.E2", "RES LES PINS",
    "- Résidence du Stade", "(BAT C)", "93140 BONDY", "93140", "BP 12", "CS 53179 93140 BONDY CEDEX",
    "ANC 1 R BAUDELAIRE", "ACCES PAR 2 R X", "- Parcelle : 000 / AB / 0119", "/ Polissard",
    "12 RUE DES LILAS", "(RUE DES)", "ET RUE FOCH", "TOUR", "PORTE", "3", "- ANGLE RUE FOCH", "LOT 3",
    "HLM", "©",
])  # fmt: skip


@settings(deadline=None, max_examples=tries(150, 4000))
@given(_LEADS, _HEADS, _KINDS, _STREETS, st.lists(_TAILS, max_size=2))
def test_a_line_cut_by_its_marks_says_what_it_says_word_by_word(
    lead: str, head: str, kind: str, street: str, tails: list[str]
) -> None:
    line = " ".join(filter(None, [lead, head, kind, street, *tails]))
    cleaned = clean(line)
    word_by_word = OneLine(cleaned, flatten(cleaned)).parsed()
    assert comparable(parse(line)) == comparable(word_by_word)


@settings(deadline=None, max_examples=tries(30, 200))
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz '-.0123456789", max_size=40))
def test_canonical_name_does_not_depend_on_spaces(text: str) -> None:
    assert name_of(text).key == name_of(f"  {text.replace(' ', '   ')} ").key
