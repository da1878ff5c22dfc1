import Crypto

/// Tells files apart by what is in them.
package enum Digest {
  /// SHA-256 of bytes in lower-case hexadecimal, as `sha256sum` prints it.
  package static func sha256(of bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in SHA256.hash(data: bytes) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(text)
  }
}
