import CKernels
import KernelReference
import Kernels
import LibC
import Testing

/// Every variant against the kernels' definitions (Sources/CKernels/Definitions.md), bit for bit.
@Suite struct DefinitionTests {
  static let variants = Int(mrs_kernel_variants())
  static let parts = 4

  @Test(arguments: 0..<variants, 0..<parts)
  func everyVariantGivesWhatTheDefinitionSays(variant: Int, part: Int) {
    var first = [CChar](repeating: 0, count: 256)
    let wrong = mrs_check_kernels(
      mrs_kernel_variant(Int32(variant)), Int32(mrs_check_all), Int32(part), Int32(Self.parts),
      &first)
    #expect(mrs_checks_made() > 10_000)
    #expect(wrong == 0, "\(Self.name(variant)): \(Self.text(first))")
  }

  /// The reference is the definition, so that it must give the digests as well.
  @Test func everyVariantGivesTheDigestsOfTheTable() throws {
    let table = try #require(Self.contents(of: "digests.txt"))
    withUnsafePointer(to: mrs_reference) { reference in
      for kernels in (0..<Self.variants).map({ mrs_kernel_variant(Int32($0)) }) + [reference] {
        var text = [CChar](repeating: 0, count: 1 << 16)
        let count = mrs_digest_kernels(kernels, &text, text.count)
        #expect(count < text.count)
        let lines = Self.text(text).split(separator: "\n")
        let expected = table.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines == expected)
      }
    }
  }

  @Test(arguments: 0..<variants)
  func functionsAreWithinOneUnitInTheLastPlace(variant: Int) {
    for function in ElementFunction.allCases {
      var place: Float = 0
      let worst = mrs_map_error(
        mrs_kernel_variant(Int32(variant)), function.rawValue, 40_009, 11, &place)
      #expect(worst <= 0.51, "\(function) at \(place) in \(Self.name(variant))")
    }
  }

  /// Under an emulator, unless this is arm64.
  @Test(.enabled(if: emulates, "needs qemu-user and an arm64 C library: scripts/setup tests"))
  func arm64GivesTheSameBits() {
    let result = Self.output(of: "\(Self.root)/scripts/test-arm64 2>&1")
    #expect(result.status == 0, "\(result.text)")
  }

  static let emulates =
    output(of: "command -v qemu-aarch64").status == 0
    && output(of: "ls /usr/aarch64-linux-gnu/lib/libc.a").status == 0

  static let root = #filePath.split(separator: "/Tests/KernelsTests/")[0]

  private static func name(_ variant: Int) -> String {
    String(cString: mrs_kernel_variant(Int32(variant)).pointee.name)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(
      decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func contents(of file: String) -> String? {
    let result = output(of: "cat '\(root)/Tests/KernelsTests/\(file)'")
    return result.status == 0 ? result.text : nil
  }

  private static func output(of command: String) -> (status: Int32, text: String) {
    guard let stream = popen(command, "r") else { return (-1, "") }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&block, 1, block.count, stream), count > 0 {
      bytes += block[..<count]
    }
    return (pclose(stream), String(decoding: bytes, as: UTF8.self))
  }
}
