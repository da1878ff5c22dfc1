import Imaging
import SystemPackage

/// What the beginning of a file says about it.
struct SourceHeader {
  let format: ImageFormat
  let header: ImageHeader?

  /// Reads no more of the file than its header takes.
  ///
  /// - Throws: `FileError`, or `DiscoveryError` if it is no image.
  init(of path: FilePath, size: Int) throws {
    // Holds the metadata of most files; the rest of it is read where this is not enough.
    var count = 64 << 10
    while true {
      let bytes = try FileContents.prefix(of: path, count: min(count, size))
      guard !bytes.isEmpty else { throw DiscoveryError.empty }
      guard let format = ImageFormat.detect(bytes) else { throw DiscoveryError.notAnImage }
      do {
        self.init(format: format, header: try ImageDecoder.inspect(bytes))
        return
      } catch .truncated where bytes.count == count && count < size {
        count *= 16
      } catch {
        // Decoding will say in full what is wrong.
        self.init(format: format, header: nil)
        return
      }
    }
  }

  private init(format: ImageFormat, header: ImageHeader?) {
    self.format = format
    self.header = header
  }
}
