"""« Rapprochement »: from the notices to what may be due, per quarter, line by line, to the cent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.report import BOTH, Block, Section, Text
from tfpb.report.sections.build import lacking, section
from tfpb.report.sections.money.quartiers import quarters_part
from tfpb.words.money import state_words as words

if TYPE_CHECKING:
    from tfpb.facts.claim import Within
    from tfpb.facts.whole_dossier import Dossier


def rapprochement(dossier: Dossier) -> Section:
    """Return the section that reconciles the notices with what is due."""
    money, held = dossier.abatement, dossier.claims.within()
    if money is None:
        return lacking("rapprochement", subject="fiscalite")
    leads = (words.borne_sentence(held), words.best_sentence(held))
    blocks: list[Block] = [quarters_part(dossier, "quartiers_rapprochement", of="porte_avis_eur")]
    blocks.append(Text(_readings(held), bullets=True, media=BOTH))
    return section("rapprochement", " ".join(filter(None, leads)), blocks)


def _readings(held: Within) -> tuple[str, ...]:
    """Return the cases worst and best, the fees, who declared what, and the deficit after claims."""
    out = [*words.cases(held), *words.declared_sentences(held)]
    now, after = (held.amount(name) for name in ("solde", "solde_apres_reclamation"))
    if held.amount("a_reclamer").exceeds_nil and now.is_known and after.is_known:
        out.append(words.after_claims(now.exact, after.exact))
    return tuple(out)
