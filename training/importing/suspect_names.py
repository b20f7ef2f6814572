"""Names that speak of what is written after a lead was won or lost: by sales, by the CRM, by another scorer."""

import re
from dataclasses import dataclass

from features.text import identifier

_SPLIT_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRule:
    """Words of a name, what they make of a column, and the words that make them harmless."""

    kind: str
    words: re.Pattern[str]
    sentence: str
    harmless: re.Pattern[str] | None = None


def _rule(kind: str, words: str, sentence: str, harmless: str | None = None) -> NameRule:
    return NameRule(
        kind=kind,
        words=re.compile(rf"(?:^|_)(?:{words})(?:_|$)"),
        sentence=sentence,
        harmless=re.compile(harmless) if harmless else None,
    )


RULES: tuple[NameRule, ...] = (
    _rule(
        "outcome_name",
        r"closed?|close_\w+|closing\w*|\w*abschluss\w*|clôture|cloture|chiusura|cierre|lost|loss|won|win|churn\w*|"
        r"converted|conversion|convertis?|konvertiert|verloren|gewonnen|perdu|gagné|perdida|perdido|vinto|perso",
        "its name speaks of how the lead ended",
        r"(^|_)(closest|win_rate|conversion_rate|lost_days)($|_)",
    ),
    _rule(
        "stage_name",
        r"status|stage|lifecycle\w*|disposition|phase|pipeline|statut|étape|etape|estado_del_lead|stato|fase|tila|"
        r"vaihe|durum|verlustgrund|ablehnungsgrund|motif_\w*|motivo_\w*|\w*reject\w*|\w*disqualif\w*|unqualified\w*",
        "its name speaks of a stage or a verdict that sales set later",
        r"marital|employment|civil|housing|residen|ownership|legal|tax|funding|growth|company_stage|life_stage|"
        r"previous|prior|past|former|occupation|smok",
    ),
    _rule(
        "reason_name",
        r"(?:lost|loss|close[d]?|reject\w*|disqualif\w*|churn|unqualified)_(?:\w+_)?reason|reason_\w*(?:lost|closed)",
        "its name speaks of the reason of an outcome",
    ),
    _rule(
        "verdict_name",
        r"tags?|labels?|quality|grade|rating|scores?|scoring|lead_profile|lead_index|activity_index|profile_index|"
        r"engagement_index|fit_index|temperature|bewertung|qualität|note_de_lead|calificación|valutazione|remarks?|"
        r"comments?|notes?|bemerkung\w*|next_steps?",
        "its name speaks of a verdict on the lead, which sales or another scorer may write late",
        r"credit|air|water|build|product|data|education|school|exam|test_score|fico",
    ),
    _rule(
        "last_activity_name",
        r"(?:last|latest|recent|letzte\w*|dernière|dernier|ultima|última|último|viimeisin)_(?:\w+_)?"
        r"(?:activity|activities|contact\w*|modified|update\w*|touch\w*|engagement\w*|interaction\w*|call\w*|"
        r"aktivität|kontakt|activité|actividad|attività|change\w*)|modified|modified_\w+|last_modified\w*|"
        r"num_contacted_notes|times_contacted|sales_activities",
        "its name speaks of the last thing that happened, which keeps changing until the lead is closed",
    ),
    _rule(
        "contact_length_name",
        r"duration|talk_time|call_(?:length|time|seconds|minutes)|dauer|gesprächsdauer|durée|duree|duración|durata|"
        r"kesto",
        "its name speaks of the length of a contact, known only when that contact is over",
        r"contract_duration|loan_duration|duration_of_(study|course|employment)",
    ),
    _rule(
        "deal_name",
        r"invoice\w*|contract_(?:date|value|id)|deal_(?:value|amount|size|id)|closed_amount|opportunity_id|mrr|arr|"
        r"customer_since|order_(?:id|value|date)|opportunity_(?:id|amount)|associated_deals?|first_deal\w*",
        "its name speaks of a deal, which exists only once the lead was worked",
    ),
)


def find_name_rule(column: str) -> NameRule | None:
    """Return the first rule that the column's name breaks, None if it breaks none."""
    name = identifier(_SPLIT_CAMEL.sub(" ", column))
    for rule in RULES:
        if rule.words.search(name) and not (rule.harmless and rule.harmless.search(name)):
            return rule
    return None
