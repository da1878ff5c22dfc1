/// What is decided about at once.
public enum Granularity: String, Sendable, CaseIterable {
  /// The image as a whole: one exit for all of it.
  case image
  /// Every tile of a fixed grid by itself, from what lies inside it: smooth regions leave early, textured ones go on.
  case tile
}
