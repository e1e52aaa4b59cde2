import Kernels
import Language

/// Ratings of toys that nobody bought: generated, the same on every machine, and free to use.
///
/// Each user has tastes of their own (over categories, brands and price) that a handful of their ratings
/// give away, so that adapting to them tells more than any average can.
package struct SampleData: DatasetFormat {
  package var new = 0

  package init() {}

  package static let signature = Signature<Self>(
    "data", "The built-in sample: generated ratings of toys.",
    details: "600 users rated 20 to 60 of 300 toys each. Needs no file and no network.",
    [
      .option(
        "new", \.new, in: 0...100, "further toys of the catalogue, which nobody has rated yet")
    ],
    examples: [Example("load data"), Example("load data new=10")])

  package func load(from files: any FileSource) -> Dataset {
    var data = ToyShop().dataset()
    if new > 0 { data.items = ToyShop(more: new).items }
    return data
  }
}

/// The process that the sample is drawn from.
private struct ToyShop {
  let key = RandomKey(seed: 1986).derived("toys")
  let userCount = 600
  let toys: [Toy]

  struct Toy {
    var title: String
    var category: Int
    var brand: Int
    var age: Int
    var price: Double
    /// How good it is, to everyone.
    var quality: Double
    /// The weight with which people come across it.
    var popularity: Double
  }

  init(more: Int = 0) {
    toys = Self.shelf(300 + more, key: key.derived("shelf"))
  }

  /// Every category has the same number of toys; titles do not repeat.
  private static func shelf(_ count: Int, key: RandomKey) -> [Toy] {
    var toys: [Toy] = []
    for number in 0..<count {
      var chance = key.derived(number).stream
      let category = number % categories.count
      let place = number / categories.count
      let (_, things, cost) = categories[category]
      let thing = things[place % things.count]
      let manner = manners[(place / things.count + category) % manners.count]
      let brand = chance.below(brands.count)
      toys.append(
        Toy(
          title: "\(brands[brand]) \(manner) \(thing)", category: category, brand: brand,
          age: chance.below(ages.count),
          price: (cost * powerOfTwo(0.6 * chance.normal()) * 100).rounded() / 100,
          quality: 0.30 * chance.normal(),
          popularity: powerOfTwo(1.2 * chance.normal())))
    }
    return toys
  }

  /// 2 to the power of `x`, from operations that round alike on every machine.
  private static func powerOfTwo(_ x: Double) -> Double {
    let whole = x.rounded(.down)
    let rest = x - whole
    let part = 1 + rest * (0.6931472 + rest * (0.2402265 + rest * (0.0555041 + rest * 0.0096838)))
    return part * Double(sign: .plus, exponent: Int(whole), significand: 1)
  }

  func dataset() -> Dataset {
    var interactions = Interactions()
    var bands: [Int] = []
    var regionCodes: [Int] = []
    for user in 0..<userCount {
      let person = Person(key: key.derived("user").derived(user), shop: self)
      bands.append(person.band)
      regionCodes.append(person.region)
      for (item, rating, time) in person.ratings {
        interactions.users.append(Int32(user))
        interactions.items.append(Int32(item))
        interactions.ratings.append(rating)
        interactions.times.append(time)
      }
    }
    interactions.columns["behaviour"] = behaviours(of: interactions.ratings)
    let users = Entities(
      ids: Vocabulary((1...userCount).map { "\($0)" }),
      features: [
        categorical("age", bands, userAges), categorical("region", regionCodes, regions),
      ])
    return Dataset(
      name: "sample (generated toys)", users: users, items: items, interactions: interactions,
      scale: RatingScale(1, 5))
  }

  var items: Entities {
    Entities(
      ids: Vocabulary((1...toys.count).map { "\($0)" }), titles: toys.map(\.title),
      features: [
        categorical("category", toys.map(\.category), categories.map(\.name)),
        categorical("brand", toys.map(\.brand), brands),
        categorical("ages", toys.map(\.age), ages),
        Feature("price", .numbers(toys.map { Float($0.price) })),
      ])
  }

  /// What was done beside rating; the better the toy, the more often it was bought.
  private func behaviours(of ratings: [Float]) -> CategoricalColumn {
    CategoricalColumn(
      vocabulary: Vocabulary(["look", "wish", "buy"]),
      codes: ratings.enumerated().map { row, rating in
        var chance = key.derived("behaviour").derived(row).stream
        let eagerness = Double(rating) + 3 * chance.uniform()
        return eagerness < 4 ? 0 : eagerness < 5.5 ? 1 : 2
      })
  }

  private func categorical(_ name: String, _ codes: [Int], _ names: [String]) -> Feature {
    Feature(
      name,
      .categories(
        Vocabulary(names), offsets: (0...codes.count).map { Int32($0) },
        codes: codes.map { Int32($0) }))
  }
}

/// One generated user: who they are, what they like, and what they rated.
private struct Person {
  let band: Int
  let region: Int
  private(set) var ratings: [(item: Int, rating: Float, time: Int64)] = []

  init(key: RandomKey, shop: ToyShop) {
    var chance = key.stream
    band = chance.below(userAges.count)
    region = chance.below(regions.count)
    let bias = 0.35 * chance.normal()
    // Part of the taste for categories and prices comes with age; most of it is their own.
    let shared = ToySeed.band(band).stream
    var group = shared
    let categoryTaste = categories.map { _ in 0.25 * group.normal() + 0.60 * chance.normal() }
    let brandTaste = brands.map { _ in 0.35 * chance.normal() }
    let priceTaste = 0.15 * group.normal() + 0.30 * chance.normal()
    let ageTaste = ages.map { _ in 0.25 * chance.normal() }
    var weights = shop.toys.map { $0.popularity * (1 + max(0, categoryTaste[$0.category])) }
    var time = 1_640_995_200 + Int64(chance.below(300 * 86_400))
    for _ in 0..<20 + chance.below(41) {
      let item = Self.drawn(from: weights, &chance)
      weights[item] = 0
      let toy = shop.toys[item]
      let score =
        3.5 + bias + toy.quality + categoryTaste[toy.category] + brandTaste[toy.brand]
        + ageTaste[toy.age] + priceTaste * max(-2, min(2, (toy.price - 25) / 15))
        + 0.5 * chance.normal()
      ratings.append((item, Float(max(1, min(5, score.rounded()))), time))
      time += Int64(1 + chance.below(9 * 86_400))
    }
  }

  /// An index, with chances in proportion to the weights.
  private static func drawn(from weights: [Double], _ chance: inout RandomStream) -> Int {
    var goal = chance.uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      goal -= weight
      if goal < 0, weight > 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}

/// Tastes that users of one age share.
private enum ToySeed {
  static func band(_ band: Int) -> RandomKey {
    RandomKey(seed: 1986).derived("ages").derived(band)
  }
}

private let categories: [(name: String, things: [String], cost: Double)] = [
  ("building", ["Block Set", "Castle Kit", "Marble Run", "Bridge Kit", "Tower Set"], 30),
  ("puzzles", ["Puzzle", "Shape Sorter", "Maze Box", "Brain Teaser", "Map Puzzle"], 15),
  ("dolls", ["Doll", "Doll House", "Tea Set", "Baby Doll", "Puppet"], 22),
  ("vehicles", ["Train", "Race Car", "Fire Engine", "Tractor", "Rescue Boat"], 25),
  ("outdoor", ["Kite", "Scooter", "Bubble Machine", "Sand Mill", "Skipping Rope"], 20),
  ("board games", ["Memory Game", "Race Game", "Word Game", "Trading Game", "Dice Game"], 24),
  ("science", ["Microscope", "Crystal Lab", "Robot Kit", "Telescope", "Weather Station"], 40),
  ("plush", ["Bear", "Rabbit", "Dragon", "Whale", "Fox"], 18),
]

private let manners = [
  "Little", "Wooden", "Magic", "Giant", "Rainbow", "Pocket", "Classic", "Forest", "Midnight",
  "Golden", "Flying", "Happy",
]

private let brands = [
  "Brightwood", "Tinker & Co", "Moonpie", "Kibo", "Larkspur", "Oakley Bros", "Pipsqueak",
  "Nordlys", "Quill", "Zephyr", "Hazel", "Marbleton",
]

private let ages = ["0-2", "3-5", "6-8", "9-12"]
private let userAges = ["18-24", "25-34", "35-44", "45-54", "55+"]
private let regions = ["north", "south", "east", "west", "islands"]
