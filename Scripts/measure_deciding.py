#!/usr/bin/env python3
"""What deciding costs: the gate of the input and the assessor, as shares of what a stage of the network takes.

Reads records of `rbqe evaluate --jobs 1` (the same pictures at several qualities, on a machine that does nothing else)
and prints medians over the measurements. Of files that are no JPEG files the first figure has besides what it takes to
look for a JPEG file in the pixels.

    rbqe evaluate --reference DIR --channel rgb --qualities 30,90 --jobs 1 --records deciding.jsonl
    Scripts/measure_deciding.py deciding.jsonl
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    arguments = parser.parse_args()
    records = [json.loads(line) for line in arguments.records.read_text().splitlines()]
    parts = [record["ms_parts"] for record in records if record.get("status") == "measured"]
    stages = [sum(part["stages"]) / len(part["stages"]) for part in parts]
    print(f"{len(parts)} measurements")
    print(
        f"gate of the input: {median(part['gate'] for part in parts):.2f} ms, "
        f"{median(part['gate'] / part['stages'][0] for part in parts):.1%} of the time of stage 1, "
        f"{median(part['gate'] / stage for part, stage in zip(parts, stages)):.1%} of a mean stage's, "
        f"{median(part['gate'] / sum(part['stages']) for part in parts):.2%} of all stages'"
    )
    print(
        f"assessor: {median(part['assess'] for part in parts):.2f} ms, "
        f"{median(part['assess'] / part['stages'][0] for part in parts):.1%} of the time of stage 1, "
        f"{median(part['assess'] / stage for part, stage in zip(parts, stages)):.1%} of a mean stage's"
    )


if __name__ == "__main__":
    main()
