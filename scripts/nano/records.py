"""Short made-up patient records with questions, in the frame in which Galen shows a record.

They keep the decoder's skill of reading records while it learns pictures. Names and values come
from these lists and chance; nobody is behind them.
"""
import random

DOCTORS = ["Dr. Ana Ruiz", "Dr. Peter Novak", "Dr. Lin Chen", "Dr. Sarah Cole", "Dr. Omar Haddad",
           "Dr. Eva Berg"]
CONDITIONS = ["Asthma", "Hypertension", "Diabetes mellitus type 2", "Gout", "Migraine", "Anemia",
              "Osteoarthritis", "Hypothyroidism"]
DRUGS = ["Amlodipine 5 MG", "Allopurinol 100 MG", "Levothyroxine 50 MCG", "Salbutamol inhaler",
         "Ibuprofen 400 MG", "Simvastatin 20 MG", "Ramipril 5 MG"]
VALUES = {"Body weight": ("kg", 50, 110), "Heart rate": ("/min", 55, 105),
          "Glucose": ("mg/dL", 70, 210), "Systolic blood pressure": ("mm[Hg]", 100, 175)}
VACCINES = ["Influenza", "Tetanus", "Hepatitis B", "COVID-19"]


def date(chance: random.Random, year: int) -> str:
    return f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def made_up_record(chance: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """A record's text and the questions on it with their answers."""
    present = chance.sample(CONDITIONS, 2)
    absent = chance.choice([name for name in CONDITIONS if name not in present])
    drugs = chance.sample(DRUGS, 2)
    doctors = chance.sample(DOCTORS, 2)
    vaccine, vaccinated = chance.choice(VACCINES), date(chance, chance.randint(2015, 2023))
    name = chance.choice(list(VALUES))
    unit, low, high = VALUES[name]
    newest, older = chance.randint(low, high), chance.randint(low, high)
    lines = [
        f"Patient: {chance.choice(['female', 'male'])}, born {date(chance, chance.randint(1940, 2000))}",
        "Conditions:",
        *(f"- {condition}: {date(chance, chance.randint(2005, 2019))} active" for condition in present),
        "Medication orders:",
        *(f"- {drug}: {date(chance, 2021)} active, prescribed by {doctor}"
          for drug, doctor in zip(drugs, doctors)),
        "Immunizations:",
        f"- {vaccine}: {vaccinated} completed",
        "Observations:",
        f"- {name}: {date(chance, 2023)} {newest} {unit}; {date(chance, 2020)} {older} {unit}",
    ]
    asked = chance.randrange(2)
    drug_name = drugs[asked].split()[0].lower()
    other_drug = chance.choice([drug for drug in DRUGS if drug not in drugs]).split()[0].lower()
    questions = [
        (f"Which doctor prescribed {drug_name}?", doctors[asked]),
        (f"Does the patient have {present[asked].lower()}?", "Yes"),
        (f"Does the patient have {absent.lower()}?", "No"),
        (f"What was the most recent {name.lower()} value?", f"{newest} {unit}"),
        (f"When was the {vaccine} immunization?", vaccinated),
        (f"Is the patient currently prescribed {drug_name}?", "Yes"),
        (f"Is the patient currently prescribed {other_drug}?", "No"),
    ]
    text = "\n".join(lines) + "\n"
    return (f"======= Patient EHR Data =======\n\n{text}\n\n======= End Patient EHR Data =======\n\n",
            questions)
