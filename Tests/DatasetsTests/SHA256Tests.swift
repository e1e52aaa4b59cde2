import Datasets
import Testing

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4, and a million times `a`.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        + "mnopqrstnopqrstu", "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func theExamplesOfTheStandardComeOut(text: String, digest: String) {
    #expect(SHA256.hex(of: text) == digest)
  }

  /// Python's `hashlib` on bytes of the same generator: each line is the digest of the digests of fifty.
  private static let digests = [
    "e02496e42a5f7c9b4183c22436f48145e57053cbfdc09c43639874ba0e9c9c01",
    "1e44020555fa51613bbb4d9b47f1d991be7988f551f543dfafbb95e1a0612eb8",
    "d5615a2163804d8237cc40117889bb0e351754cd1512a0a3bbf108c79bc82374",
    "18e12c4a6ab5582d6ff40659bb9b92ef09cbd8f7d9e44ec3a681cd6deeec58b3",
    "1a97cb927129bdbf0fa276f7c757caf8a20a5da05abafedccf2cbe320a935fa0",
    "7abe453b7195c91aa4847e2ded617019cf43249ab4db188a8efac203119652eb",
    "1d18fbeda40202c07b644eccaa46c4537b62479f13d25b94d34506f43557000b",
    "0a266ee3892d97b25503254a06c62848b626fdf4d58f0cd68eb00b76fc0c4cde",
    "a5d62a483641474adeae1e16946d5c3b32ac33e2640f957a72f6264f538cef64",
    "df1ea841f291cc777879dfdbfe8f018b1327816b01d74e30ba39f160be72d235",
    "8053339e53044ee47c957594e59ae67761b361221bd546b80227ed08aad6cf0f",
    "b31b97e4386d3a326cf58e19da16171a05f1684b420f92d76dd36f6094d0d21f",
    "81e25cb08873351911f832d4bab516ca7f5f8aaa124fb5f3eb2fcd1e63239663",
    "c95ff9d4ecfc08ef963f8156991f6ffb82347fba7d65f0f4d7ddaa4f92692548",
    "c4e50b1cfc3dcd620722d8c2f8ff51b2c270cce0f546675b942236805b74c884",
    "7a16a1f63f87ace60396db48e1954996b43e6dfe4b57f7b036590e9399a34ad0",
    "5500542c23ad627a3aaa618bef6af444c9bb1683813f70c40195ffbbadb200e6",
    "3761159ccd2a7854b2cbdcaf4074ad0678e8ecf399b5cc1ed8072662921d381f",
    "f4969bc20dc0b155326adcd91335493df89b07e1c81d5c3d807594205db3dcc6",
    "b1c31df3d81cc544f06a5b03dae102ec625848ba10af6e64962d236de526a719",
  ]

  @Test func aThousandLengthsGiveWhatAnotherProgramGives() {
    var state: UInt64 = 1
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    for digest in Self.digests {
      var whole = SHA256()
      for _ in 0..<50 {
        let bytes = (0..<next() % 5000).map { _ in UInt8(truncatingIfNeeded: next()) }
        whole.add(Array(SHA256.hex(of: bytes).utf8))
      }
      #expect(whole.hex == digest)
    }
  }

  @Test func piecesGiveWhatTheWholeGives() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let digest = SHA256.hex(of: bytes)
    for cut in 0...300 {
      var pieces = SHA256()
      pieces.add(Array(bytes[..<cut]))
      // Asking does not end it.
      _ = pieces.hex
      pieces.add(Array(bytes[cut...]))
      #expect(pieces.hex == digest)
    }
  }
}
