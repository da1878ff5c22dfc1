"""Muon's step has the direction's singular vectors, and singular values near one."""

import torch

from rbqe_training.models.nested import Nested
from rbqe_training.optimiser import build_optimiser, orthogonalised


def test_singular_values_come_near_one_and_vectors_stay():
    torch.manual_seed(1)
    matrices = torch.randn(3, 24, 90)
    matrices[1] *= torch.logspace(0, -2, 24)[:, None]
    result = orthogonalised(matrices)
    u, values, v = torch.linalg.svd(matrices, full_matrices=False)
    rotated = u.mT @ result @ v.mT
    diagonal = rotated.diagonal(dim1=1, dim2=2)
    assert diagonal.min() > 0.2 and diagonal.max() < 1.3
    assert (rotated - torch.diag_embed(diagonal)).abs().max() < 1e-4


def test_every_parameter_moves_once():
    model = Nested(4, 3)
    optimiser = build_optimiser(model, [], "muon", 1e-2, 0.0)
    before = [p.clone() for p in model.parameters()]
    assert sum(len(g["params"]) for g in optimiser.param_groups) == len(before)
    torch.stack([out.square().mean() for out in model(torch.rand(1, 3, 16, 16))]).sum().backward()
    optimiser.step()
    for old, new, (name, _) in zip(before, model.parameters(), model.named_parameters()):
        assert (old - new).abs().max() > 0, name
