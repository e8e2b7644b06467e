#!/usr/bin/env python3
"""Reads the results of oasdiff's own cases and fails below the shares that the project has reached."""
import json
import sys

# Per cent of the verdicts (breaking or not) and of the ids, below which a change has broken something.
VERDICTS_LEAST = 99.0
IDS_LEAST = 99.0

with open(sys.argv[1], encoding="utf8") as file:
    results = json.load(file)
verdicts = {"breaking": "breaking", "safe": "ok"}
judged = [result for result in results if result["want"] in verdicts]
right = [result for result in judged if result["got"] == verdicts[result["want"]]]
wanted = sum(len(result["want_ids"]) for result in results)
found = sum(len(set(result["want_ids"]) & set(result.get("ids", []))) for result in results)
said = sum(len(result.get("ids", [])) for result in results)
for result in results:
    missed = sorted(set(result["want_ids"]) - set(result.get("ids", [])))
    more = sorted(set(result.get("ids", [])) - set(result["want_ids"]))
    if missed or more or result in judged and result not in right:
        print(result["name"], result["want"], "->", result["got"], "missed", missed, "more", more)
verdict_share = 100 * len(right) / len(judged) if judged else 0.0
id_share = 100 * found / wanted if wanted else 0.0
print(f"verdicts: {len(right)} of {len(judged)} = {verdict_share:.1f} % (at least {VERDICTS_LEAST} %)")
print(f"ids: {found} of {wanted} = {id_share:.1f} % (at least {IDS_LEAST} %), {said} said")
sys.exit(0 if judged and verdict_share >= VERDICTS_LEAST and id_share >= IDS_LEAST else 1)
