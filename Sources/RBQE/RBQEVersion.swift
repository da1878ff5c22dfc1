/// The version of rbqe.
public enum RBQEVersion {
  /// Semantic version, as in the change log.
  public static let current = "0.1.0"
}
