"""What may be asked about a picture, and the answer that its label gives.

A Fact is a kind of question with several wordings, the answers to choose from, and the right one.
"""
from dataclasses import dataclass

from pictures import Picture, count_phrase

TISSUES = {"lung_aca": "adenocarcinoma", "lung_scc": "squamous cell carcinoma",
           "lung_n": "normal lung tissue"}
MODALITIES = {"cxr_kermany": "chest radiograph", "cxr_nih1000": "chest radiograph",
              "histology_lc25000": "histology", "microscopy_bccd": "blood smear"}
REFUSAL = "I was not trained for that."


@dataclass(frozen=True)
class Fact:
    kind: str
    wordings: tuple[str, ...]
    options: tuple[str, ...]  # empty for free text
    answer: str


def yes_no(kind: str, wordings: tuple[str, ...], holds: bool) -> Fact:
    return Fact(kind, wordings, ("yes", "no"), "yes" if holds else "no")


def modality_facts(picture: Picture) -> list[Fact]:
    modality = MODALITIES[picture.set]
    return [
        Fact("modality", ("Is this a chest radiograph, histology or a blood smear?",
                          "What kind of image is this: chest radiograph, histology or blood smear?"),
             ("chest radiograph", "histology", "blood smear"), modality),
        yes_no("is_radiograph", ("Is this a radiograph?", "Is this image an X-ray?"),
               modality == "chest radiograph"),
    ]


def radiograph_facts(picture: Picture) -> list[Fact]:
    ill = picture.label == "pneumonia"
    return [
        yes_no("pneumonia", ("Does this chest X-ray show pneumonia?", "Is there evidence of pneumonia?",
                             "Is pneumonia present in this chest radiograph?"), ill),
        yes_no("clear_lungs", ("Are the lungs clear?", "Is this chest X-ray normal?"), not ill),
        Fact("radiograph_finding", ("Which is more likely, normal lungs or pneumonia?",
                                    "Normal lungs or pneumonia?"),
             ("normal lungs", "pneumonia"), "pneumonia" if ill else "normal lungs"),
    ]


def tissue_facts(picture: Picture) -> list[Fact]:
    tissue = TISSUES[picture.label]
    return [
        yes_no("cancer", ("Does this tissue show cancer?", "Is there malignancy in this lung tissue?",
                          "Is carcinoma present?"), picture.label != "lung_n"),
        yes_no("adenocarcinoma", ("Is this adenocarcinoma?", "Does this image show lung adenocarcinoma?"),
               picture.label == "lung_aca"),
        yes_no("squamous", ("Is this squamous cell carcinoma?",
                            "Does this image show squamous cell carcinoma?"),
               picture.label == "lung_scc"),
        Fact("tissue", ("Is this adenocarcinoma, squamous cell carcinoma or normal lung tissue?",
                        "What is the most likely diagnosis: adenocarcinoma, squamous cell carcinoma or "
                        "normal lung tissue?"),
             tuple(TISSUES.values()), tissue),
    ]


def red_cell_range(count: int) -> str:
    return "fewer than 10" if count < 10 else "10 to 14" if count < 15 else "15 or more"


def smear_facts(picture: Picture) -> list[Fact]:
    cells = picture.cells
    facts = [
        yes_no("platelets", ("Are platelets visible in this blood smear?", "Do you see platelets?"),
               cells.platelets > 0),
        Fact("platelet_count", ("How many platelets are visible: 0, 1, 2 or 3 or more?",
                                "How many platelets are there, 0, 1, 2 or 3 or more?"),
             ("0", "1", "2", "3 or more"), str(cells.platelets) if cells.platelets < 3 else "3 or more"),
        Fact("white_count", ("How many white blood cells are visible in this blood smear?",
                             "Count the white blood cells."),
             ("0", "1", "2", "3 or more"), str(cells.white) if cells.white < 3 else "3 or more"),
    ]
    # Some pictures have boxes for their white cells only: their red cells are not counted.
    if cells.red > 2:
        facts.append(Fact("red_count", ("How many red blood cells are visible: fewer than 10, 10 to 14 or "
                                        "15 or more?",),
                          ("fewer than 10", "10 to 14", "15 or more"), red_cell_range(cells.red)))
    return facts


def closed_facts(picture: Picture) -> list[Fact]:
    of_set = {"histology_lc25000": tissue_facts, "microscopy_bccd": smear_facts}
    return of_set.get(picture.set, radiograph_facts)(picture) + modality_facts(picture)


def findings(picture: Picture) -> str:
    if picture.cells:
        cells = picture.cells
        red = f"about {cells.red} red blood cells, " if cells.red > 2 else ""
        white = count_phrase(cells.white, "white blood cell")
        return f"Blood smear: {red}{white}, {count_phrase(cells.platelets, 'platelet')}."
    return {
        "pneumonia": "Lung opacity, suggestive of pneumonia.",
        "normal": "The lungs are clear. No evidence of pneumonia.",
        "no_finding": "The lungs are clear. No evidence of pneumonia.",
        "lung_aca": "Lung tissue with malignant glands: adenocarcinoma.",
        "lung_scc": "Lung tissue with sheets of malignant squamous cells: squamous cell carcinoma.",
        "lung_n": "Normal lung tissue with thin alveolar walls. No malignancy.",
    }[picture.label]


def report(picture: Picture) -> str:
    if picture.cells:
        platelets = "Platelets are seen." if picture.cells.platelets else "No platelets are seen."
        return f"FINDINGS: {findings(picture)} IMPRESSION: {platelets}"
    impressions = {
        "pneumonia": "Pneumonia.", "normal": "No acute cardiopulmonary process.",
        "no_finding": "No acute cardiopulmonary process.", "lung_aca": "Lung adenocarcinoma.",
        "lung_scc": "Lung squamous cell carcinoma.", "lung_n": "Benign lung tissue.",
    }
    return f"FINDINGS: {findings(picture)} IMPRESSION: {impressions[picture.label]}"


def open_facts(picture: Picture) -> list[Fact]:
    return [
        Fact("describe", ("Describe this image.", "What are the findings?", "What does this image show?"),
             (), findings(picture)),
        Fact("report", ("Write a short report.", "Write a report of this image."), (), report(picture)),
    ]


REFUSED = {
    "chest radiograph": ("Is there a rib fracture?", "How large is the heart?", "Is there a pneumothorax?",
                         "Is there a lung nodule?"),
    "histology": ("What is the mitotic count?", "Is the HER2 status positive?", "Which gene is mutated?",
                  "What is the Gleason score?"),
    "blood smear": ("Does the patient have malaria?", "Is this leukaemia?", "What is the haemoglobin?",
                    "Is this sickle cell disease?"),
}
REFUSED_ANYWHERE = ("Which drug should the patient take?", "How old is the patient?",
                    "What does the CT show?", "Is the retina healthy?", "Is this mole a melanoma?",
                    "Does the liver look normal?", "How long will the patient live?",
                    "Should I operate?")


def refused_fact(picture: Picture) -> Fact:
    """A question that no label can answer; the answer says so."""
    return Fact("refuse", REFUSED[MODALITIES[picture.set]] + REFUSED_ANYWHERE, (), REFUSAL)


def pair_facts(first: Picture, second: Picture) -> list[Fact]:
    """Questions on two pictures of one set."""
    if first.set == "histology_lc25000":
        facts = [yes_no("same_tissue", ("Do both images show the same kind of tissue?",
                                        "Is it the same tissue in both images?"),
                        first.label == second.label)]
        return facts + which_of("cancer", first.label != "lung_n", second.label != "lung_n")
    if first.set == "microscopy_bccd":
        return which_of("platelets", first.label == "platelets", second.label == "platelets")
    return which_of("pneumonia", first.label == "pneumonia", second.label == "pneumonia")


def which_of(finding: str, in_first: bool, in_second: bool) -> list[Fact]:
    """Only asked where one of the two shows it."""
    if in_first == in_second:
        return []
    return [Fact(f"which_{finding}", (f"Which image shows {finding}, the first or the second?",
                                      f"Does the first or the second image show {finding}?"),
                 ("the first", "the second"), "the first" if in_first else "the second")]
