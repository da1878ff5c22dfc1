import COpenBLAS

/// The library that multiplies matrices.
public enum MatrixLibrary {
  /// The processor family whose kernels it has chosen, for example "Zen".
  public static var kernels: String { String(cString: openblas_get_corename()) }

  /// Its name, version and the processor that it has found.
  public static var version: String { String(cString: openblas_get_config()) }
}
