#!/usr/bin/env python3
"""Measures what batches and reports promise, on pictures of its own, and fails where they don't keep it.

    Scripts/measure_batch.py memory      peak memory of 1 to 100 megapixels, at 1 GiB and by default
    Scripts/measure_batch.py overhead    time of 10,000 tiny images besides decode, enhance, encode and the device
    Scripts/measure_batch.py report      a report of 1,000 images: time, peak memory, size
    Scripts/measure_batch.py cores       two cores against one: 400 small images, and one of 24 megapixels

The pictures are JPEG files that rbqe itself makes (baseline, 4:2:0). Times only mean something on an idle machine.
`overhead` works in memory where /dev/shm is one, so that flushing to the device costs nothing.
"""

import argparse
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TILE = 256
GIB = 1 << 30


@dataclass
class Run:
    """One process: its wall-clock seconds and its largest resident set in bytes."""

    seconds: float
    peak: int
    error: str


class Tool:
    def __init__(self, program: str) -> None:
        self.program = str(Path(program).resolve())

    def __call__(self, *arguments: object, status: int = 0) -> Run:
        with tempfile.TemporaryFile() as error:
            start = time.monotonic()
            process = subprocess.Popen([self.program, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=error)
            _, result, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - start
            error.seek(0)
            text = error.read().decode(errors="replace")
        process.returncode = os.waitstatus_to_exitcode(result)
        if process.returncode != status:
            sys.exit(f"rbqe {' '.join(map(str, arguments))} ended with {process.returncode}:\n{text}")
        # Kilobytes on Linux, bytes on macOS.
        return Run(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), text)


def tile(seed: int) -> list[bytes]:
    """Rows of a square of soft shades, edges and grain."""
    chooser = random.Random(seed)
    slope, grain, edge = chooser.uniform(0.2, 0.8), chooser.choice([2, 12, 30]), chooser.randint(20, 60)
    rows = []
    for y in range(TILE):
        row = bytearray()
        for x in range(TILE):
            level = (
                int(60 + slope * x + 0.2 * y) + (40 if (x // edge + y // edge) % 2 else 0) + chooser.randrange(grain)
            )
            row += bytes((min(level, 255), min(level * 3 // 4 + 20, 255), min(255 - level // 2, 255)))
        rows.append(bytes(row))
    return rows


def png(path: Path, width: int, height: int, rows: list[bytes]) -> None:
    """A colour PNG file of repeated tiles."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    wide = [(row * (width // TILE + 1))[: 3 * width] for row in rows]
    press = zlib.compressobj(1)
    parts = [press.compress(b"\0" + wide[y % TILE]) for y in range(height)]
    data = b"".join(parts) + press.flush()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


def pictures(tool: Tool, place: Path, sizes: list[tuple[int, int]], quality: int) -> None:
    """JPEG files of these sizes, of one quality."""
    drawn = place.parent / "drawn"
    tiles = [tile(seed) for seed in range(min(4, len(sizes)))]
    for index, (width, height) in enumerate(sizes):
        png(drawn / f"{index:05d} {width * height / 1e6:.2f} MP.png", width, height, tiles[index % len(tiles)])
    tool(
        "enhance", drawn, "-o", place, "--exit", 0, "--format", "jpeg", "--quality", quality, "--sampling", "420", "-q"
    )
    shutil.rmtree(drawn)
    (place / ".rbqe.jsonl").unlink()


def side(megapixels: float) -> tuple[int, int]:
    width = round((megapixels * 1e6 * 1.5) ** 0.5)
    return width, round(megapixels * 1e6 / width)


def check(what: str, is_true: bool) -> bool:
    print(("ok    " if is_true else "FAIL  ") + what, flush=True)
    return is_true


def memory(tool: Tool, scratch: Path, options: argparse.Namespace) -> bool:
    pictures(tool, scratch / "in", [side(m) for m in (1, 2, 6, 12, 24, 50, 100)], 30)
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    fine = True
    for name, limit, extra in [
        ("1 GiB", GIB, ["--max-memory", "1G"]),
        ("1 GiB, to PNG", GIB, ["--max-memory", "1G", "--format", "png", "--level", 1]),
        ("1 GiB, with a report", GIB, ["--max-memory", "1G", "--report", scratch / "r.html"]),
        ("default", total // 2, []),
    ]:
        run = tool(
            "enhance", scratch / "in", "-o", scratch / "out", "--exit", options.exit, "--existing", "overwrite", *extra
        )
        made = sum(1 for p in (scratch / "out").rglob("0*"))
        fine &= check(
            f"{name}: peak {run.peak / GIB:.2f} of {limit / GIB:.2f} GiB, {made} of 7 results, {run.seconds:.0f} s",
            run.peak <= limit and made == 7,
        )
        shutil.rmtree(scratch / "out")
    return refusals(tool, scratch, options) and fine


def refusals(tool: Tool, scratch: Path, options: argparse.Namespace) -> bool:
    """What doesn't fit is refused with the figure, and the rest is done within the limit."""
    run = tool(
        "enhance", scratch / "in", "-o", scratch / "out", "--exit", options.exit, "--max-memory", "700M", status=1
    )
    refused = [line for line in run.error.splitlines() if line.startswith("error") and "MB, and" in line]
    print("\n".join(refused))
    fine = check(
        f"700 MiB: peak {run.peak / GIB:.2f} of {700 / 1024:.2f} GiB, {len(refused)} refused with the figure",
        run.peak <= 700 << 20 and len(refused) > 0,
    )
    run = tool("enhance", scratch / "in", "-o", scratch / "out", "--max-memory", "100M", status=64)
    return check("100 MiB: " + run.error.strip().replace("\n  ", "; "), "at least" in run.error) and fine


def stages(records: Path) -> tuple[float, int]:
    """Milliseconds in decoder, network and encoder, and the number of images."""
    total, count = 0.0, 0
    for line in records.read_text().splitlines():
        record = json.loads(line)
        if record["kind"] != "image" or "ms" not in record:
            continue
        ms = record["ms"]
        total += sum(ms.get(name) or 0 for name in ("decode", "assess", "constrain", "encode")) + sum(
            ms.get("infer") or []
        )
        count += 1
    return total, count


def overhead(tool: Tool, scratch: Path, options: argparse.Namespace) -> bool:
    count = options.images or 10_000
    pictures(tool, scratch / "seeds", [(16 + n, 16 + n // 2) for n in range(20)], 40)
    seeds = sorted((scratch / "seeds").iterdir())
    for index in range(count):
        place = scratch / "in" / str(index % 100)
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(seeds[index % len(seeds)], place / f"{index}.jpg")
    run = tool(
        "enhance",
        scratch / "in",
        "-o",
        scratch / "out",
        "--exit",
        1,
        "--jobs",
        1,
        "--threads",
        1,
        "--records",
        scratch / "r.jsonl",
    )
    inside, done = stages(scratch / "r.jsonl")
    each = (run.seconds * 1000 - inside) / done
    return check(
        f"{done} images in {run.seconds:.1f} s, {inside / 1000:.1f} s of it decode, enhance and encode: {each:.2f} ms "
        f"an image besides; peak {run.peak / 2**20:.0f} MiB",
        done == count and each < 1,
    )


def report(tool: Tool, scratch: Path, options: argparse.Namespace) -> bool:
    count = options.images or 1000
    chooser = random.Random(6)
    sizes = [(chooser.randint(40, 900), chooser.randint(40, 700)) for _ in range(count - count // 50)]
    large = [2, 4, 4, 12, 24]
    sizes += [side(large[n % len(large)]) for n in range(count // 50)]
    pictures(tool, scratch / "in", sizes, 20)
    arguments = ["enhance", scratch / "in", "-o", scratch / "out", "--exit", 1]
    tool(*arguments, "--records", scratch / "r.jsonl", "-q")
    page = scratch / "r.html"
    run = tool("report", scratch / "r.jsonl", "--images", scratch / "in", "-o", page)
    size = page.stat().st_size
    return check(
        f"{count} images, {sum(w * h for w, h in sizes) / 1e6:.0f} megapixels: report in {run.seconds:.1f} s, peak "
        f"{run.peak / 2**20:.0f} MiB, {size / 1e6:.1f} MB",
        run.seconds < 60 and size < 25e6,
    )


def cores(tool: Tool, scratch: Path, options: argparse.Namespace) -> bool:
    fine = True
    for name, sizes, exit_name, least in [
        ("400 images of 0.25 megapixels", [(512, 488)] * 400, options.exit, 1.8),
        ("one of 24 megapixels", [side(24)], "last", 1.7),
    ]:
        place = scratch / f"in{len(sizes)}"
        pictures(tool, place, sizes, 30)
        base = ["enhance", place, "-o", scratch / "out", "--existing", "overwrite", "--exit", exit_name, "-q"]
        one = tool(*base, "--jobs", 1, "--threads", 1).seconds
        two = tool(*base).seconds
        fine &= check(
            f"{name}, exit {exit_name}: {one:.1f} s with one core, {two:.1f} s: {one / two:.2f} times",
            one / two >= least,
        )
    return fine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["memory", "overhead", "report", "cores"])
    parser.add_argument("--rbqe", default=ROOT / ".build/release/rbqe", help="the program")
    parser.add_argument("--exit", default="1", help="of all images, to be quick (default 1)")
    parser.add_argument("--images", type=int, help="how many, instead of what the promise says")
    options = parser.parse_args()
    home = "/dev/shm" if options.what == "overhead" and os.path.isdir("/dev/shm") else None
    work = {"memory": memory, "overhead": overhead, "report": report, "cores": cores}[options.what]
    with tempfile.TemporaryDirectory(prefix="rbqe-measure-", dir=home) as scratch:
        fine = work(Tool(options.rbqe), Path(scratch), options)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
