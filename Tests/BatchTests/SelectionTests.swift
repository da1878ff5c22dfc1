import Batch
import Foundation
import Imaging
import SystemPackage
import Testing

/// What takes part, and under which names.
@Suite struct SelectionTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    for name in ["a.jpg", "b.png", "x/a.jpg", "x/y/a.jpg", "x/y/b.jpg"] {
      try scratch.write(SampleFile.jpeg(), to: name)
    }
  }

  private func found(include: [String] = [], exclude: [String] = []) -> [String] {
    var options = Discovery.Options()
    options.filter = PathFilter(including: include, excluding: exclude)
    return Discovery(inputs: [scratch.path], options: options).sources.map(\.relativePath.string)
  }

  @Test func patternsChooseFiles() {
    #expect(found(include: ["*.png"]) == ["b.png"])
    #expect(found(include: ["a.*"]) == ["a.jpg", "x/a.jpg", "x/y/a.jpg"])
    #expect(found(exclude: ["y"]) == ["a.jpg", "b.png", "x/a.jpg"])
    #expect(found(include: ["x/*.jpg"]) == ["x/a.jpg"])
    #expect(found(include: ["x/**"]) == ["x/a.jpg", "x/y/a.jpg", "x/y/b.jpg"])
    #expect(found(include: ["**/b.*"]) == ["b.png", "x/y/b.jpg"])
    #expect(found(include: ["*.jpg"], exclude: ["x/y/"]) == ["a.jpg", "x/a.jpg"])
    #expect(found(exclude: ["[ab].jpg"]) == ["b.png"])
  }

  @Test func whatIsLeftOutIsCounted() {
    var options = Discovery.Options()
    options.filter = PathFilter(including: ["*.png"])
    #expect(Discovery(inputs: [scratch.path], options: options).ignoredCount == 4)
  }

  @Test func linksAreFollowedOnRequestAndLoopsEnd() throws {
    try FileManager.default.createSymbolicLink(
      atPath: scratch("x/up").string, withDestinationPath: scratch.path.string)
    let outside = try Scratch()
    try outside.write(SampleFile.jpeg(), to: "c.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: scratch("z").string, withDestinationPath: outside.path.string)
    try FileManager.default.createSymbolicLink(atPath: scratch("gone.jpg").string, withDestinationPath: "nowhere")
    #expect(Discovery(inputs: [scratch.path]).sources.count == 5)
    var options = Discovery.Options()
    options.followsLinks = true
    let discovery = Discovery(inputs: [scratch.path], options: options)
    #expect(discovery.sources.map(\.relativePath.string).filter { $0.hasPrefix("z") } == ["z/c.jpg"])
    #expect(discovery.sources.count == 6)
    #expect(discovery.rejections.map(\.displayName) == ["gone.jpg"])
  }

  @Test func listsKeepTheirPaths() throws {
    let list = try FileList(Array("\(scratch("x/a.jpg"))\u{0}\(scratch("x/y"))\u{0}".utf8), isZeroTerminated: true)
    let discovery = Discovery(inputs: [], list: list.paths)
    let plan = try OutputPlan(
      sources: discovery.sources, destination: .directory("out"), format: nil, existing: .skip)
    let below = FilePath("out").pushing(FilePath(String(scratch.path.string.dropFirst())))
    #expect(
      plan.items.map(\.output)
        == [below.appending("x/a.jpg"), below.appending("x/y/a.jpg"), below.appending("x/y/b.jpg")])
    #expect(
      try FileList(Array("a b.jpg\n\n../c.jpg\n".utf8), isZeroTerminated: false).paths == ["a b.jpg", "../c.jpg"])
  }

  @Test func linesMayEndAsThoseOfWindowsDo() throws {
    let bytes = Array("a.jpg\r\n\r\nb\rc.jpg\r\nlast.jpg\r".utf8)
    #expect(try FileList(bytes, isZeroTerminated: false).paths == ["a.jpg", "b\rc.jpg", "last.jpg"])
    #expect(try FileList(Array("a.jpg\r\0b.jpg".utf8), isZeroTerminated: true).paths == ["a.jpg\r", "b.jpg"])
    #expect(try FileList([0xEF, 0xBB, 0xBF] + Array("a.jpg\r\n".utf8), isZeroTerminated: false).paths == ["a.jpg"])
    // What find -print0 made would be one path, cut off at its first zero byte.
    #expect(throws: FileListError.zeroBytes) { try FileList(Array("a.jpg\0b.jpg\0".utf8), isZeroTerminated: false) }
  }

  @Test(
    arguments: [
      ("{stem}.png", .png), ("{dir}/{stem}-{model}.JPEG", .jpeg), ("{stem}.{ext}", nil), ("{stem}.png/{stem}", nil),
      ("{stem}.png.bak", nil), ("png-{stem}", nil),
    ] as [(String, ImageFormat?)])
  func templatesImplyFormats(template: String, format: ImageFormat?) throws {
    #expect(try NameTemplate(template, model: "fast").impliedFormat == format)
  }

  @Test(arguments: [
    ("{dir}/{stem}.enhanced.{ext}", "x/a.enhanced.jpg"), ("{stem}-{model}.{ext}", "a-fast.jpg"),
    ("new/{dir}/{stem}", "new/x/a"), ("{stem}.{stem}.{ext}", "a.a.jpg"),
  ])
  func templatesNameResults(template: String, name: String) throws {
    let naming = try NameTemplate(template, model: "fast")
    let sources = Discovery(inputs: [scratch.path]).sources.filter { $0.relativePath == "x/a.jpg" }
    let plan = try OutputPlan(
      sources: sources, destination: .directory("out"), format: nil, existing: .skip, naming: naming)
    #expect(plan.items.map(\.output.string) == ["out/\(name)"])
  }

  @Test(arguments: [
    ("...jpg", "{stem}/x.{ext}", "__/x.jpg"), ("..jpg", ".{stem}/x.{ext}", "__/x.jpg"),
    ("a.", "..{ext}/{stem}.jpg", "__/a.jpg"), ("...jpg", "{stem}{stem}.{ext}", ".....jpg"),
  ])
  func noNameLeadsOutOfTheDirectoryOfResults(file: String, template: String, name: String) throws {
    let input = try scratch.write(SampleFile.jpeg(), to: "own/" + file)
    let plan = try OutputPlan(
      sources: Discovery(inputs: [input]).sources, destination: .directory("out"), format: nil, existing: .skip,
      naming: NameTemplate(template, model: "fast"))
    #expect(plan.items.map(\.output.string) == ["out/\(name)"])
  }

  @Test func templatesThatLoseSomethingAreRefused() throws {
    #expect(throws: NameTemplateError.unknownField("{size}")) { try NameTemplate("{stem}{size}", model: "") }
    #expect(throws: NameTemplateError.unknownField("{stem")) { try NameTemplate("{stem", model: "") }
    #expect(throws: NameTemplateError.notBelow("../{stem}")) { try NameTemplate("../{stem}", model: "") }
    #expect(throws: NameTemplateError.notBelow("/{stem}")) { try NameTemplate("/{stem}", model: "") }
    #expect(throws: NameTemplateError.sameForAll("a.{ext}")) { try NameTemplate("a.{ext}", model: "") }
    // Without {dir}, three pictures would become one.
    let naming = try NameTemplate("{stem}.{ext}", model: "fast")
    #expect(throws: OutputPlanError.self) {
      try OutputPlan(
        sources: Discovery(inputs: [scratch.path]).sources, destination: .directory("out"), format: nil,
        existing: .skip, naming: naming)
    }
  }

  @Test func shardsShareTheWork() throws {
    var seen: [String] = []
    for index in 1...3 {
      let plan = try OutputPlan(
        sources: Discovery(inputs: [scratch.path]).sources, destination: .directory("out"), format: nil,
        existing: .skip, shard: Shard(index: index, count: 3))
      seen += plan.items.map(\.source.relativePath.string)
    }
    #expect(seen.sorted() == ["a.jpg", "b.png", "x/a.jpg", "x/y/a.jpg", "x/y/b.jpg"])
    #expect(Shard(index: 0, count: 3) == nil && Shard(index: 4, count: 3) == nil)
  }

  @Test func shardsAreAboutEqual() throws {
    let many = try Scratch()
    let png = try SampleFile.png(width: 1, height: 1)
    for index in 0..<400 { try many.write(png, to: "IMG_\(index).png") }
    let sources = Discovery(inputs: [many.path]).sources
    for index in 1...4 {
      let plan = try OutputPlan(
        sources: sources, destination: .directory("out"), format: nil, existing: .skip,
        shard: Shard(index: index, count: 4))
      #expect((60...140).contains(plan.items.count))
    }
  }
}
