#!/usr/bin/env python3
"""Writes text_metrics.json: what sacrebleu 2.5.1 and nltk 3.9.1 give for small texts.

nltk's METEOR looks synonyms up in WordNet, a download of its own; here it finds none.
Needs nltk and sacrebleu.
"""

import json
import pathlib
import re

import sacrebleu
from nltk.stem.porter import PorterStemmer
from nltk.translate.meteor_score import single_meteor_score
from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

TEXTS = [
    ("Tubular adenoma; negative for high grade dysplasia.",
     "Colon, polyp: Tubular adenoma, no high-grade dysplasia."),
    ("Invasive ductal carcinoma, grade 2, measuring 1.4 cm; margins are free.",
     "Invasive ductal carcinoma, Nottingham grade 2 (of 3), 1.4 cm. Margins free of carcinoma."),
    ("Chronic inactive gastritis. No Helicobacter pylori organisms are identified.",
     "Chronic, inactive gastritis; negative for Helicobacter pylori."),
    ("benign", "benign"),
    ("benign skin", "malignant melanoma, ulcerated"),
    ("", "something"),
    ("no no no no no", "no tumour"),
    ("fragments of hyperplastic polyps and polypoid mucosae were seen",
     "hyperplastic polyp fragments; polypoid mucosa was seeing"),
    ("a b c d e f", "a b c d e f"),
    ("the margins the margins the nodes", "the nodes, the margins"),
    ("3-4 mm, p<0.05 &amp; 10.5% \"focal\" necrosis...\nmitoses: 12/10 HPF-",
     "3 - 4 mm (p < 0.05) and 10.5 % 'focal' necrosis; mitoses 12 per 10 HPF"),
    ("Hyperkeratose der Haut – früh, 2,5 cm.", "Frühe Hyperkeratose der Haut, 2,5 cm groß."),
]

WORDS = """
caresses ponies ties caress cats dies flies feed agreed plastered bled motoring sing conflated
troubled sized hopping tanned falling hissing fizzed failing filing happy sky skies enjoy spy
relational conditional rational valenci hesitanci digitizer conformabli radicalli differentli
vileli analogousli vietnamization predication operator feudalism decisiveness hopefulness
callousness formaliti sensitiviti sensibiliti triplicate formative formalize electriciti electrical
hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant
replacement adjustment dependent adoption homologou communism activate angulariti homologous
effective bowdlerize probate rate cease controll roll succeed proceed exceed news innings dying
geology apology pathologically histologically adenocarcinomas metastases metastatic metastasis
dysplasia dysplastic inflammation inflamed inflammatory ulcerated ulceration hyperplasia hyperplastic
polyps polypoid biopsies biopsied excised excisional margins negative negatively moderately
differentiated differentiation keratinizing nodes nodal lymphovascular invasion invading invasive
mucosae mucosal fatally usefully skilfully carefully died tied lied spied was seeing bed red ing
yes yttrium syzygy by a is 10x 3mm p16 her2 ki67 edge eed sses aed owed snowing oxes axe iced
""".split()


class NoSynonyms:
    @staticmethod
    def synsets(_word):
        return []


def words_of(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).split()


def main():
    stemmer = PorterStemmer()
    sentence = BLEU(effective_order=True)
    corpus = sacrebleu.corpus_bleu([c for c, _ in TEXTS], [[r for _, r in TEXTS]])
    golden = {
        "stems": {word: stemmer.stem(word) for word in WORDS},
        "texts": [
            {
                "candidate": candidate,
                "reference": reference,
                "tokens": Tokenizer13a()(candidate.rstrip()).split(),
                "bleu": sentence.sentence_score(candidate, [reference]).score,
                "precisions": sentence.sentence_score(candidate, [reference]).precisions,
                "meteor": single_meteor_score(words_of(reference), words_of(candidate), wordnet=NoSynonyms),
            }
            for candidate, reference in TEXTS
        ],
        "corpus": {"bleu": corpus.score, "precisions": corpus.precisions, "brevity_penalty": corpus.bp},
    }
    path = pathlib.Path(__file__).parent / "text_metrics.json"
    path.write_text(json.dumps(golden, allow_nan=False, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main()
