import Datasets
import Language

extension RepeatedPairs {
  /// How often pairs are given again and what `clean` would keep, as one sentence; nil when none is.
  var sentence: String? {
    guard rows > 0 else { return nil }
    let all = grouped(rows + pairs)
    let what =
      pairs == 1
      ? "\(all) ratings repeat one pair of a user and an item"
      : "\(grouped(pairs)) pairs of a user and an item are given more than once (\(all) ratings)"
    if let told = toldApart {
      let values = named(told.values, most: 3)
      return "\(what), but `\(told.column)` tells their rows apart (\(values)): \(told.remedy); "
        + rule
    }
    return "\(what), \(variety); \(rule)"
  }

  private var variety: String {
    switch differing {
    case 0: pairs == 1 ? "with equal ratings" : "all with equal ratings"
    case pairs: pairs == 1 ? "with different ratings" : "all with different ratings"
    default: "\(grouped(differing)) of them with different ratings"
    }
  }

  private var rule: String {
    let kept = hasTimes ? "the newest of each" : "the last in the file of each, without times"
    let ties =
      tied == 0
      ? ""
      : ", and the last in the file where times are equal ("
        + counted(tied, "pair") + ")"
    return "`clean dedupe=last` keeps \(kept)\(ties)"
  }
}

extension RepeatedPairs.ToldApart {
  /// How to read rows of one kind alone.
  var remedy: String { "`load` with where=\"\(column)=\(values[0])\" reads one kind" }
}

extension Interactions {
  /// What makes each pair one, in the order to think of it: rows of one kind, where a column tells them apart, or one
  /// row of each.
  var repeatRemedies: [String] {
    (repeats.toldApart.map { [$0.remedy] } ?? [])
      + ["`clean dedupe=last` before `split` keeps \(newestRating) of each"]
  }

  /// What `clean dedupe=last` keeps of a pair.
  var newestRating: String { times.isEmpty ? "the last in the file" : "the newest" }
}
