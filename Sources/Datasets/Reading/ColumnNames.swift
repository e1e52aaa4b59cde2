/// What columns are called in data sets, and what a name says of a column.
enum ColumnNames {
  /// What a column can be.
  enum Role: String, CaseIterable {
    case user, item, rating, count, time
  }

  /// How sure a name makes of a role: the usual names of the field's data sets, further ones that end in
  /// `id` or the like, and further words.
  static let certainties = 0..<3

  /// The first of the names that is usual for this role, the surest first; those in `taken` are passed over.
  static func usual(
    _ role: Role, among names: [String], except taken: Set<String> = []
  ) -> (name: String, certainty: Int)? {
    for certainty in certainties {
      if let name = names.first(where: { !taken.contains($0) && fits($0, role, certainty) }) {
        return (name, certainty)
      }
    }
    return nil
  }

  private static func fits(_ name: String, _ role: Role, _ certainty: Int) -> Bool {
    let joined = plain(name)
    switch certainty {
    case 0: return usual[role]?.contains(joined) ?? false
    case 1: return hasIDEnding(name) && nouns(role).contains(noun(of: name))
    default:
      switch role {
      case .user: return users.contains(noun(of: name))
      case .item: return items.contains(noun(of: name)) && !vague.contains(noun(of: name))
      case .rating: return isRating(name)
      case .count: return counts.contains(joined)
      case .time: return times.contains(joined)
      }
    }
  }

  private static func nouns(_ role: Role) -> Set<String> {
    switch role {
    case .user: users
    case .item: items
    default: []
    }
  }

  /// Whether a name ends in `id`, `key`, `no` or the like, and is not the number of a row.
  static func looksLikeID(_ name: String) -> Bool {
    hasIDEnding(name) && !rowNouns.contains(noun(of: name))
  }

  private static func hasIDEnding(_ name: String) -> Bool {
    let words = words(of: name)
    guard let last = words.last else { return false }
    if words.count == 1 { return last.count > 3 && last.hasSuffix("id") }
    return idWords.contains(last) && last != "name"
  }

  /// Lower case, without punctuation.
  static func plain(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }

  /// `reviewerID` and `reviewer_id` are `reviewer`, `id`.
  private static func words(of name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for character in name {
      let isBreak = character.isUppercase && wasLower
      if !(character.isLetter || character.isNumber) || isBreak {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if character.isLetter || character.isNumber { word += character.lowercased() }
      wasLower = character.isLowercase || character.isNumber
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// What an id is of: `artist` of `artistID`, `artist_id` and `artistid`.
  private static func noun(of name: String) -> String {
    var words = words(of: name)
    while words.count > 1, let last = words.last, idWords.contains(last) { words.removeLast() }
    while words.count > 1, let first = words.first, prefixes.contains(first) { words.removeFirst() }
    let joined = words.joined()
    for ending in ["id", "ids", "name", "key"] where joined.hasSuffix(ending) {
      let stem = String(joined.dropLast(ending.count))
      if users.contains(stem) || items.contains(stem) || rowNouns.contains(stem) { return stem }
    }
    return joined
  }

  private static func isRating(_ name: String) -> Bool {
    let words = words(of: name)
    guard !words.contains(where: { notOfRatings.contains($0) }) else { return false }
    return words.contains(where: { ratingWords.contains($0) }) || ratings.contains(plain(name))
  }

  private static let usual: [Role: Set<String>] = [
    .user: ["user", "userid", "uid", "reviewerid", "customer", "customerid", "u"],
    .item: [
      "item", "itemid", "iid", "movie", "movieid", "isbn", "asin", "parentasin", "product",
      "productid", "book", "bookid", "i",
    ],
    .rating: ["rating", "ratings", "score", "bookrating", "overall", "stars", "label", "r"],
    .time: ["time", "timestamp", "unixreviewtime", "ts"],
  ]

  private static let idWords: Set<String> = [
    "id", "ids", "key", "no", "nr", "num", "number", "code", "uuid", "guid", "idx", "index", "hash",
    "pk", "sk", "name",
  ]

  private static let prefixes: Set<String> = [
    "anon", "anonymous", "hashed", "encoded", "encrypted", "raw", "original", "orig", "src", "the",
    "fk", "review", "unique", "new", "rated",
  ]

  private static let users: Set<String> = [
    "user", "users", "username", "reviewer", "customer", "member", "session", "visitor", "listener",
    "learner", "student", "contributor", "reader", "player", "gamer", "subscriber", "account",
    "client", "buyer", "shopper", "viewer", "watcher", "patient", "person", "people", "profile",
    "profilename", "critic", "rater", "voter", "guest", "consumer", "steam", "cookie", "device",
    "household", "taster", "follower", "worker", "annotator", "judge", "participant", "respondent",
    "passenger", "borrower", "patron", "investor", "applicant", "employee", "traveler", "traveller",
    "tourist", "driver", "uid", "individual", "fan", "eater", "diner", "cardholder", "donor",
  ]

  private static let items: Set<String> = [
    "item", "items", "movie", "film", "book", "product", "good", "goods", "asin", "isbn", "song",
    "track", "artist", "band", "album", "game", "app", "application", "recipe", "course", "joke",
    "article", "news", "business", "place", "venue", "poi", "location", "restaurant", "hotel",
    "anime", "manga", "show", "series", "video", "clip", "podcast", "episode", "sku", "beer",
    "wine", "whisky", "whiskey", "food", "dish", "meal", "drink", "ad", "advert", "offer",
    "coupon", "content", "post", "thread", "tweet", "subreddit", "repo", "repository", "paper",
    "job", "event", "playlist", "station", "store", "shop", "brand", "url", "page", "document",
    "doc", "question", "tag", "title", "object", "entity", "resource", "property", "listing",
    "apartment", "house", "car", "vehicle", "dress", "outfit", "photo", "image", "picture", "meme",
    "quiz", "exercise", "problem", "lesson", "lecture", "deck", "channel", "program", "programme",
    "drama", "concert", "drug", "medicine", "cheese", "coffee", "tea", "attraction", "museum",
    "trip", "package", "service", "vendor", "seller", "stock", "fund", "loan", "project",
    "campaign", "ean", "upc", "gtin", "barcode", "stockcode", "work", "talk", "perfume",
    "cosmetic", "toy", "ticker", "movietitle", "booktitle", "parentasin",
  ]

  /// Words that say what an item has as often as what it is.
  private static let vague: Set<String> = [
    "event", "tag", "title", "brand", "page", "location", "service", "seller", "vendor", "store",
    "shop", "campaign", "image", "photo", "url", "channel", "series", "content", "property",
  ]

  /// What numbers rows, and neither users nor items.
  private static let rowNouns: Set<String> = [
    "", "id", "row", "review", "rating", "order", "transaction", "invoice", "log", "record", "line",
    "event", "index", "comment", "interaction", "request", "visit", "entry", "unnamed",
  ]

  private static let ratings: Set<String> = [
    "grade", "mark", "points", "point", "vote", "preference", "pref", "satisfaction", "liking",
    "enjoyment", "sentiment", "affinity", "opinion", "value", "feedback", "like", "liked",
  ]

  private static let ratingWords: Set<String> = [
    "rating", "ratings", "rate", "score", "star", "stars", "overall",
  ]

  private static let notOfRatings: Set<String> = [
    "avg", "average", "mean", "median", "count", "num", "number", "id", "ids", "date", "time", "at",
    "total", "sum", "max", "min", "std", "age", "content", "n", "public", "imdb", "text", "title",
  ]

  private static let counts: Set<String> = [
    "plays", "playcount", "play", "count", "counts", "listens", "listencount", "listeningcount",
    "views", "viewcount", "clicks", "clickcount", "quantity", "qty", "purchases", "hours",
    "hoursplayed", "hoursspent", "playtime", "playtimeforever", "minutes", "minutesplayed",
    "minuteswatched", "watchtime", "dwelltime", "weight", "freq", "frequency", "timesplayed",
    "visits", "downloads", "orders", "interactions", "numplays", "nplays", "scrobbles", "streams",
  ]

  private static let times: Set<String> = [
    "date", "datetime", "dates", "times", "reviewtime", "reviewdate", "createdat", "created",
    "creationdate", "createdtime", "eventtime", "eventdate", "ratedat", "ratingtime", "ratingdate",
    "ratingtimestamp", "datestamp", "rateddate", "daterated", "when", "watchedat", "purchasedate",
    "purchasetime", "orderdate", "ordertime", "invoicedate", "submitted", "submissiondate",
    "visittime", "visitdate", "logtime", "clicktime", "utc", "playedat", "addedat", "dateadded",
    "listenedat", "lastplayed", "epoch", "unixtime", "unixtimestamp", "timestampms", "tstamp",
    "eventtimestamp", "interactiontime", "transactiondate",
  ]
}

/// The first of the names that is usual for this role.
func usualName(_ role: String, among names: [String]) -> String? {
  ColumnNames.Role(rawValue: role).flatMap { ColumnNames.usual($0, among: names)?.name }
}

/// Whether a column is not to be read: `none`, where no column is called that.
func isNone(_ name: String?, among names: [String]) -> Bool {
  name == "none" && !names.contains("none")
}
