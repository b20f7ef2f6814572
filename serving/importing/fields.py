"""Fields: what a column of a file may be, and the guess which one it is, by its name and by what is in it."""

import re
from collections.abc import Mapping, Sequence

from features.contract import FIRMOGRAPHICS, RESERVED
from features.text import identifier

LEFT_OUT, ATTRIBUTE = "", "attribute"
FIELDS = (
    "id", "name", "first_name", "last_name", "email", "phone", "company", "role", "industry", "employees",
    "revenue", "country", "city", "website", "product", "source", "language", "value", "created_at", "owner_id",
    "stage", "account_id",
)  # fmt: skip
"""What every lead may have, by the names that the API has for it."""

CHOICES = (LEFT_OUT, *FIELDS, ATTRIBUTE)
NUMBERS = frozenset(("value", *(name for name, column in FIRMOGRAPHICS.items() if column.is_number)))
MOST_NAME = 80

_NAMES: Mapping[str, str] = {
    "id": "id lead_id leadid lead record_id recordid contact_id contactid crm_id uid nummer liidi_id lead_nummer",
    "name": "name full_name fullname contact contact_name lead_name nome nimi isim nom_complet nome_completo",
    "first_name": "first_name firstname given_name vorname prenom prénom etunimi ad nombre",
    "last_name": "last_name lastname surname family_name nachname nom cognome sukunimi soyad apellido",
    "email": "email e_mail email_address mail e_mail_adresse courriel correo sähköposti e_posta posta_elettronica",
    "phone": "phone phone_number mobile mobile_phone telephone tel telefon telefono téléphone puhelin cep",
    "company": "company company_name organization organisation account account_name firma unternehmen entreprise "
    "société azienda società yritys şirket empresa",
    "role": "role job_title jobtitle title position job function funktion poste fonction ruolo titteli ünvan",
    "industry": "industry sector branch vertical branche industrie secteur settore toimiala sektör industria",
    "employees": "employees number_of_employees no_of_employees employee_count headcount company_size size "
    "mitarbeiter mitarbeiterzahl effectif dipendenti henkilöstö çalışan_sayısı empleados",
    "revenue": "revenue annual_revenue turnover umsatz jahresumsatz chiffre_d_affaires fatturato liikevaihto ciro",
    "country": "country country_region country_code land pays paese maa ülke país",
    "city": "city town stadt ort ville città kaupunki şehir ciudad",
    "website": "website web_site website_url domain company_domain homepage webseite site_web sito_web kotisivu",
    "product": "product product_interest interest produkt produit prodotto tuote ürün producto",
    "source": "source lead_source channel utm_source quelle herkunft origine fonte lähde kaynak origen",
    "language": "language lang sprache langue lingua kieli dil idioma",
    "value": "value deal_value amount deal_amount contract_value betrag auftragswert montant importo arvo tutar",
    "created_at": "created_at created create_date created_date created_on creation_date date_created lead_date "
    "erstellt_am erstellungsdatum anlagedatum date_de_création data_creazione luotu oluşturma_tarihi",
    "owner_id": "owner owner_id lead_owner contact_owner assigned_to sales_rep rep account_manager besitzer "
    "zuständig betreuer propriétaire responsabile omistaja myyjä vastuuhenkilö sahibi",
    "stage": "stage lead_stage lifecycle_stage lifecyclestage phase étape fase vaihe aşama",
    "account_id": "account_id accountid company_id companyid organization_id firma_id",
}
_BY_NAME = {name: field for field, names in _NAMES.items() for name in names.split()}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOSTLY = 0.8


def guess_fields(header: Sequence[str], samples: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Guess the field of each column; no field is taken twice, and a column of no name is left out.

    Parameters
    ----------
    samples
        Cells of the first rows, as wide as the header.
    """
    guessed: list[str] = []
    for column, name in enumerate(header):
        field = _BY_NAME.get(identifier(name), ATTRIBUTE) if name.strip() else LEFT_OUT
        guessed.append(ATTRIBUTE if field in guessed and field in FIELDS else field)
        if not can_be_attribute(name) and guessed[column] == ATTRIBUTE:
            guessed[column] = LEFT_OUT
    _find_addresses(guessed, samples)
    return _leave_out_twins(header, guessed)


def can_be_attribute(name: str) -> bool:
    """Tell whether a lead can have an attribute of this name."""
    return 0 < len(name) <= MOST_NAME and name.isprintable() and name not in RESERVED


def list_twins(header: Sequence[str], fields: Sequence[str]) -> list[str]:
    """List the names under which two columns would end up; the later one would count, and nobody chose that."""
    names = list_names(header, fields)
    return sorted({name for name in names if name and names.count(name) > 1})


def list_names(header: Sequence[str], fields: Sequence[str]) -> list[str]:
    """List what each column becomes of a lead, "" for what is left out."""
    return [name if field == ATTRIBUTE else field for name, field in zip(header, fields, strict=True)]


def _find_addresses(guessed: list[str], samples: Sequence[Sequence[str]]) -> None:
    """Take the first column of e-mail addresses for the address, where no name said so."""
    if "email" in guessed:
        return
    for column, field in enumerate(guessed):
        told = [row[column].strip() for row in samples if row[column].strip()]
        matches = sum(_ADDRESS.fullmatch(text) is not None for text in told)
        if told and field == ATTRIBUTE and matches >= _MOSTLY * len(told):
            guessed[column] = "email"
            return


def _leave_out_twins(header: Sequence[str], guessed: Sequence[str]) -> tuple[str, ...]:
    names, kept = list_names(header, guessed), list(guessed)
    for column, name in enumerate(names):
        if name and name in names[:column]:
            kept[column] = LEFT_OUT
    return tuple(kept)
