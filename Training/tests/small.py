"""The smallest run that is one."""

import tomllib
from pathlib import Path

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
STEPS = 6


def small_config() -> dict:
    config = tomllib.loads((CONFIGS / "fast.toml").read_text())
    config["model"] |= {
        "width": 4,
        "blocks": [1, 1],
        "convolutions": 1,
        "chroma_widths": [4, 6],
        "chroma_convolutions": 1,
    }
    config["data"] |= {"patch": 32, "batch": 2}
    config["loss"]["exit_weights"] = [1.0, 1.0]
    config["schedule"] = {"kind": "samples", "budget": STEPS * 2, "warmup": 0.3}
    return config
