import CImageCodecs

/// The codecs that this program runs with.
public enum CodecLibraries {
  /// For example "libjpeg-turbo 2.1.5".
  public static var jpeg: String { String(cString: rbqe_jpeg_library()) }
  /// For example "libpng 1.6.39".
  public static var png: String { "libpng " + String(cString: rbqe_png_library()) }
}
