"""Roles: rank and department out of job titles in five languages."""

import pytest

from features.roles import department, seniority

TITLES = {
    "English": [
        ("CEO", "chief", "general management"),
        ("CEO & Founder", "chief", "general management"),
        ("Co-Founder", "chief", "general management"),
        ("President", "chief", "general management"),
        ("Vice President Sales", "vice president", "sales"),
        ("Vice-President", "vice president", "general management"),
        ("VP Quality", "vice president", "quality"),
        ("Chief Technology Officer", "chief", "information technology"),
        ("Chief Operating Officer", "chief", "production"),
        ("CFO", "chief", "finance"),
        ("Head of I.T.", "head", "other"),
        ("Head of IT", "head", "information technology"),
        ("Director, R&D", "head", "research and development"),
        ("Quality Manager", "manager", "quality"),
        ("Team Lead", "manager", "other"),
        ("Leadership Coach", "specialist", "other"),
        ("Business Development Manager", "manager", "sales"),
        ("Account Executive", "specialist", "sales"),
        ("Accountant", "specialist", "finance"),
        ("Senior Quality Engineer", "senior", "quality"),
        ("Software Engineer", "specialist", "information technology"),
        ("Assistant to the CEO", "junior", "general management"),
        ("Junior Buyer", "junior", "purchasing"),
        ("HR Business Partner", "specialist", "people"),
        ("Product Owner", "specialist", "other"),
        ("Label Designer", "specialist", "other"),
        ("Laboratory Technician", "specialist", "research and development"),
        ("General Counsel", "specialist", "legal"),
        ("Painter", "specialist", "other"),
    ],
    "German": [
        ("Geschäftsführerin", "chief", "general management"),
        ("GESCHÄFTSFÜHRER", "chief", "general management"),
        ("Assistentin der Geschäftsführung", "junior", "general management"),
        ("Qualitätsleiter", "head", "quality"),
        ("Leiter Qualitätssicherung", "head", "quality"),
        ("Leitung Einkauf", "head", "purchasing"),
        ("IT-Leiter", "head", "information technology"),
        ("Teamleiter Produktion", "manager", "production"),
        ("Leiterplattenentwickler", "specialist", "other"),
        ("Werkleiter", "head", "production"),
        ("Werkstudentin", "junior", "other"),
        ("Auszubildender", "junior", "other"),
        ("Vertriebsleiter", "head", "sales"),
        ("Einkäufer", "specialist", "purchasing"),
        ("Personalleiterin", "head", "people"),
        ("Messtechniker", "specialist", "quality"),
    ],
    "Italian": [
        ("Amministratore delegato", "chief", "general management"),
        ("Direttore Generale", "chief", "general management"),
        ("Direttore Commerciale", "head", "sales"),
        ("Direttrice Marketing", "head", "marketing"),
        ("Responsabile Qualità", "manager", "quality"),
        ("Responsabile risorse umane", "manager", "people"),
        ("Ufficio acquisti", "specialist", "purchasing"),
        ("Stagista", "junior", "other"),
        ("Ingegnere", "specialist", "engineering"),
    ],
    "Finnish": [
        ("Toimitusjohtaja", "chief", "general management"),
        ("Varatoimitusjohtaja", "vice president", "general management"),
        ("Tuotantojohtaja", "head", "production"),
        ("Laatupäällikkö", "manager", "quality"),
        ("Hankintapäällikkö", "manager", "purchasing"),
        ("Tuotekehityspäällikkö", "manager", "research and development"),
        ("Insinööri", "specialist", "engineering"),
        ("Harjoittelija", "junior", "other"),
    ],
    "Turkish": [
        ("Genel Müdür", "chief", "general management"),
        ("Genel Müdür Yardımcısı", "vice president", "general management"),
        ("Satın Alma Müdürü", "manager", "purchasing"),
        ("SATIN ALMA MÜDÜRÜ", "manager", "purchasing"),
        ("KALİTE MÜDÜRÜ", "manager", "quality"),
        ("İnsan Kaynakları Müdürü", "manager", "people"),
        ("Pazarlama Direktörü", "head", "marketing"),
        ("Ar-Ge Müdürü", "manager", "research and development"),
        ("Mühendis", "specialist", "engineering"),
        ("Stajyer", "junior", "other"),
    ],
}


@pytest.mark.parametrize(
    ("title", "rank", "room"), [title for titles in TITLES.values() for title in titles], ids=lambda part: part
)
def test_titles_tell_rank_and_department(title, rank, room):
    """A title in any of the five languages tells the rank and the department that people would read out of it."""
    assert (seniority(title), department(title)) == (rank, room)


def test_no_title_tells_nothing():
    """Without a title there is no rank and no department."""
    assert seniority(None) is None
    assert department(None) is None


@pytest.mark.parametrize("title", ["  head   of\u00a0QUALITY ", "Head\u200b of Quality", "Ｈｅａｄ of quality"])
def test_spelling_does_not_matter(title):
    """Case, blanks, invisible characters and full-width letters change nothing."""
    assert (seniority(title), department(title)) == ("head", "quality")
