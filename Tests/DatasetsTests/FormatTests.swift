import Datasets
import Testing

/// The data set that a format makes of these files.
private func loaded(
  _ format: some DatasetFormat, _ files: [String: String]
) throws -> Dataset {
  try format.load(from: MemoryFiles(files))
}

/// What a format says of these files.
private func complaint(
  of format: some DatasetFormat, _ files: [String: String],
  _ place: SourceLocation = #_sourceLocation
) -> String {
  do {
    _ = try loaded(format, files)
    Issue.record("it was read without complaint", sourceLocation: place)
    return ""
  } catch {
    return (error as? DatasetError)?.sentence ?? "\(error)"
  }
}

private func movieLens(_ folder: String) -> MovieLens {
  var format = MovieLens()
  format.folder = folder
  return format
}

private func recBole(_ folder: String) -> RecBole {
  var format = RecBole()
  format.folder = folder
  return format
}

private func csv(_ file: String) -> DelimitedText {
  var format = DelimitedText()
  format.file = file
  return format
}

/// The names of each entity's categories of a feature.
func categoryNames(_ entities: Entities, _ name: String) -> [[String]] {
  guard
    case .categories(let names, let offsets, let codes)? =
      entities.features.first(where: { $0.name == name })?.values
  else { return [] }
  return (0..<entities.count).map { entity in
    codes[Int(offsets[entity])..<Int(offsets[entity + 1])].map { names.names[Int($0)] }
  }
}

func numbers(_ entities: Entities, _ name: String) -> [Float] {
  guard
    case .numbers(let numbers)? =
      entities.features.first(where: { $0.name == name })?.values
  else { return [] }
  return numbers
}

@Suite struct MovieLensTests {
  private let flags = "|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|1|0|0"

  @Test func the100KReleaseIsReadWithItsFeatures() throws {
    let data = try loaded(
      movieLens("ml"),
      [
        "ml/u.data": "7\t50\t5\t881250949\n9\t50\t3\t881250950\n7\t2\t4\t1\n",
        "ml/u.user": "9|24|M|technician|85711\n7|53|F|other|94043\n1|1|F|x|1\n",
        "ml/u.item": "2|GoldenEye (1995)|1-1-95||http\(flags)\n50|Star Wars (1977)|||\(flags)\n",
      ])
    #expect(data.users.ids.names == ["7", "9"])
    #expect(data.items.titles == ["Star Wars (1977)", "GoldenEye (1995)"])
    #expect(data.interactions.ratings == [5, 3, 4])
    #expect(data.interactions.times == [881_250_949, 881_250_950, 1])
    #expect(numbers(data.users, "age") == [53, 24])
    #expect(categoryNames(data.users, "zip-area") == [["9"], ["8"]])
    #expect(
      categoryNames(data.items, "genres") == [["Comedy", "Thriller"], ["Comedy", "Thriller"]])
    #expect(categoryNames(data.items, "decade") == [["1970s"], ["1990s"]])
    #expect(data.scale == RatingScale(1, 5))
    #expect(data.sources.map(\.path) == ["ml/u.data", "ml/u.user", "ml/u.item"])
  }

  @Test func latin1TitlesAreReadAsSuch() throws {
    let flags = Array("\(flags)\n".utf8)
    let files = MemoryFiles([
      "m/u.data": Array("1\t1\t5\t1\n".utf8),
      "m/u.item": Array("1|Mis".utf8) + [0xE9] + Array("rables, Les (1995)|||".utf8) + flags,
    ])
    #expect(try movieLens("m").load(from: files).items.titles == ["Misérables, Les (1995)"])
  }

  @Test func the1MReleaseIsReadWithItsFeatures() throws {
    let data = try loaded(
      movieLens("ml-1m/"),
      [
        "ml-1m/ratings.dat": "1::1193::5::978300760\n2::661::3::978302109\n",
        "ml-1m/users.dat": "1::F::1::10::48067\n2::M::56::16::70072-12\n",
        "ml-1m/movies.dat":
          "661::James: and the Peach (1996)::Animation|Children's\n1193::Cuckoo's Nest (1975)::Drama\n",
      ])
    #expect(data.name == "MovieLens 1M")
    #expect(data.items.titles == ["Cuckoo's Nest (1975)", "James: and the Peach (1996)"])
    #expect(categoryNames(data.users, "age") == [["under 18"], ["56+"]])
    #expect(categoryNames(data.users, "occupation") == [["K-12 student"], ["self-employed"]])
    #expect(categoryNames(data.items, "genres") == [["Drama"], ["Animation", "Children's"]])
  }

  @Test func theCSVReleasesAreRead() throws {
    let data = try loaded(
      movieLens("latest"),
      [
        "latest/ratings.csv":
          "userId,movieId,rating,timestamp\r\n1,31,2.5,1260759144\r\n1,7,4.0,1260759179\r\n",
        "latest/movies.csv":
          "movieId,title,genres\n7,\"Sabrina, \"\"The\"\" (1995)\",Comedy|Romance\n31,Dangerous Minds (1995),(no genres listed)\n",
      ])
    #expect(data.items.titles == ["Dangerous Minds (1995)", "Sabrina, \"The\" (1995)"])
    #expect(categoryNames(data.items, "genres") == [[], ["Comedy", "Romance"]])
    #expect(data.interactions.ratings == [2.5, 4])
  }

  @Test func recBolesCopyGetsMovieLensTerms() throws {
    let data = try loaded(
      movieLens("ml-100k"),
      [
        "ml-100k/ml-100k.inter":
          "user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t2\t3\t881250949\n",
        "ml-100k/ml-100k.user":
          "user_id:token\tage:token\tgender:token\tzip_code:token\n1\t24\tM\t85711\n",
        "ml-100k/ml-100k.item":
          "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n2\tGoldenEye\t1995\tAction Thriller\n",
      ])
    #expect(data.name == "MovieLens 100K")
    #expect(data.items.titles == ["GoldenEye (1995)"])
    #expect(data.items.features.map(\.name) == ["decade", "genres"])
    #expect(data.users.features.map(\.name) == ["age", "gender", "zip-area"])
    #expect(numbers(data.users, "age") == [24])
  }

  @Test func whatIsWrongIsSaidWithItsPlace() {
    let ratings = ["m/u.data": "1\t1\t5\t1\n"]
    #expect(complaint(of: movieLens("m"), ["m/x.txt": ""]).contains("should hold `u.data`"))
    #expect(complaint(of: movieLens("n"), ratings).contains("no folder `n`"))
    let twice = ratings.merging(["m/u.user": "1|1|F|x|1\n1|2|F|x|1\n"]) { $1 }
    #expect(complaint(of: movieLens("m"), twice) == "m/u.user:2: user 1 is described a second time")
    let others = ratings.merging(["m/u.user": "2|1|F|x|1\n3|2|F|x|1\n"]) { $1 }
    #expect(complaint(of: movieLens("m"), others).contains("none of its 2 ids"))
    let ragged = ratings.merging(["m/u.user": "1|1|F|x\n"]) { $1 }
    #expect(complaint(of: movieLens("m"), ragged).contains("m/u.user:1: the line ends after 4"))
  }

  @Test(.enabled(if: fetched("ml-100k") != nil, "needs scripts/fetch-data ml-100k"))
  func theReal100KIsReadWhole() throws {
    let data = try movieLens("ml-100k").load(from: try #require(fetched("ml-100k")))
    #expect(data.users.count == 943)
    #expect(data.items.count == 1682)
    #expect(data.interactions.count == 100_000)
    #expect(data.items.ids["50"].map { data.items.titles[$0] } == "Star Wars (1977)")
    let mean = data.interactions.ratings.reduce(0) { $0 + Double($1) } / 100_000
    #expect(abs(mean - 3.52986) < 1e-9)
    let split = try TaskSplitting.paper.split(data, key: .init(seed: 1))
    #expect(split.train.count + split.valid.count + split.test.count == 582)
    #expect(split.test.count == 58)
  }
}

extension TaskSplitting {
  /// The protocol of the field's board: 13 to 100 ratings, ten of them to be judged on.
  fileprivate static var paper: TaskSplitting {
    var splitting = TaskSplitting()
    splitting.min = 13
    splitting.max = 100
    return splitting
  }
}

@Suite struct RecBoleTests {
  private let inter = "user_id:token\titem_id:token\trating:float\tplace:token\n"

  @Test func typesOfTheHeaderDecideHowFieldsAreRead() throws {
    let data = try loaded(
      recBole("d"),
      [
        "d/shop.inter": inter + "u1\ti1\t0.5\thome\nu2\ti1\t1\taway\n",
        "d/shop.item":
          "item_id:token\tprice:float\ttags:token_seq\tname:token_seq\ni1\t9.5\ta b\tRed Ball\n",
      ])
    #expect(data.name == "shop")
    #expect(numbers(data.items, "price") == [9.5])
    #expect(categoryNames(data.items, "tags") == [["a", "b"]])
    #expect(data.items.titles == ["Red Ball"])
    #expect(data.interactions.columns["place"]?.vocabulary.names == ["home", "away"])
    #expect(data.scale == RatingScale(0.5, 1))
  }

  @Test func whatIsWrongIsSaidWithItsPlace() {
    #expect(complaint(of: recBole("d"), ["d/a.user": "x"]).contains("a file `….inter`"))
    #expect(
      complaint(of: recBole("d"), ["d/a.inter": "user_id\titem_id\n1\t2\n"]).contains(
        "name:type"))
    #expect(
      complaint(of: recBole("d"), ["d/a.inter": "user_id:token\trating:float\n1\t2\n"]).contains(
        "no field `item_id`"))
    #expect(complaint(of: recBole("d"), ["d/a.inter": inter]).contains("no rows"))
  }

  @Test func rowsWithoutARatingAreInteractions() throws {
    let data = try loaded(recBole("d"), ["d/a.inter": "user_id:token\titem_id:token\n1\t2\n1\t2\n"])
    #expect(data.feedback == .interactions && data.interactions.counts == [2])
    #expect(data.remarks.first?.contains("interaction") == true)
  }
}

@Suite struct DelimitedTextTests {
  @Test func usualColumnNamesAreFound() throws {
    let data = try loaded(
      csv("r.csv"), ["r.csv": "\u{FEFF}Rating;User-ID;ISBN;state\n3;ann;007;warm\n5;bob;7;cold\n"])
    #expect(data.users.ids.names == ["ann", "bob"])
    #expect(data.items.ids.names == ["007", "7"])
    #expect(data.interactions.ratings == [3, 5])
    #expect(data.interactions.columns["state"]?.vocabulary.names == ["warm", "cold"])
  }

  @Test func columnsCanBeChosen() throws {
    var format = csv("r.tsv")
    format.options.user = "who"
    format.options.item = "what"
    format.options.rating = "stars given"
    let data = try loaded(format, ["r.tsv": "what\tstars given\twho\n\"a\tb\"\t2\tx\n"])
    #expect(data.items.ids.names == ["a\tb"])
    format.options.user = "woh"
    #expect(complaint(of: format, ["r.tsv": "what\tstars given\twho\nq\t2\tx\n"]).contains("woh"))
  }

  @Test func rowsWithoutARatingCountTheSame() throws {
    let text = "user,item,what\nann,7,click\nbob,7,order\n"
    var format = csv("r.csv")
    #expect(try loaded(format, ["r.csv": text]).remarks.first?.contains("interaction") == true)
    format.options.rating = "none"
    let data = try loaded(format, ["r.csv": text])
    #expect(data.remarks.isEmpty && data.feedback == .interactions)
    #expect(data.interactions.ratings == [1, 1])
    let weighted = try data.weighted(by: "what", [("click", 1), ("order", 5)])
    #expect(weighted.interactions.ratings == [1, 5])
  }

  @Test func whatIsWrongIsSaidWithItsPlace() {
    #expect(complaint(of: csv("r.csv"), ["r.csv": "a,b\n1,2\n"]).contains("looks like the user"))
    #expect(
      complaint(of: csv("r.csv"), ["r.csv": "user,item,rating,rating\n"]).contains("twice"))
    #expect(
      complaint(of: csv("r.csv"), ["r.csv": "user,item,rating\n1,2,3\n1,2,nan\n"])
        == "r.csv:3: rating must be a finite number, not `nan`")
    #expect(complaint(of: csv("d"), ["d/r.csv": ""]).contains("is a folder"))
    #expect(complaint(of: csv("x.csv"), ["r.csv": ""]).contains("no file `x.csv`"))
  }
}
