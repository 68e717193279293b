"""Captions made from labels, in the wording of MedSigLIP's zero-shot prompts, and those prompts."""
import random

from pictures import Picture, count_phrase

CXR_VIEWS = ["chest radiograph", "chest x-ray", "frontal chest x-ray", "frontal chest radiograph",
             "radiograph of the chest"]
STAINS = ["histology", "histopathology", "h&e stained section", "microscopy of an h&e slide",
          "tissue at high magnification"]
SMEARS = ["blood smear", "peripheral blood smear", "stained blood film", "microscopy of a blood smear"]

FINDINGS = {
    "normal": ["lungs are clear", "no acute cardiopulmonary process", "normal study",
               "no evidence of pneumonia", "no focal consolidation", "no infiltrate",
               "no airspace opacity", "normal lungs"],
    "pneumonia": ["suggestive of pneumonia", "pneumonia", "pneumonia is present",
                  "there is airspace opacification", "lung opacity suggestive of pneumonia",
                  "infiltrate suggestive of pneumonia", "findings of pneumonia",
                  "infection of the lungs"],
    "lung_aca": ["adenocarcinoma of the lung", "lung adenocarcinoma",
                 "malignant glands of lung adenocarcinoma", "lung cancer, adenocarcinoma",
                 "atypical glands, adenocarcinoma",
                 "non-small cell carcinoma of the lung, adenocarcinoma"],
    "lung_scc": ["squamous cell carcinoma of the lung", "lung squamous cell carcinoma",
                 "sheets of malignant squamous cells", "lung cancer, squamous cell carcinoma",
                 "squamous cell carcinoma with keratin",
                 "non-small cell carcinoma of the lung, squamous cell carcinoma"],
    "lung_n": ["normal lung tissue", "benign lung tissue", "no malignancy, normal lung",
               "alveoli and thin septa of normal lung", "lung tissue without cancer",
               "normal alveolar tissue"],
    "platelets": ["platelets are seen", "platelets present", "with platelets",
                  "platelets among the red cells"],
    "no_platelets": ["no platelets", "platelets are not seen", "without platelets",
                     "platelets absent"],
}
# NIH's "no finding" is described as Kermany's "normal" is.
MEANINGS = {"no_finding": "normal"}

VIEWS = {"cxr_kermany": CXR_VIEWS, "cxr_nih1000": CXR_VIEWS, "histology_lc25000": STAINS,
         "microscopy_bccd": SMEARS}
PATTERNS = ["{view}, {finding}", "{view}: {finding}", "{finding}, {view}", "{view} showing {finding}",
            "{finding}"]
CAPTIONS_PER_PICTURE = 6


def count_captions(picture: Picture) -> list[str]:
    cells = picture.cells
    white = count_phrase(cells.white, "white blood cell")
    platelets = count_phrase(cells.platelets, "platelet")
    return [f"blood smear with {white} and {platelets}", f"blood smear, {platelets}, {white}"]


def meaning(label: str) -> str:
    """Pictures of one meaning share their captions: no pair of them is a wrong pair."""
    return MEANINGS.get(label, label)


def captions_of(picture: Picture, chance: random.Random) -> list[str]:
    """Different captions of one picture, each saying its label in other words."""
    chosen = count_captions(picture) if picture.cells else []
    while len(chosen) < CAPTIONS_PER_PICTURE:
        caption = chance.choice(PATTERNS).format(view=chance.choice(VIEWS[picture.set]),
                                                 finding=chance.choice(FINDINGS[meaning(picture.label)]))
        if caption not in chosen:
            chosen.append(caption)
    return chosen


def prompts_of(views: list[str], label: str) -> list[str]:
    findings = FINDINGS[label]
    return [*findings, *(f"{view}, {finding}" for view in views[:2] for finding in findings[:4])]


def zero_shot_tasks() -> dict[str, dict[str, list[str]]]:
    """Task -> class, named as meaning() names it -> prompts whose embeddings are averaged."""
    tasks = {"chest_radiograph": (CXR_VIEWS, ("normal", "pneumonia")),
             "lung_tissue": (STAINS, ("lung_aca", "lung_n", "lung_scc")),
             "blood_smear": (SMEARS, ("no_platelets", "platelets"))}
    return {task: {label: prompts_of(views, label) for label in labels}
            for task, (views, labels) in tasks.items()}
