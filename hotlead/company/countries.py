"""Where the demo company sells: invented people and firms of ten European countries."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One market: how often it occurs, how it is spelled, and the words its firms and people are made of."""

    name: str
    spellings: tuple[str, ...]
    share: float
    language: str
    legal_form: str
    cities: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COUNTRIES = (
    Country(
        name="Germany",
        spellings=("Deutschland", "DE", "germany "),
        share=0.30,
        language="de",
        legal_form="GmbH",
        cities=_words("Stuttgart München Dortmund Chemnitz Hannover Nürnberg Bremen"),
        first_names=_words("Anke Birgit Carsten Dörte Falk Gesa Holger Imke Jonas Katrin Lutz Meike Rüdiger Silke"),
        last_names=_words("Achternbusch Brückmann Dornhof Eschweg Falkenau Grünwald Heidrich Lindacker Mühlbrink"),
    ),
    Country(
        name="Italy",
        spellings=("Italia", "IT"),
        share=0.16,
        language="it",
        legal_form="S.p.A.",
        cities=_words("Torino Bologna Brescia Modena Padova Vicenza"),
        first_names=_words("Alessio Bruna Cosimo Donata Elio Fiorenza Giacomo Ilaria Loris Mirella Nevio Ornella"),
        last_names=_words(
            "Bellandi Carradori Dalmasso Fontebasso Girardengo Lovisetto Marchesin Pratesi Tornabene"
        ),
    ),
    Country(
        name="Finland",
        spellings=("Suomi", "FI"),
        share=0.09,
        language="fi",
        legal_form="Oy",
        cities=_words("Tampere Oulu Turku Vantaa Jyväskylä"),
        first_names=_words("Aino Eero Helmi Ilkka Jaana Kaarlo Liisa Mika Noora Outi Pekka Riikka"),
        last_names=_words("Harjula Järvensalo Koskimäki Lehtovuori Metsäranta Niittykoski Rantasuo Saarikallio"),
    ),
    Country(
        name="France",
        spellings=("FR", "FRANCE"),
        share=0.10,
        language="en",
        legal_form="SAS",
        cities=_words("Lyon Toulouse Nantes Grenoble Lille"),
        first_names=_words("Aurélie Bastien Corinne Didier Élodie Fabrice Guénolé Hélène Maxence Solène"),
        last_names=_words("Aubreville Bellefont Courtemanche Desgranges Fauvelet Montrichard Roquebrune Valcourt"),
    ),
    Country(
        name="Netherlands",
        spellings=("NL", "The Netherlands", "Holland"),
        share=0.08,
        language="en",
        legal_form="B.V.",
        cities=_words("Eindhoven Enschede Rotterdam Delft"),
        first_names=_words("Anouk Bram Femke Gijs Hanneke Jorrit Lotte Maarten Sanne Wouter"),
        last_names=_words("Achterveld Brinkhuis Dijkgraaf Hoogland Kromhout Oosterwijk Veenstra Zandbergen"),
    ),
    Country(
        name="Sweden",
        spellings=("Sverige", "SE"),
        share=0.07,
        language="en",
        legal_form="AB",
        cities=_words("Göteborg Västerås Linköping Malmö"),
        first_names=_words("Agneta Björn Camilla Edvin Gunilla Henrik Ingrid Kerstin Ludvig Åsa"),
        last_names=_words("Almgård Björkvall Dahlbacka Forsmark Hagelund Lindhamn Sandvide Ängsholm"),
    ),
    Country(
        name="Poland",
        spellings=("Polska", "PL"),
        share=0.07,
        language="en",
        legal_form="Sp. z o.o.",
        cities=_words("Wrocław Katowice Gdańsk Łódź"),
        first_names=_words("Agnieszka Bartosz Dorota Grzegorz Iwona Jacek Łucja Marek Piotr Zofia"),
        last_names=_words("Borowiak Dąbrowicz Górniak Jasieński Krzemień Leśniewicz Sosnowik Wolniak"),
    ),
    Country(
        name="United Kingdom",
        spellings=("UK", "GB", "England"),
        share=0.06,
        language="en",
        legal_form="Ltd",
        cities=_words("Sheffield Coventry Bristol Leeds"),
        first_names=_words("Alastair Bethan Callum Fiona Graham Imogen Neville Priya Rhys Tamsin"),
        last_names=_words("Ashcombe Birkenshaw Coldwell Fairbrook Hathersedge Langmead Ormsgill Thackwray"),
    ),
    Country(
        name="Spain",
        spellings=("España", "ES"),
        share=0.04,
        language="en",
        legal_form="S.L.",
        cities=_words("Bilbao Zaragoza Valencia"),
        first_names=_words("Amaia Bruno Carmen Eneko Inés Jordi Lucía Mateo Nuria Xavier"),
        last_names=_words("Arrizabal Belmontejo Casasnovas Echevarne Monteagudo Ribalta Urquijano Valdepardo"),
    ),
    Country(
        name="Austria",
        spellings=("Österreich", "AT"),
        share=0.03,
        language="de",
        legal_form="GmbH",
        cities=_words("Linz Graz Steyr"),
        first_names=_words("Alois Burgi Christoph Elfriede Gernot Heidrun Leopold Waltraud"),
        last_names=_words("Aigenbauer Edlinger Hinterkogl Moosbrugg Steinwender Thalhofer"),
    ),
)


def list_spellings(names: tuple[str, ...]) -> list[str]:
    """List how people write some countries, each spelling once."""
    spelled = [spelling.strip() for c in COUNTRIES if c.name in names for spelling in (c.name, *c.spellings)]
    return list(dict.fromkeys(spelled))
