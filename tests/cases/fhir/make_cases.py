#!/usr/bin/env python3
"""Makes the malformed FHIR cases of this folder. Run from anywhere; writes <name>/input.* and case.json."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def bundle(*resources, kind="collection"):
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": [{"resource": r} for r in resources]})


def condition(**fields):
    return {"resourceType": "Condition", "id": "c", "code": {"text": "Asthma"}, **fields}


CASES = {
    "empty": ("", "malformed", r"not valid JSON", "an empty file"),
    "truncated": (bundle(condition())[:60], "malformed", r"not valid JSON \(byte 61\)", "cut in the middle"),
    "not-utf8": (b'{"resourceType": "Condition", "code": {"text": "\xff\xfe"}}', "malformed", r"not valid JSON",
                 "bytes that are no UTF-8 inside a string"),
    "two-values": ('{"resourceType": "Patient"} {"resourceType": "Patient"}', "malformed", r"not valid JSON",
                   "two values on one line are neither JSON nor NDJSON"),
    "no-type": (bundle({"id": "x"}), "malformed", r"entry\[0\]\.resource\.resourceType: is missing",
                "a resource that does not say what it is"),
    "type-is-number": ('{"resourceType": 7}', "malformed", r"resourceType: must be a string", "wrong type"),
    "array-at-root": ("[1, 2]", "malformed", r"must be an object", "a list is no resource"),
    "entry-is-object": ('{"resourceType": "Bundle", "entry": {}}', "malformed", r"entry: must be an array",
                        "an object where a list belongs"),
    "code-is-string": (bundle(condition(), condition(id="d", code="Asthma")), "malformed",
                       r"entry\[1\]\.resource\.code: must be an object", "names the second resource"),
    "value-is-string": (bundle({"resourceType": "Observation", "code": {"text": "Weight"},
                                "valueQuantity": {"value": "82", "unit": "kg"}}), "malformed",
                        r"valueQuantity\.value: must be a number", "a quoted number"),
    "bad-date": (bundle(condition(onsetDateTime="12/05/2020")), "malformed",
                 r"onsetDateTime: must be a date such as", "a date in local notation"),
    "bad-base64": (bundle({"resourceType": "DocumentReference", "type": {"text": "Note"}, "content": [
        {"attachment": {"contentType": "text/plain", "data": "%%%%"}}]}), "malformed",
        r"content\[0\]\.attachment\.data: is not base64", "an attachment that cannot be decoded"),
    "note-not-utf8": (bundle({"resourceType": "DocumentReference", "type": {"text": "Note"}, "content": [
        {"attachment": {"contentType": "text/plain", "data": "//79"}}]}), "malformed",
        r"attachment\.data: holds text that is not UTF-8", "a text attachment of arbitrary bytes"),
    "ndjson-bad-line": ('{"resourceType": "Patient"}\n{"resourceType": "Condition", "code": []}\n', "malformed",
                        r"line 2: code: must be an object", "names the line of the fault"),
    "ndjson-cut-line": ('{"resourceType": "Patient"}\n{"resourceType": "Cond', "malformed",
                        r"line 2: not valid JSON", "the last line is cut"),
    "deep": ('{"resourceType": "Patient", "x": ' + "[" * 5000, "limit_exceeded", r"deeper than 64 levels",
             "nesting that would exhaust a recursive reader"),
    "number-overflow": ('{"resourceType": "Patient", "x": 88888888e18888888888888888888881}', "malformed",
                        r"number is too large", "the JSON library has an error of its own for this"),
    "two-patients": (bundle({"resourceType": "Patient", "id": "a"}, {"resourceType": "Patient", "id": "b"}),
                     "invalid_argument", r"holds 2 patients", "records of two people must not mix"),
    "stray-subject": (bundle({"resourceType": "Patient", "id": "a"}, condition(subject={"reference": "Patient/b"})),
                      "invalid_argument", r"holds 2 patients", "a fact about somebody else"),
    "xml": ('<Patient xmlns="http://hl7.org/fhir"/>', "unsupported", r"XML; convert it to JSON", "FHIR in XML"),
    "history": (bundle(condition(), kind="history"), "unsupported", r"history Bundles",
                "old versions would read as facts"),
}

for name, (content, kind, message, why) in CASES.items():
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode()
    (folder / "input.json").write_bytes(data)
    case = {"input": "input.json", "kind": kind, "message": message, "why": why}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
