import CKernels

/// The same numbers under another shape.
struct CopyOperation: Operation {
  var worksInPlace: Bool { true }

  func run(_ call: Call) throws(SessionError) {
    guard call.inputs[0].buffer !== call.output.buffer else { return }
    rbqe_copy(call.inputs[0].start, call.output.start, call.output.count)
  }
}

/// Operands one after another along an axis.
struct ConcatOperation: Operation {
  let axis: Int

  func run(_ call: Call) throws(SessionError) {
    let outer = call.output.shape[..<axis].reduce(1, *)
    let width = call.output.shape[axis...].reduce(1, *)
    var offset = 0
    for input in call.inputs {
      let count = input.shape[axis...].reduce(1, *)
      for row in 0..<outer {
        rbqe_copy(input.start + row * count, call.output.start + row * width + offset, count)
      }
      offset += count
    }
  }
}

/// Depth to space and back.
struct ShuffleOperation: Operation {
  enum Kind: Sendable {
    case depthToSpace(DepthOrder)
    case spaceToDepth
  }

  let kind: Kind
  let block: Int

  func run(_ call: Call) throws(SessionError) {
    switch kind {
    case .depthToSpace(let order):
      let shape = call.inputs[0].shape
      rbqe_depth_to_space(
        call.inputs[0].start, call.output.shape[1], shape[2], shape[3], block, order == .channelFirst ? 1 : 0,
        call.output.start)
    case .spaceToDepth:
      let shape = call.output.shape
      rbqe_space_to_depth(
        call.inputs[0].start, call.inputs[0].shape[1], shape[2], shape[3], block, call.output.start)
    }
  }
}

/// Means over adjacent axes, summed in an order that the shape alone fixes.
struct MeanOperation: Operation {
  let axes: Range<Int>

  func run(_ call: Call) throws(SessionError) {
    let shape = call.inputs[0].shape
    rbqe_mean(
      call.inputs[0].start, shape[..<axes.lowerBound].reduce(1, *), shape[axes].reduce(1, *),
      shape[axes.upperBound...].reduce(1, *), call.output.start)
  }
}
