import Datasets
import Language
import MetaLearning

extension Dataset {
  /// All that a result or a report can tell of it, in digests; the first is that of what models learn from.
  ///
  /// - Parameter foundation: what tasks and models are made from, where that is not all of it.
  func content(foundation: String?) -> String {
    func text(_ names: [String]) -> String { hexadecimal(digest(ofNames: names)) }
    var words = [name, text(users.titles), text(items.titles)] + notes + domains
    words += sources.map { "\($0.path) \($0.digest)" }
    for feature in users.features + items.features where feature.fillsWithMean {
      words.append("mean \(feature.name)")
    }
    for (name, column) in interactions.columns.sorted(by: { $0.key < $1.key }) {
      words += [name, text(column.vocabulary.names), hexadecimal(digest(column.codes))]
    }
    let (whole, rated) = (contentDigest, ratedItems)
    return whole + " " + digest(ofWords: words) + " "
      + (foundation
        ?? self.foundation(learnable: learnableDigest(content: whole, rated: rated), rated))
  }

  /// What tasks and models are made from, in a digest: further items that nobody has rated do not change it, nor
  /// do other files that say the same.
  var foundation: String {
    let rated = ratedItems
    return foundation(learnable: learnableDigest(content: contentDigest, rated: rated), rated)
  }

  private func foundation(learnable: String, _ rated: [Int32]) -> String {
    let titles = rated.map { items.titles.isEmpty ? "" : items.titles[Int($0)] }
    var words = [name, learnable, hexadecimal(digest(ofNames: titles))] + domains
    for feature in users.features + items.features where feature.fillsWithMean {
      words.append("mean \(feature.name)")
    }
    for (name, column) in interactions.columns.sorted(by: { $0.key < $1.key }) {
      words += [
        name, hexadecimal(digest(ofNames: column.vocabulary.names)),
        hexadecimal(digest(column.codes)),
      ]
    }
    return digest(ofWords: words)
  }
}

extension TaskSplit {
  /// Its tasks in a digest, and how they were dealt out.
  var content: String {
    hexadecimal(contentDigest) + " " + hexadecimal(fingerprint) + " \(recipe)"
  }
}

extension TrainedModel {
  /// Its weights in a digest, the split they are of, and what they mean.
  var content: String {
    [
      weightsDigest, hexadecimal(fingerprint), described(learner), described(problem.network),
      described(problem.loss), isPartial ? "partial" : "",
      compressed?.compression.words ?? "",
    ].joined(separator: " ")
  }
}

extension AdaptedModel {
  /// The ratings in a digest, whose they are, and the model.
  var content: String { digest + " \(name) " + model.content }

  var digest: String {
    let support = context.support.map { rating in
      UInt64(UInt32(bitPattern: rating.item)) << 32 | UInt64(rating.rating.bitPattern)
    }
    let ages =
      context.support.contains { $0.weight != 1 }
      ? context.support.map { UInt64($0.weight.bitPattern) } : []
    let own = (person?.features ?? []).flatMap { Array("\($0.name)=\($0.spelling(of: 0))\n".utf8) }
    return hexadecimal(
      Datasets.digest(support + ages + (Array(model.weightsDigest.utf8) + own).map(UInt64.init)))
  }
}
