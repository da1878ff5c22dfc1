/// Multiply-accumulates of a node: a number for every element of a shape.
package struct Cost: Sendable {
  private let perElement: Int
  private let shape: [Dimension]

  static let none = Cost(perElement: 0, shape: [])

  /// Counts convolutions (transposed ones too) and matrix products; everything else is free.
  static func of(_ node: Node, shapes: [ValueID: [Dimension]]) -> Cost {
    guard let data = node.input(0).flatMap({ shapes[$0] }), let result = shapes[node.output],
      let weights = node.input(1).flatMap({ shapes[$0] })
    else { return .none }
    let sizes = weights.compactMap(\.fixed)
    switch node.operation {
    case .conv where sizes.count == 4: return Cost(perElement: sizes[1] * sizes[2] * sizes[3], shape: result)
    case .convTranspose where sizes.count == 4: return Cost(perElement: sizes[1] * sizes[2] * sizes[3], shape: data)
    case .gemm(let gemm) where data.count == 2:
      return Cost(perElement: data[gemm.transposeA ? 0 : 1].fixed ?? 0, shape: result)
    default: return .none
    }
  }

  /// For an image of the given, padded size; nil if it does not fit an integer.
  package func total(height: Int, width: Int) -> Int? {
    var sizes = [perElement]
    for dimension in shape {
      guard let size = dimension.size(height: height, width: width) else { return nil }
      sizes.append(size)
    }
    return checkedProduct(sizes)
  }

  /// Per pixel of a large image.
  package var perPixel: Double {
    guard Set(shape.compactMap(\.axis)).count == 2 else { return 0 }
    return shape.reduce(Double(perElement)) { product, dimension in
      switch dimension {
      case .fixed(let size): product * Double(size)
      case .spatial(_, let scale, _): product * scale.value
      }
    }
  }
}
