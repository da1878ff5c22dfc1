#!/usr/bin/env python3
"""What deciding costs: the gate of the input and the assessor, as shares of what a stage of the network takes.

Reads records of `rbqe evaluate --jobs 1` (the same pictures at several qualities, on a machine that does nothing else)
and prints medians over the measurements: of time, and of multiply-accumulates as `rbqe doctor` says them.

    rbqe evaluate --reference DIR --channel rgb --qualities 30,90 --jobs 1 --records deciding.jsonl
    Scripts/measure_deciding.py deciding.jsonl --rbqe .build/release/rbqe
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from statistics import median


def costs(rbqe: str) -> tuple[list[int], list[int]]:
    """Multiply-accumulates a pixel of the default network: of every exit alone, and of the gates up to each."""
    lines = subprocess.run([rbqe, "doctor"], capture_output=True, text=True, check=True).stdout.splitlines()

    def numbers(label: str) -> list[int]:
        line = next(line.strip() for line in lines if line.strip().startswith(label))
        return [int(word) for word in line.removeprefix(label).split()]

    return numbers("each exit alone:"), numbers("gates up to each:")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("--rbqe", default="rbqe", help="the program")
    arguments = parser.parse_args()
    records = [json.loads(line) for line in arguments.records.read_text().splitlines()]
    parts = [record["ms_parts"] for record in records if record.get("status") == "measured"]
    stages = [sum(part["stages"]) / len(part["stages"]) for part in parts]
    exits, gates = costs(arguments.rbqe)
    print(f"{len(parts)} measurements")
    print(f"gate of the input: {gates[0] / exits[0]:.1%} of the multiply-accumulates of exit 1")
    print(
        f"  {median(part['gate'] for part in parts):.2f} ms, "
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
