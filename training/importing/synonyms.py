"""How columns and outcomes are called in the exports of several countries and systems.

Names are in the form of `features.text.identifier`, the surest first.
"""

import re
from collections.abc import Mapping

from features.text import identifier

_SPLIT_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ENDS = 0.75

ROLE_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "lead_id", "id", "prospect_id", "record_id", "contact_id", "opportunity_id", "deal_id", "lead_number",
        "uuid", "leadid", "identifier", "lead_nr", "interessent_id", "kontakt_id", "identifiant", "id_lead",
        "id_prospect", "id_contatto", "id_contacto", "tunniste", "liidi_id", "kayit_no", "email",
    ),
    "account": (
        "account_id", "account", "company_id", "organization_id", "organisation_id", "customer_id", "account_name",
        "associated_company_id", "household_id", "firma_id", "kunden_id", "kundennummer", "id_entreprise",
        "id_azienda", "id_empresa", "yritys_id", "asiakas_id", "firma_kodu",
    ),
    "created_at": (
        "created_at", "create_date", "created_date", "created", "createdate", "createddate", "created_on",
        "created_time", "creation_date", "date_created", "engage_date", "lead_date", "lead_created_date",
        "received_at", "inquiry_date", "signup_date", "registration_date", "erstellt_am", "erstellungsdatum",
        "anlagedatum", "eingangsdatum", "date_de_création", "date_creation", "créé_le", "data_creazione",
        "creato_il", "fecha_de_creación", "fecha_creacion", "data_de_criação", "luotu", "luontipäivä",
        "aanmaakdatum", "oluşturma_tarihi", "start_date", "date", "datum", "fecha", "data", "timestamp",
    ),
    "outcome": (
        "outcome", "converted", "is_converted", "isconverted", "won", "is_won", "iswon", "deal_stage",
        "lead_status", "stage", "stage_name", "status", "lifecycle_stage", "lifecyclestage", "result",
        "conversion", "target", "label", "y", "class", "is_customer", "subscribed", "purchased", "bought", "signed",
        "success", "response", "abschluss", "ergebnis", "gewonnen", "phase", "résultat", "resultat", "statut",
        "étape", "esito", "stato",
        "fase", "resultado", "estado", "etapa", "tulos", "tila", "vaihe", "resultaat", "sonuç", "durum",
    ),
    "outcome_at": (
        "outcome_at", "closed_at", "close_date", "closed_date", "closedate", "closed_on", "won_at", "won_date",
        "converted_date", "converteddate", "conversion_date", "converted_at", "became_a_customer_date", "lost_date",
        "decided_at", "decision_date", "abschlussdatum", "geschlossen_am", "date_de_clôture", "date_cloture",
        "data_chiusura", "fecha_de_cierre", "fecha_cierre", "data_de_fechamento", "päättymispäivä", "sluitdatum",
        "kapanış_tarihi",
    ),
    "owner": (
        "owner", "owner_id", "ownerid", "lead_owner", "contact_owner", "hubspot_owner_id", "account_owner",
        "sales_agent", "sales_rep", "salesperson", "rep", "agent", "assigned_to", "assignee", "account_manager",
        "besitzer", "zuständig", "betreuer", "vertriebsmitarbeiter", "propriétaire", "commercial", "responsabile",
        "proprietario", "propietario", "comercial", "omistaja", "myyjä", "vastuuhenkilö", "eigenaar", "sahibi",
    ),
    "value": (
        "value", "deal_value", "close_value", "amount", "deal_amount", "contract_value", "order_value", "price",
        "total", "total_value", "betrag", "auftragswert", "wert", "montant", "valeur", "importo", "valore",
        "importe", "valor", "arvo", "summa", "bedrag", "tutar",
    ),
    "employees": (
        "employees", "number_of_employees", "numberofemployees", "no_of_employees", "num_employees",
        "numemployees", "employee_count", "headcount", "company_size", "size", "mitarbeiter", "mitarbeiterzahl",
        "anzahl_mitarbeiter", "effectif", "nombre_d_employés", "dipendenti", "numero_dipendenti", "empleados",
        "número_de_empleados", "funcionários", "henkilöstö", "henkilöstömäärä", "medewerkers", "çalışan_sayısı",
    ),
    "revenue": (
        "revenue", "annual_revenue", "annualrevenue", "company_revenue", "turnover", "umsatz", "jahresumsatz",
        "chiffre_d_affaires", "fatturato", "facturación", "ingresos_anuales", "faturamento", "liikevaihto", "omzet",
        "ciro",
    ),
    "industry": (
        "industry", "sector", "branch", "vertical", "branche", "industrie", "secteur", "settore", "industria",
        "sector_industrial", "setor", "toimiala", "sektör",
    ),
    "country": (
        "country", "country_region", "country_name", "country_code", "land", "pays", "paese", "nazione", "país",
        "pais", "maa", "ülke",
    ),
    "city": (
        "city", "town", "stadt", "ort", "ville", "città", "citta", "ciudad", "cidade", "kaupunki", "plaats",
        "şehir",
    ),
    "website": (
        "website", "website_url", "company_domain", "domain", "web_site", "webseite", "homepage", "site_web",
        "sito_web", "sitio_web", "kotisivu", "verkkosivu", "web_sitesi",
    ),
    "email": (
        "email", "e_mail", "email_address", "work_email", "mail", "e_mail_adresse", "adresse_e_mail", "courriel",
        "correo", "correo_electrónico", "sähköposti", "e_posta",
    ),
    "role": (
        "role", "job_title", "jobtitle", "title", "position", "job", "job_role", "funktion", "berufsbezeichnung",
        "poste", "fonction", "ruolo", "qualifica", "cargo", "puesto", "titteli", "tehtävä", "functie", "ünvan",
    ),
    "company": (
        "company", "company_name", "companyname", "organization", "organisation", "organization_name", "firma",
        "unternehmen", "entreprise", "société", "azienda", "società", "empresa", "yritys", "bedrijf", "şirket",
    ),
    "type": (
        "type", "event_type", "event", "event_name", "activity", "activity_type", "action", "ereignis", "aktivität",
        "événement", "activité", "evento", "attività", "actividad", "tapahtuma", "gebeurtenis", "olay",
    ),
    "occurred_at": (
        "occurred_at", "timestamp", "time", "event_time", "event_date", "date", "datetime", "happened_at",
        "activity_date", "created_at", "transaction_timestamp", "zeitpunkt", "datum", "horodatage", "data", "fecha",
        "aika", "aikaleima", "tijdstip", "zaman",
    ),
    "recorded_at": (
        "recorded_at", "inserted_at", "logged_at", "received_at", "ingested_at", "synced_at", "loaded_at",
    ),
}  # fmt: skip

PLACEHOLDERS = frozenset(
    ["select", "please select", "--select--", "-- select --", "-none-", "--none--", "--", "-", "(not set)",
     "not set", "unknown", "unspecified", "not specified", "not provided", "not available", "undefined", "(blank)",
     "(empty)", "?", "bitte wählen", "unbekannt", "inconnu", "non renseigné", "sconosciuto", "desconocido",
     "tuntematon", "ei tiedossa", "onbekend", "bilinmiyor"]
)  # fmt: skip
"""Texts a form leaves behind where nobody chose anything, in `features.text.normal_form`."""

_WON = re.compile(
    r"(^|_)(won|win|closed_won|converted|customer|kunde|client|cliente|asiakas|klant|success\w*|gewonnen|gagné\w*|"
    r"gagne|vinto|vinta|ganad[oa]|ganho|voitettu|kazanıldı|sold|signed|purchased|subscribed|evangelist)($|_)"
)
_LOST = re.compile(
    r"(^|_)(lost|loss|closed_lost|not_\w+|non_converted|unconverted|unqualified|disqualified|rejected|junk|dead|"
    r"churned|verloren|abgelehnt|perdu\w*|perso|persa|perdid[oa]|hävitty|kaybedildi|afgewezen|declined|"
    r"no_sale|closed_not_converted)($|_)"
)
_POSITIVE = frozenset(["1", "yes", "true", "y", "t", "ja", "oui", "si", "sì", "sí", "sim", "kyllä", "evet"])
_NEGATIVE = frozenset(["0", "no", "false", "n", "f", "nein", "non", "não", "ei", "nee", "hayır", "-1"])


def score_name(column: str, role: str) -> float:
    """Return how well a column's name fits a role, in [0, 1]: nearly 1 for a usual name, less for a part of one."""
    name = identifier(_SPLIT_CAMEL.sub(" ", column))
    names = ROLE_NAMES[role]
    if name in names:
        return 1.0 - 0.005 * names.index(name)
    parts = [other for other in names if len(other) > 3 and f"_{name}_".endswith(f"_{other}_")]
    return _ENDS - 0.005 * min(names.index(part) for part in parts) if parts else 0.0


def judge_outcome(value: str) -> str | None:
    """Return "won" or "lost" for a value that says so in words, None for any other."""
    word = identifier(value)
    if _LOST.search(word):
        return "lost"
    return "won" if _WON.search(word) else None


def judge_answer(value: str) -> str | None:
    """Return "won" for a yes, "lost" for a no, None for any other value."""
    word = identifier(value)
    if word in _POSITIVE:
        return "won"
    return "lost" if word in _NEGATIVE or value.strip() == "-1" else None
