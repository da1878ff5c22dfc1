import COpenBLAS

/// The library that multiplies matrices.
public enum MatrixLibrary {
  /// Its name, version and the processor that it has found.
  public static var version: String { String(cString: openblas_get_config()) }
}
