"""Two processes take the step that one would take with both their batches."""

import subprocess
import sys
from pathlib import Path

import torch

PROGRAM = """
import sys
import torch
from rbqe_training.replicas import Replicas

replicas = Replicas("cpu")
weight = torch.nn.Parameter(torch.ones(2, 3))
unused = torch.nn.Parameter(torch.ones(4))
samples = torch.arange(12.0).view(4, 3)
own = samples[replicas.rank * 2 : replicas.rank * 2 + 2]
(own @ weight.T).square().mean().backward()
replicas.average_gradients([weight, unused])
clock = replicas.mean(10.0 * (replicas.rank + 1))
replicas.wait()
torch.save((weight.grad, unused.grad, clock, replicas.is_first), sys.argv[1] + str(replicas.rank))
replicas.close()
"""


def test_gradients_and_clocks_are_averaged(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    # After "--": the launcher would take options of the program for its own.
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "--",
        str(script),
    ]
    root = Path(__file__).resolve().parent.parent
    subprocess.run(
        command + [str(tmp_path / "rank")],
        check=True,
        timeout=120,
        cwd=root,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"},
    )
    weight = torch.nn.Parameter(torch.ones(2, 3))
    (torch.arange(12.0).view(4, 3) @ weight.T).square().mean().backward()
    for rank in range(2):
        gradient, unused, clock, is_first = torch.load(tmp_path / f"rank{rank}")
        assert torch.allclose(gradient, weight.grad) and unused is None
        assert clock == 15 and is_first == (rank == 0)
