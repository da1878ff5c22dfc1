/// What an output keeps of its input's metadata.
public enum MetadataPolicy: String, Sendable, CaseIterable {
  /// Everything that the output format has a place for, and what follows the picture.
  case all
  /// What colours mean (ICC profile, PNG's colour description; of EXIF the mark of Adobe RGB, where it is all that
  /// tells it), and the orientation.
  case icc
  /// The orientation alone: dropping it, too, would show the picture turned. It is kept as a minimal EXIF block, and
  /// only where it isn't 1.
  case none
}
