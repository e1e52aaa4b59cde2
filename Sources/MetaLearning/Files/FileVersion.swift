import Models

/// The versions of the files that this program writes: 2 has a digest of the whole file, 1 has none.
enum FileVersion {
  static let present = "2"
  private static let unsealed = "1"

  /// Refuses a file that is neither an intact one of the present version nor one of version 1.
  ///
  /// - Parameter key: the word of the metadata that gives the version.
  static func check(_ file: Safetensors, _ key: String) throws(ModelFileError) {
    guard let found = file.metadata[key] else {
      let own = file.metadata.keys.filter { $0.hasPrefix("mrs.") }.sorted()
      guard own.isEmpty, !file.isSealed else {
        throw ModelFileError(
          "is damaged: it has words of this program"
            + (own.first.map { ", such as `\($0)`," } ?? "") + " but not `\(key)`")
      }
      return
    }
    guard found == present || found == unsealed else {
      throw ModelFileError(
        "is of version \(found.prefix(20)); this program reads versions \(unsealed) and \(present)")
    }
    if found == present, !file.isSealed {
      throw ModelFileError(
        "is damaged: a file of version \(present) has `\(Safetensors.digestKey)`, and it has none")
    }
    if found == unsealed, file.isSealed {
      throw ModelFileError(
        "is damaged: it says version \(unsealed) and has `\(Safetensors.digestKey)`, which came with "
          + "version \(present)")
    }
  }
}

extension Safetensors {
  /// A remark for a file of ours without a digest, as earlier releases and other programs write it.
  package var remark: String? {
    isSealed ? nil : "The file has no digest (version 1): damage to it would not be noticed."
  }
}
