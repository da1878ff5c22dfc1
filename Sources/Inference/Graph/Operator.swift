/// What a node computes, with the attributes that are left once reading has checked them.
package enum Operator: Sendable, Equatable {
  /// Inputs: data `[1, C, H, W]`, weights `[M, C/groups, kh, kw]`, optionally bias `[M]`.
  case conv(Window)
  /// Inputs: data `[1, C, H, W]`, weights `[C, M/groups, kh, kw]`, optionally bias `[M]`.
  case convTranspose(Window)
  case relu, sqrt, sigmoid
  /// Inputs: data, and optionally the lower and upper bound (constants).
  case clip
  /// Inputs: two operands, broadcast as ONNX does.
  case add, sub, mul, prelu
  case concat(axis: Int)
  case depthToSpace(block: Int, order: DepthOrder)
  case spaceToDepth(block: Int)
  case globalAveragePool
  /// Axes nil: all of them.
  case reduceMean(axes: [Int]?, keepDimensions: Bool)
  case flatten(axis: Int)
  case gemm(Gemm)
  /// Inputs: data and the new shape (a constant).
  case reshape

  /// The names that a file may use; `Constant` is resolved while reading.
  package static let supportedNames = [
    "Add", "Clip", "Concat", "Constant", "Conv", "ConvTranspose", "DepthToSpace", "Flatten", "Gemm",
    "GlobalAveragePool", "Mul", "PRelu", "ReduceMean", "Relu", "Reshape", "Sigmoid", "SpaceToDepth", "Sqrt", "Sub",
  ]
}

/// The geometry of a convolution.
///
/// The kernel's size is the weights'.
package struct Window: Sendable, Equatable {
  /// Nil where the file leaves it to the weights.
  package var kernel: Pair?
  package var strides: Pair
  package var padBefore: Pair
  package var padAfter: Pair
  /// Transposed convolutions only.
  package var outputPadding: Pair
  package var groups: Int
}

/// A number for rows and one for columns.
package struct Pair: Sendable, Equatable {
  package var vertical: Int
  package var horizontal: Int

  package subscript(axis: Axis) -> Int { axis == .vertical ? vertical : horizontal }
}

/// A direction of the image.
package enum Axis: Sendable, CaseIterable {
  case vertical, horizontal
}

/// Which of the input's channels make one output pixel's block.
package enum DepthOrder: Sendable, Equatable {
  /// Depth-column-row: channel = (dy * block + dx) * C + c.
  case blockFirst
  /// Column-row-depth: channel = c * block^2 + dy * block + dx.
  case channelFirst
}

/// alpha * A * B + beta * C, A and B optionally transposed.
package struct Gemm: Sendable, Equatable {
  package var alpha: Float
  package var beta: Float
  package var transposeA: Bool
  package var transposeB: Bool
}
