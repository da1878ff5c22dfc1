/// Something that can be asked of a model: an exit's image or a gate's estimate.
public enum Target: Hashable, Sendable, CustomStringConvertible {
  /// The image `exit_k` of exit k, k = 1 ... N.
  case exit(Int)
  /// The estimate `gain_k`, in dB, of what the best later exit would add to what exit k gives (k = 0: the input).
  case gain(Int)

  /// The name of the model file's output: `exit_1`, `gain_0`.
  public var description: String {
    switch self {
    case .exit(let index): "exit_\(index)"
    case .gain(let index): "gain_\(index)"
    }
  }
}
