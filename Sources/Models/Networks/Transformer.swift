import Kernels
import Language

/// A transformer over the user's support: each of their ratings is a token of item, opinion and age, and the item
/// to be scored reads them.
///
/// x = norm(t); t ← t + softmax(x·Q·(x_S·K)ᵀ/√d)·x_S·V·O, head by head with one more place for "none"; t ← t +
/// gelu(norm(t)·W₁ + b₁)·W₂ + b₂, in each layer; score = 0.3 norm(t)·head + Σ w(feature). Vaswani et al. 2017, the
/// norms before each part as in Xiong et al. 2020.
///
/// No token says anything of itself to the row of its own item: where times are known a token sees what is as old
/// as it or older, and the row of a support item only what is older (Kang and McAuley 2018). Without times the
/// support is a set: its tokens see each other when other items are scored, and only themselves when its own are.
package struct Transformer: Network {
  package var heads = 2
  package var layers = 2
  package var width = 32
  package var tokens = 64
  package var dropout = 0.0
  package var inputs = SummedInputs()

  package init() {}

  package static let signature = Signature<Self>(
    "transformer",
    "Lets each item read the user's ratings, in order of time, through a transformer.",
    [
      .option("attention-heads", \.heads, in: 1...16, "in how many ways a layer attends"),
      .option("layers", \.layers, in: 1...8, "how many layers"),
      .option("width", \.width, in: 1...512, "width of the tokens, shared among the heads"),
      .option(
        "tokens", \.tokens, in: 1...4096,
        "how many of a user's ratings are read, the newest where times are known, else the first"),
      .option(
        "dropout", \.dropout, in: 0...0.95,
        "share of what each layer adds that training leaves out at random"),
    ] + SummedInputs.parameters(\.inputs),
    examples: [Example("model transformer width=16 attention-heads=2 layers=1")])

  /// The words of a file that describe a network, with the name that an option has: files of before say `heads`.
  package static func renamed(_ words: String) -> String {
    words.hasPrefix(name) ? words.replacing(" heads=", with: " attention-heads=") : words
  }

  package var readsSupport: Bool { true }

  package func lastStage(_ shape: InputShape) -> Int { layers + 1 }

  /// What tokens are made of, in order.
  private enum Entry: Int, CaseIterable { case item, user, bias, opinion, seen, age }

  /// The weights of one layer, in order.
  private enum Part: Int, CaseIterable {
    case gain, shift, query, key, value, out, innerGain, innerShift, inner, innerBias, outer
    case outerBias
  }

  package func blocks(_ shape: InputShape) -> [WeightBlock] {
    func scale(_ rows: Int) -> Float { (1 / Float(max(1, rows))).squareRoot() }
    func block(_ name: String, _ rows: Int, _ stage: Int, _ scale: Float, _ columns: Int? = nil)
      -> WeightBlock
    { WeightBlock(name, rows: rows, columns: columns ?? width, stage: stage, scale: scale) }
    let entry = [
      block("token.item", inputs.embed, 1, 4 * scale(inputs.embed)),
      block("token.user", inputs.embed, 1, 2 * scale(inputs.embed)),
      block("token.bias", 1, 1, 0),
      block("token.opinion", 1, 1, 0.5),
      block("token.seen", 1, 1, 0.1),
      block("token.age", 2, 1, 0.1),
    ]
    let body = (1...layers).flatMap { layer in
      [
        block("layer\(layer).gain", 1, layer, 0),
        block("layer\(layer).shift", 1, layer, 0),
        block("layer\(layer).query", width, layer, scale(width)),
        block("layer\(layer).key", width, layer, scale(width)),
        block("layer\(layer).value", width, layer, scale(width)),
        block("layer\(layer).out", width, layer, scale(width * layers)),
        block("layer\(layer).inner-gain", 1, layer, 0),
        block("layer\(layer).inner-shift", 1, layer, 0),
        block("layer\(layer).inner", width, layer, scale(width), 2 * width),
        block("layer\(layer).inner-bias", 1, layer, 0, 2 * width),
        block("layer\(layer).outer", 2 * width, layer, scale(2 * width * layers)),
        block("layer\(layer).outer-bias", 1, layer, 0),
      ]
    }
    return inputs.blocks(shape) + entry + body + [
      block("last.gain", 1, layers, 0),
      block("last.shift", 1, layers, 0),
      block("head.weight", width, layers + 1, 0.3 * scale(width), shape.outputs),
      block("head.bias", 1, layers + 1, 0, shape.outputs),
    ]
  }

  package func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    inputs.opinionated(tape, weights, rows, beside: support, shape: shape)
  }

  package func advance(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weights: [TapeValue], shape: InputShape
  ) -> NetworkState {
    let own = Array(weights[inputs.blocks(shape).count...])
    let end = Entry.allCases.count + layers * Part.allCases.count
    var next = state
    if stage == layers + 1 {
      return state.scored(tape, own[end + 2], own[end + 3])
    }
    if stage == 1 { next = entered(next, tape) { own[$0.rawValue] } }
    let from = Entry.allCases.count + (stage - 1) * Part.allCases.count
    next = passed(next, stage: stage, tape) { own[from + $0.rawValue] }
    if stage == layers {
      // Closed-form heads take features of unit variance for more than they are.
      next.hidden = tape.scale(
        0.3, tape.normalised(next.hidden, gain: own[end], shift: own[end + 1]))
    }
    return next
  }

  /// The first tokens of rows and support.
  private func entered(
    _ state: NetworkState, _ tape: Tape, _ weight: (Entry) -> TapeValue
  ) -> NetworkState {
    var next = state
    var bias = weight(.bias)
    if state.common.isSome { bias = tape.affine(state.common, weight(.user), bias) }
    next.common = .none
    next.hidden = tape.affine(state.hidden, weight(.item), bias)
    guard let count = supportCount(state, tape) else { return next }
    let items = state.isSupport ? next.hidden : tape.affine(state.support, weight(.item), bias)
    let seen = tape.add(
      tape.product(state.ratings, weight(.opinion)), tape.repeatRow(weight(.seen), rows: count))
    next.support = tape.add(items, seen)
    if let ages = state.ages?.array {
      next.support = tape.add(next.support, tape.product(places(ages, tape), weight(.age)))
    }
    if count > tokens { choose(&next, of: count, tape) }
    return next
  }

  /// Keeps as many tokens as may be read; those whose time is not known go before others.
  private func choose(_ state: inout NetworkState, of count: Int, _ tape: Tape) {
    let ages = state.ages.map { $0.array.map { $0 < 0 ? Float.infinity : $0 } }
    let order = (0..<count).sorted { (ages?[$0] ?? 0, $0) < (ages?[$1] ?? 0, $1) }
    let chosen = order.prefix(tokens).sorted()
    var choice = [Float](repeating: 0, count: tokens * count)
    for (place, row) in chosen.enumerated() { choice[place * count + row] = 1 }
    state.support = tape.product(
      tape.constant(choice, rows: tokens, columns: count), state.support)
    state.tokens = chosen
  }

  /// Of each token ln(1 + age in days) and 1/(1 + how many are newer).
  private func places(_ known: [Float], _ tape: Tape) -> TapeValue {
    let ages = known.map { max(0, $0) }
    var newer: [Float: Int] = [:]
    for (rank, age) in ages.sorted().enumerated() where newer[age] == nil { newer[age] = rank }
    return tape.constant(
      ages.flatMap { age in
        [0.25 * tape.kernels.logarithm(1 + age), 1 / Float(1 + (newer[age] ?? 0))]
      }, rows: ages.count, columns: 2)
  }

  private func supportCount(_ state: NetworkState, _ tape: Tape) -> Int? {
    guard state.support.isSome, state.ratings.isSome, tape[state.support].rows > 0 else {
      return nil
    }
    return tape[state.support].rows
  }

  // MARK: Layers

  private func passed(
    _ state: NetworkState, stage: Int, _ tape: Tape, _ weight: (Part) -> TapeValue
  ) -> NetworkState {
    var next = state
    let noise = state.noise?.derived(stage)
    func feedForward(_ x: TapeValue, _ name: String) -> TapeValue {
      let inner = tape.affine(
        tape.normalised(x, gain: weight(.innerGain), shift: weight(.innerShift)), weight(.inner),
        weight(.innerBias))
      let added = tape.affine(tape.gelu(inner), weight(.outer), weight(.outerBias))
      return tape.add(x, tape.thinned(added, by: dropout, noise?.derived(name)))
    }
    func normalised(_ x: TapeValue) -> TapeValue {
      tape.normalised(x, gain: weight(.gain), shift: weight(.shift))
    }
    if let count = supportCount(state, tape) {
      let tokens = normalised(state.support)
      let (keys, values) = (
        tape.product(tokens, weight(.key)), tape.product(tokens, weight(.value))
      )
      func read(_ x: TapeValue, _ normal: TapeValue, _ name: String, _ mask: TapeValue)
        -> (TapeValue, [TapeValue])
      {
        let (context, shares) = attended(
          tape, tape.product(normal, weight(.query)), keys, values, mask)
        let added = tape.thinned(
          tape.product(context, weight(.out)), by: dropout, noise?.derived(name))
        return (tape.add(x, added), shares)
      }
      let masks = masks(state, rows: tape[state.hidden].rows, tokens: count, tape)
      (next.hidden, next.shares) = read(
        state.hidden, normalised(state.hidden), "rows", masks.rows)
      if stage < layers {
        next.support = feedForward(
          read(state.support, tokens, "tokens", masks.tokens).0, "inner tokens")
      }
    }
    next.hidden = feedForward(next.hidden, "inner rows")
    return next
  }

  /// Which tokens the rows and the tokens do not see; none where all are seen.
  private func masks(
    _ state: NetworkState, rows: Int, tokens count: Int, _ tape: Tape
  ) -> (rows: TapeValue, tokens: TapeValue) {
    let own = state.tokens ?? Array(0..<count)
    guard let ages = state.ages?.array.map({ max(0, $0) }) else {
      guard state.isSupport else { return (.none, .none) }
      return (
        tape.mask(rows, count) { $0 == own[$1] }, tape.mask(count, count) { $0 != $1 }
      )
    }
    let known = own.map { ages[$0] }
    return (
      state.isSupport ? tape.mask(rows, count) { known[$1] <= ages[$0] } : .none,
      tape.mask(count, count) { known[$1] < known[$0] }
    )
  }

  /// What the rows read, the heads side by side, and how they share their attention.
  private func attended(
    _ tape: Tape, _ queries: TapeValue, _ keys: TapeValue, _ values: TapeValue,
    _ mask: TapeValue
  ) -> (TapeValue, [TapeValue]) {
    let count = min(heads, width)
    var (context, all) = (TapeValue.none, [TapeValue]())
    for head in 0..<count {
      let part = head * width / count..<(head + 1) * width / count
      func own(_ x: TapeValue) -> TapeValue { count == 1 ? x : tape.columnSlice(x, part) }
      var similarity = tape.scale(
        1 / Float(part.count).squareRoot(), tape.productTransposedRight(own(queries), own(keys)))
      if mask.isSome { similarity = tape.add(similarity, mask) }
      let shares = tape.shares(similarity)
      let read = tape.product(shares, own(values))
      context = context.isSome ? tape.concatenateColumns(context, read) : read
      all.append(shares)
    }
    return (context, all)
  }
}

extension Tape {
  /// Each row around its mean and with unit variance, times 1 + gain, plus shift (Ba, Kiros and Hinton 2016).
  func normalised(_ x: TapeValue, gain: TapeValue, shift: TapeValue) -> TapeValue {
    let (rows, columns) = (self[x].rows, self[x].columns)
    let share = 1 / Float(columns)
    let centred = subtract(x, repeatColumn(scale(share, rowSums(x)), columns: columns))
    let variance = scale(share, rowSums(multiply(centred, centred)))
    let deviation = map(.squareRoot, add(variance, constant(1e-3, rows: rows, columns: 1)))
    let unit = multiply(centred, repeatColumn(map(.reciprocal, deviation), columns: columns))
    let scaled = add(unit, multiply(unit, repeatRow(gain, rows: rows)))
    return add(scaled, repeatRow(shift, rows: rows))
  }

  /// x · sigmoid(1.702·x), which is close to x times the normal distribution function (Hendrycks and Gimpel 2016).
  func gelu(_ x: TapeValue) -> TapeValue { multiply(x, map(.sigmoid, scale(1.702, x))) }
}
