import Imaging
import Testing

/// What an XMP packet promises of data behind the picture.
@Suite struct XMPTests {
  private static let video = Array("....ftypmp42".utf8) + [UInt8](repeating: 7, count: 90)

  private static let declaration = #"hdrgm:Version="1.0""#
  private static let directory = """
    <Container:Directory>
      <rdf:Seq>
        <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="MotionPhoto" Item:Length="102"/></rdf:li>
      </rdf:Seq>
    </Container:Directory>
    """

  /// As of a phone, but for what is given.
  private static func packet(mark: String, _ declaration: String, _ directory: String) -> [UInt8] {
    Array(
      """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <!-- Not <Container:Directory>. --><x:xmpmeta xmlns:x='adobe:ns:meta/'>
      <rdf:RDF><rdf:Description rdf:about="" note='a > b, hdrgm:Version' GCamera:MotionPhoto = "\(mark)"
        GCamera:MotionPhotoVersion="1" \(declaration) GCamera:MicroVideo='\(mark)'>
      \(directory)
      <dc:title>A 1</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>
      <?xpacket end="w"?>
      """.utf8)
  }

  private static let promising = packet(mark: "1", declaration, directory)
  private static let silent = packet(mark: "0", blank(declaration), blank(directory))

  private static func blank(_ text: String) -> String { String(repeating: " ", count: text.utf8.count) }

  private func written(_ metadata: Metadata, as format: ImageFormat) throws -> [UInt8]? {
    let options: EncodingOptions = format == .png ? .png() : .jpeg()
    return try ImageDecoder.decode(ImageEncoder.encode(.sample(.ycbcr, metadata: metadata), as: options)).metadata.xmp
  }

  /// What is written of a packet to a file whose picture nothing follows.
  private func taken(_ text: String) throws -> String? {
    let metadata = Metadata(xmp: Array(text.utf8))
    let packet = try written(metadata, as: .png)
    #expect(try written(metadata, as: .jpeg) == packet)
    let losses: [ImageNotice] = packet == nil ? [.damaged(.xmp)] : []
    for format in ImageFormat.allCases { #expect(metadata.losses(writingAs: format) == losses) }
    return packet.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func promisesGoWithTheTrailer() throws {
    let kept = Metadata(xmp: Self.promising, trailer: Self.video[...])
    #expect(try written(kept, as: .jpeg) == Self.promising)
    #expect(try written(kept, as: .png) == Self.silent)
    #expect(kept.losses(writingAs: .png) == [.trailer(bytes: Self.video.count)])
    for format in ImageFormat.allCases {
      #expect(try written(Metadata(xmp: Self.promising), as: format) == Self.silent)
    }
  }

  @Test func promisesGoWithFurtherPictures() throws {
    let xmp = JPEGFile.segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + Self.promising)
    let list = JPEGFile.segment(0xE2, Array("MPF\0II*\0".utf8))
    let file = JPEGFile.inserting(xmp + list, into: try Fixture.bytes("ycbcr-420.jpg")) + Self.video
    let image = try ImageDecoder.decode(file)
    #expect(image.notices == [.furtherPictures, .trailer(bytes: Self.video.count)])
    #expect(try ImageDecoder.decode(ImageEncoder.encode(image, as: .jpeg())).metadata.xmp == Self.silent)
    #expect(MetadataRewriter.applying(.all, to: file, metadata: image.metadata) == file)
  }

  @Test func elementsPromiseToo() throws {
    let marked = "<a><GCamera:MotionPhoto> 1\n</GCamera:MotionPhoto><Camera:MotionPhoto>1</Camera:MotionPhoto></a>"
    #expect(try taken(marked) == marked.replacing("1", with: "0"))
    let version = "<hdrgm:Version>1.0</hdrgm:Version>"
    #expect(try taken("<a>\(version)</a>") == "<a>\(Self.blank(version))</a>")
    let empty = #"<Container:Directory rdf:resource="x/>"/>"#
    #expect(try taken("<a>\(empty)b</a>") == "<a>\(Self.blank(empty))b</a>")
    let nested = "<Container:Directory><b><Container:Directory/></b><Container:Directory></Container:Directory >"
    let whole = "\(nested)</Container:Directory>"
    #expect(try taken("<a>\(whole)<c/></a>") == "<a>\(Self.blank(whole))<c/></a>")
  }

  @Test func whatPromisesNothingStaysAsItIs() throws {
    for text in [
      "<a GCamera:MotionPhoto='0' GCamera:MotionPhotoVersion='1'/>",
      "<a><GCamera:MicroVideo>11</GCamera:MicroVideo></a>", "<![CDATA[<hdrgm:Version>]]>", "no XML at all", "<a b=1>",
      "<a", "<", "<!-- <a>", "<>", "</", "<a b='", "<?",
    ] {
      #expect(try taken(text) == text, "\(text)")
    }
  }

  @Test func whatCannotBeTakenBackIsLeftOut() throws {
    for text in [
      "<a><Container:Directory></a>", "</Container:Directory>", "<a hdrgm:Version='1.0' b=1>", "<hdrgm:Version",
      "<!-- <hdrgm:Version/>", "<a GCamera:MotionPhoto='1'/><",
    ] {
      #expect(try taken(text) == nil, "\(text)")
    }
  }

  @Test func paddingMakesRoom() throws {
    let head = "<?xpacket begin='' id='x'?><a>\(String(repeating: "y", count: 60_000))</a>"
    let padding = String(repeating: String(repeating: " ", count: 99) + "\n", count: 60)
    let tail = "<?xpacket end='w'?>"
    let padded = Metadata(xmp: Array((head + padding + tail).utf8))
    #expect(try written(padded, as: .jpeg) == Array((head + tail).utf8))
    #expect(padded.losses(writingAs: .jpeg).isEmpty)
    #expect(try written(padded, as: .png) == padded.xmp)
    // What fits keeps it.
    let short = Metadata(xmp: Array((padding + tail).utf8))
    #expect(try written(short, as: .jpeg) == short.xmp)
    let long = Metadata(xmp: Array((head + head + padding + tail).utf8))
    let size = 2 * head.utf8.count + tail.utf8.count
    #expect(long.losses(writingAs: .jpeg) == [.tooLarge(.xmp, bytes: size, limit: 65504)])
  }
}
