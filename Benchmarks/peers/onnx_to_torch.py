"""The few operators of rbqe's networks in PyTorch, straight from the ONNX file."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch.nn import functional as F


class Network(torch.nn.Module):
    """A network with one input `image` and one output."""

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        self.graph = model.graph
        for tensor in model.graph.initializer:
            values = torch.from_numpy(np.array(numpy_helper.to_array(tensor)))
            if values.ndim == 4:
                values = values.contiguous(memory_format=torch.channels_last)
            self.register_buffer(tensor.name.replace(".", "_"), values)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        values = {"image": image}
        for tensor in self.graph.initializer:
            values[tensor.name] = getattr(self, tensor.name.replace(".", "_"))
        for node in self.graph.node:
            options = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            values[node.output[0]] = self.run(node.op_type, [values[name] for name in node.input], options)
        return values[self.graph.output[0].name]

    @staticmethod
    def run(operator: str, inputs: list[torch.Tensor], options: dict) -> torch.Tensor:
        first, *rest = inputs
        match operator:
            case "Conv":
                return F.conv2d(
                    first, *rest, stride=options["strides"], padding=options["pads"][0], groups=options["group"]
                )
            case "ConvTranspose":
                return F.conv_transpose2d(first, *rest, stride=options["strides"])
            case "Relu":
                return F.relu(first)
            case "PRelu":
                return F.prelu(first, rest[0].flatten())
            case "Add":
                return first + rest[0]
            case "Sub":
                return first - rest[0]
            case "Concat":
                return torch.cat(inputs, options["axis"])
            case "DepthToSpace" if options["mode"] == b"CRD":
                return F.pixel_shuffle(first, options["blocksize"])
            case "SpaceToDepth":
                block = options["blocksize"]
                n, c, h, w = first.shape
                blocks = first.reshape(n, c, h // block, block, w // block, block)
                return blocks.permute(0, 3, 5, 1, 2, 4).reshape(n, c * block**2, h // block, w // block)
        raise NotImplementedError(operator)
