import Jupyter
import Reports
import Testing

@Suite struct KernelMessageTests {
  private let signer = MessageSigner(key: Array("key".utf8))

  private let message = Message(
    route: [[1, 2], [0]],
    header: .object(["msg_id": .string("1"), "msg_type": .string("execute_request")]),
    parent: .object([:]), content: .object(["code": .string("load data # σ")]))

  /// The cases of RFC 4231 with keys shorter and longer than a block.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func signaturesAreThoseOfTheStandard(key: [UInt8], text: String, wanted: String) {
    let signer = MessageSigner(key: key)
    let halves = [Array(text.utf8.prefix(5)), Array(text.utf8.dropFirst(5))]
    #expect(signer.signature(of: halves) == Array(wanted.utf8))
    #expect(signer.accepts(Array(wanted.utf8), of: halves))
    #expect(!signer.accepts(Array(wanted.utf8.dropLast()), of: halves))
  }

  @Test func aMessageComesBackFromItsFrames() {
    let frames = message.frames(signer: signer)
    #expect(Message(frames: frames, signer: signer) == message)
    // More parts are buffers, which nothing here has a use for.
    #expect(Message(frames: frames + [[9]], signer: signer) == message)
  }

  @Test func noFlippedBitOfAMessageIsTaken() {
    let frames = message.frames(signer: signer)
    for place in 3..<frames.count {
      for bit in 0..<(8 * frames[place].count) {
        var damaged = frames
        damaged[place][bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(Message(frames: damaged, signer: signer) == nil, "frame \(place), bit \(bit)")
      }
    }
  }

  @Test func whatIsNoMessageIsNone() {
    let frames = message.frames(signer: signer)
    for count in 0..<frames.count {
      #expect(Message(frames: Array(frames.prefix(count)), signer: signer) == nil)
    }
    for part in ["", "[]", "7", "{", "{}", "\u{0}"] {
      var others = Array(frames.suffix(4))
      others[0] = Array(part.utf8)
      let signed = [Array(frames[2]), signer.signature(of: others)] + others
      #expect(Message(frames: signed, signer: signer) == nil, "\(part)")
    }
  }

  @Test func withoutAKeyNothingIsSigned() {
    let open = MessageSigner(key: [])
    #expect(open.signature(of: [[1]]).isEmpty)
    #expect(Message(frames: message.frames(signer: open), signer: open) == message)
  }
}
