"""Job titles as people type them into forms: several spellings, seniorities and languages of one function."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotlead.company.countries import COUNTRIES

FUNCTIONS = {
    "quality": 0.25,
    "production": 0.17,
    "development": 0.19,
    "purchasing": 0.12,
    "it": 0.09,
    "management": 0.10,
    "other": 0.08,
}
_LANGUAGE_OF = {country.name: country.language for country in COUNTRIES}

# function, language: titles, each led by its seniority from 0 (student) to 4 (board).
_TITLES = {
    "quality": {
        "en": "2 Quality Manager|2 quality manager|2 QA Manager|2 Quailty Manager|3 Head of Quality|"
        "3 Director Quality Assurance|1 QA Engineer|1 Metrologist|1 Quality Engineer|2 Metrology Lead",
        "de": "2 Qualitätsmanager|2 Qualitaetsmanagerin|3 Leiter Qualitätssicherung|3 Leiterin QS|"
        "1 Messtechniker|1 QS-Ingenieurin|2 QM-Beauftragter",
        "it": "3 Responsabile qualità|2 Resp. Qualita'|1 Tecnico di metrologia|3 Direttrice qualità",
        "fi": "2 Laatupäällikkö|2 laatupaallikko|3 Laatujohtaja|1 Laatuinsinööri|1 Mittausteknikko",
    },
    "production": {
        "en": "2 Production Manager|2 Plant Manager|2 Operations Mgr|3 Head of Operations|1 Process Engineer|"
        "1 Manufacturing Engineer|3 VP Manufacturing",
        "de": "2 Produktionsleiter|2 Produktionsleiterin|3 Werkleiter|1 Fertigungsingenieur|1 Prozessingenieurin",
        "it": "2 Responsabile produzione|3 Direttore di stabilimento|1 Ingegnere di processo",
        "fi": "2 Tuotantopäällikkö|3 Tehtaanjohtaja|1 Tuotantoinsinööri",
    },
    "development": {
        "en": "1 R&D Engineer|1 Development Engineer|2 R&D Manager|3 Head of R&D|1 Test engineer|"
        "1 Research Scientist|2 Engineering Manager|4 CTO",
        "de": "1 Entwicklungsingenieur|1 Entwicklungsingenieurin|2 Teamleiter Entwicklung|3 Leiter F&E|"
        "1 Prüfingenieur",
        "it": "1 Progettista|1 Ingegnere R&S|3 Responsabile R&D|4 Direttore tecnico",
        "fi": "1 Tuotekehitysinsinööri|2 Kehityspäällikkö|3 T&K-johtaja|1 Testausinsinööri",
    },
    "purchasing": {
        "en": "1 Buyer|1 Strategic Buyer|2 Purchasing Manager|2 Procurement Mgr.|3 Head of Procurement|3 CPO",
        "de": "1 Einkäufer|1 Einkaeuferin|2 Leiter Einkauf|2 Strategischer Einkauf",
        "it": "1 Buyer|2 Ufficio acquisti|3 Responsabile acquisti",
        "fi": "1 Ostaja|2 Ostopäällikkö|3 Hankintajohtaja",
    },
    "it": {
        "en": "1 Data Engineer|2 IT Manager|2 Head of Data|1 Software Engineer|3 CIO|1 data analyst|"
        "1 MES Specialist",
        "de": "2 IT-Leiter|1 Softwareentwicklerin|1 Dateningenieur|2 Leiterin Digitalisierung",
        "it": "2 Responsabile IT|1 Analista dati|2 Resp. sistemi informativi",
        "fi": "2 Tietohallintopäällikkö|1 Ohjelmistokehittäjä|1 Data-analyytikko",
    },
    "management": {
        "en": "4 CEO|4 Managing Director|4 MD|3 General Manager|4 Owner|4 COO|4 Founder & CEO",
        "de": "4 Geschäftsführer|4 Geschaeftsfuehrerin|4 GF|4 Inhaber|3 Prokurist",
        "it": "4 Amministratore delegato|4 Titolare|3 Direttrice generale",
        "fi": "4 Toimitusjohtaja|4 Yrittäjä|4 TJ",
    },
    "other": {
        "en": "0 Student|0 PhD student|0 Intern|1 Consultant|1 Sales Manager|1 Journalist|0 -|1 Marketing",
        "de": "0 Studentin|0 Werkstudent|1 Berater|1 Vertrieb|0 Praktikant",
        "it": "0 Studente|1 Consulente|0 Dottoranda",
        "fi": "0 Opiskelija|1 Konsultti|0 Harjoittelija",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """One way to write a job title, and the seniority from 0 (student) to 4 (board) behind it."""

    text: str
    seniority: int


def draw_roles(rng: np.random.Generator, countries: pd.Series) -> pd.DataFrame:
    """Draw one job per lead.

    Returns
    -------
    DataFrame
        ``role`` (the title as typed), ``function`` and ``seniority`` (0 to 4), the truth behind it.
    """
    size = len(countries)
    functions = rng.choice(list(FUNCTIONS), size, p=list(FUNCTIONS.values()))
    languages = np.where(rng.random(size) < 0.55, countries.map(_LANGUAGE_OF).to_numpy(), "en")
    roles = np.empty(size, dtype=object)
    seniority = np.zeros(size, dtype=np.int64)
    for function, by_language in _TITLES.items():
        for language, text in by_language.items():
            rows = np.flatnonzero((functions == function) & (languages == language))
            titles = list_titles(text)
            picked = [titles[i] for i in rng.integers(len(titles), size=len(rows))]
            roles[rows] = [title.text for title in picked]
            seniority[rows] = [title.seniority for title in picked]
    return pd.DataFrame({"role": roles, "function": functions, "seniority": seniority}).astype({"role": "str"})


def list_titles(text: str) -> tuple[Title, ...]:
    """Read titles written as ``seniority title`` and separated by bars."""
    return tuple(Title(text=each[2:], seniority=int(each[0])) for each in text.split("|"))
