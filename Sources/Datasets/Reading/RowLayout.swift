import CKernels

/// What is wanted of one field of a row.
package enum FieldKind: Sendable, Equatable {
  case skip
  /// A name that may not be empty.
  case id
  case text
  case number
  /// A number, or nothing where it is unknown.
  case optionalNumber
  case time

  var scanKind: UInt8 {
    switch self {
    case .skip: UInt8(mrs_skip)
    case .id: UInt8(mrs_token)
    case .text: UInt8(mrs_text)
    case .number: UInt8(mrs_number)
    case .optionalNumber: UInt8(mrs_optional_number)
    case .time: UInt8(mrs_time)
    }
  }
}

/// One field of a row: its name in messages and what is wanted of it.
package struct Field: Sendable, Equatable {
  package var name: String
  package var kind: FieldKind

  package init(_ name: String, _ kind: FieldKind) {
    self.name = name
    self.kind = kind
  }
}

/// How the rows of a text file are written.
package struct RowLayout: Sendable, Equatable {
  package var fields: [Field]
  package var separator: UInt8
  /// The separator is written twice: `1::2::3`.
  package var isDoubled: Bool
  /// Fields may stand in double quotes.
  package var isQuoted: Bool
  /// A backslash takes away the meaning of a quote.
  package var hasBackslashes = false
  /// Further fields at the end of a row are let pass.
  package var allowsMore = false

  package init(
    _ fields: [Field], separator: Character = "\t", isDoubled: Bool = false, isQuoted: Bool = false
  ) {
    self.fields = fields
    self.separator = separator.asciiValue ?? 9
    self.isDoubled = isDoubled
    self.isQuoted = isQuoted
  }

  /// How a message shows the separator.
  var separatorText: String {
    let character = String(UnicodeScalar(separator))
    if character == "\t" { return "tabs" }
    return "`\(isDoubled ? character + character : character)`"
  }
}

/// What to do with a row that cannot be read.
package enum BadRows: String, Sendable, CaseIterable {
  case refuse
  case skip
}
