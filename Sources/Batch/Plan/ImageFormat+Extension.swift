import Imaging

extension ImageFormat {
  /// The format that files with this extension should have, upper or lower case.
  init?(extension name: String?) {
    switch name?.lowercased() {
    case "jpg", "jpeg": self = .jpeg
    case "png": self = .png
    default: return nil
    }
  }
}
