import Datasets
import Testing

/// Loads a file as csv with what `change` says.
private func csv(
  _ text: String, _ change: (inout DelimitedText) -> Void = { _ in }
) throws -> Dataset {
  var format = DelimitedText()
  format.file = "r.csv"
  change(&format)
  return try format.load(from: MemoryFiles(["r.csv": text]))
}

private func fault(_ work: () throws -> Dataset) -> DatasetError? {
  #expect(throws: DatasetError.self) { _ = try work() }
}

extension Dataset {
  /// Whether a warning or a remark has these words.
  fileprivate func says(_ words: String) -> Bool {
    (notes + remarks).contains { $0.contains(words) }
  }

  fileprivate func how(_ column: String) -> String? {
    readings.first { $0.column == column }.map { "\($0.role.rawValue) \($0.how)" }
  }
}

@Suite struct ColumnNameTests {
  @Test(arguments: [
    "reader,work_id,stars", "userID,museumID,rating", "lodger,house_id,score", "uid,songid,rating",
    "review_username,wine_id,review_overall", "session_id,clip_id,rating", "guest,ean,grade",
    "patron_key,isbn,rating", "member,dish,rating", "voterId,gameName,rating",
  ])
  func oneCanOnlyBeMeant(header: String) throws {
    let data = try csv(header + "\n7,1,3\n7,2,4\n8,1,5\n")
    #expect(data.users.ids.names == ["7", "8"] && data.items.ids.names == ["1", "2"])
    #expect(data.interactions.ratings == [3, 4, 5] && data.feedback == .ratings)
    #expect(data.readings.map(\.role) == [.user, .item, .rating])
  }

  @Test func whatIsGuessedIsMarked() throws {
    let data = try csv("lodger,house_id,score\n7,1,3\n8,2,4\n")
    #expect(data.readings.map(\.isGuess) == [true, true, false])
    #expect(try csv("user,item,rating\n7,1,3\n").readings.allSatisfy { !$0.isGuess })
  }

  @Test func howOftenMakesInteractions() throws {
    let data = try csv("listener_id,track_id,play_count\n7,1,3\n7,2,4\n8,1,5\n")
    #expect(data.feedback == .interactions && data.interactions.counts == [3, 4, 5])
    #expect(data.says("rating=play_count"))
    let rated = try csv("listener_id,track_id,play_count\n7,1,3\n") {
      $0.options.rating = "play_count"
    }
    #expect(rated.feedback == .ratings && rated.interactions.ratings == [3])
  }

  @Test func twoColumnsAreEnough() throws {
    let data = try csv("user,item\n7,1\n7,2\n8,1\n8,1\n")
    #expect(data.feedback == .interactions && data.interactions.count == 3)
    #expect(data.interactions.counts == [1, 1, 2] && data.says("no column of ratings"))
  }

  @Test func whereNoGuessIsSafeALineIsThereToCopy() throws {
    let found = try #require(fault { try csv("left_id,right_id,third_id,n\n7,1,3,4\n") })
    #expect(found.code == "E0511")
    let line = "load csv \"r.csv\" user=left_id item=right_id rating=third_id"
    #expect(found.help.contains { $0.hasSuffix(line) }, "\(found.help)")
    let rows = try #require(fault { try csv("7 1 3\n8 2 4\n") })
    #expect(rows.help.first?.contains("load csv \"r.csv\" columns=[user, item, rating]") == true)
  }

  @Test func countsAreZeroOrMore() throws {
    let found = try #require(
      fault { try csv("user,item,n\n7,1,2\n7,2,-3\n") { $0.options.count = "n" } })
    #expect(found.line == 3 && found.message.contains("0 or more") && found.message.contains("-3"))
    let text = try #require(
      fault { try csv("user,item,n\n7,1,2\n7,2,many\n") { $0.options.count = "n" } })
    #expect(text.line == 3)
    let some = try csv("user,item,n\n7,1,2\n7,2,0\n") { $0.options.count = "n" }
    #expect(some.interactions.counts == [2] && some.says("count of 0"))
    let both = fault {
      try csv("user,item,n\n7,1,2\n") { ($0.options.count, $0.options.rating) = ("n", "n") }
    }
    #expect(both?.message.contains("two things") == true)
  }
}

@Suite struct TrimmedIDTests {
  @Test func blanksAtTheEndsOfIDsAreLeftOffInQuotesAndWithout() throws {
    let data = try csv(
      "user,item,rating\nann,kiwi,4\nann , kiwi,2\n\"ann\",\" kiwi \",5\n bob,fig,1\n")
    #expect(data.users.ids.names == ["ann", "bob"] && data.items.ids.names == ["kiwi", "fig"])
    #expect(data.says("1 user merged") && data.says("2 items merged"))
    let even = try csv("user, item, rating\nann, kiwi, 4\nbob, fig, 5\n")
    #expect(even.notes.isEmpty && even.items.ids.names == ["kiwi", "fig"])
    let numbers = try csv("user,item,rating\n 7 ,\" 8\",3\n7,8,4\n")
    #expect(numbers.users.ids.names == ["7"] && numbers.items.ids.names == ["8"])
    let blank = try #require(fault { try csv("user,item,rating\nann,\"  \",4\n") })
    #expect(blank.message == "item is empty")
  }
}

@Suite struct SeparatorTests {
  private let names = ["user", "item", "rating"]

  @Test func blanksAreSeenAndTakenInRuns() throws {
    for text in [
      "user item rating\n7 1 3\n8 2 4\n", "user   item  rating\n7         1     3 \n8     2 4\n",
      "user item rating\n7\t1  3 \n8 2 4\n",
    ] {
      let data = try csv(text)
      #expect(data.users.ids.names == ["7", "8"] && data.interactions.ratings == [3, 4])
    }
    let rows = try csv("7 1 3\n8 2 4\n") { ($0.columns, $0.separator) = (names, .space) }
    #expect(rows.interactions.count == 2)
    let short = try #require(fault { try csv("user item rating\n7 1 3\n8 2\n") })
    #expect(short.line == 3 && short.message.contains("separated by blanks"))
  }

  @Test func marksOfSeveralCharacters() throws {
    let data = try csv("7::01::3::90\n8::02::4::91\n") { $0.columns = names + ["time"] }
    #expect(data.items.ids.names == ["01", "02"] && data.interactions.times == [90, 91])
    let named = try csv("user::item::rating\nu1::a:1::3\nu2::b::4\n")
    #expect(named.items.ids.names == ["a:1", "b"])
    let bars = try csv("user || item || rating\n7 || 1 || 3\n") { $0.separator = .mark("||") }
    #expect(bars.interactions.ratings == [3])
    #expect(Separator.read(.text("::")) == .mark("::") && Separator.read(.text(",")) == .comma)
    #expect(Separator.read(.text("a")) == nil && Separator.read(.word("space")) == .space)
  }
}

@Suite struct ColumnValueTests {
  @Test func decimalCommas() throws {
    let halves = try csv("user;item;rating\n7;1;3,5\n7;2;4\n8;1;1,0\n")
    #expect(
      halves.interactions.ratings == [3.5, 4, 1] && halves.how("rating") == "rating decimal commas")
    #expect(try csv("user,item,rating\n7,1,\"3,5\"\n").interactions.ratings == [3.5])
    let many = try csv("user;item;rating\n7;1;1.000,50\n8;1;2.000,00\n")
    #expect(many.interactions.ratings == [1000.5, 2000])
    let open = try #require(fault { try csv("user;item;rating\n7;1;1,500\n8;1;2,250\n") })
    #expect(open.help.contains { $0.hasPrefix("decimal=comma") })
    let told = try csv("user;item;rating\n7;1;1,500\n8;1;2,250\n") { $0.options.decimal = .comma }
    #expect(told.interactions.ratings == [1.5, 2.25])
    let bad = try #require(fault { try csv("user,item,rating\n7,1,\"3,5\"\n7,2,\"x,5\"\n") })
    #expect(bad.line == 3 && bad.message.contains("`x,5`"))
  }

  @Test func unitsOfRatings() throws {
    let percent = try csv("user,item,rating\n7,1,60%\n8,1,100%\n")
    #expect(percent.interactions.ratings == [60, 100])
    let five = try csv("user,item,rating\n7,1,3.0 out of 5\n8,1,1.5 out of 5\n")
    #expect(five.interactions.ratings == [3, 1.5] && five.scale == RatingScale(1.5, 5))
  }

  @Test func datesAreTimes() throws {
    let data = try csv("user,item,rating,date\n7,1,3,2021-03-01\n7,2,4,2021-03-02\n")
    #expect(data.interactions.times == [1_614_556_800, 1_614_643_200])
    #expect(data.how("date") == "time dates")
    let words = try csv("user,item,rating,date\n7,1,3,soon\n")
    #expect(words.interactions.times.isEmpty && words.interactions.columns["date"] != nil)
    let compact = try csv("user,item,rating,time\n7,1,3,20210301\n")
    #expect(compact.interactions.times == [1_614_556_800])
  }

  @Test func fractionsOfSecondsKeepTheirOrderAndComeBack() throws {
    let text =
      "user,item,rating,time\n7,1,3,2022-10-29 23:45:00.250\n7,2,4,2022-10-30T00:45:00+01:00\n"
    let data = try csv(text)
    #expect(data.interactions.ticks == 1000)
    #expect(data.interactions.times == [1_667_087_100_250, 1_667_087_100_000])
    #expect(data.interactions.seconds(of: 0) == 1_667_087_100)
    #expect(data.how("time")?.contains("in UTC where they do not say") == true)
    let files = data.exported(as: .csv, stem: "r.csv")
    let again = try csv(String(decoding: files[0].bytes, as: UTF8.self))
    #expect(again.interactions.times == data.interactions.times)
    #expect(String(decoding: files[0].bytes, as: UTF8.self).contains("1667087100.25\n"))
    let fine = try csv("user,item,rating,time\n7,1,3,1667087100250\n7,2,4,1667087100000\n")
    #expect(fine.interactions.ticks == 1000)
    let coarse = try csv("user,item,rating,time\n7,1,3,1667087101000\n7,2,4,1667087100000\n")
    #expect(coarse.interactions.ticks == 1 && coarse.interactions.times[0] == 1_667_087_101)
  }

  @Test func whatDoesNotSettleIsAskedFor() throws {
    let text = "user,item,rating,time\n7,1,3,01/02/2020\n7,2,4,03/04/2020\n"
    let open = try #require(fault { try csv(text) })
    #expect(
      open.help == [
        "dates=day-first reads 2020-02-01 to 2020-04-03",
        "dates=month-first reads 2020-01-02 to 2020-03-04",
      ])
    let told = try csv(text) { $0.options.dates = .dayFirst }
    #expect(told.interactions.times == [1_580_515_200, 1_585_872_000])
    #expect(told.how("time") == "time dates, the day first")
  }

  @Test func oneBadDateIsOneBadRow() throws {
    let text =
      "user,item,rating,time\n7,1,3,2021-03-01\n7,2,4,2021-02-30\n8,1,3,2021-03-02\n8,2,3,\n"
    let found = try #require(fault { try csv(text) })
    #expect(found.line == 3 && found.message.contains("`2021-02-30`"))
    let data = try csv(text) { $0.options.badRows = .skip }
    #expect(
      data.interactions.count == 2 && data.says("2 rows could not be read") && data.says("line 3"))
  }

  @Test func timesOfZeroAreUnknown() throws {
    let data = try csv("user,item,rating,time\n7,1,3,1600000000\n7,2,4,0\n8,1,3,1600000001\n")
    #expect(data.interactions.seconds(of: 1) == nil && data.says("1 time of 3 is 0"))
    #expect(try csv("user,item,rating,time\n7,1,3,0\n7,2,4,5\n").interactions.times == [0, 5])
  }
}

@Suite struct MissingRatingTests {
  /// Forty rows, every fourth with the code.
  private func rows(_ code: String) -> String {
    "user,item,rating\n"
      + (0..<40).map { "u\($0 / 4),i\($0 % 7),\($0 % 4 == 0 ? code : "\($0 % 4 + 1)")\n" }.joined()
  }

  @Test(arguments: ["99", "-1", "0", "-99"])
  func aCodeIsWarnedOfAndLeftOutWhenAsked(code: String) throws {
    let data = try csv(rows(code))
    #expect(data.interactions.count == 40 && data.says("missing=\(code)"), "\(data.notes)")
    let rated = try csv(rows(code)) { $0.options.missing = [code] }
    #expect(rated.interactions.count == 30 && rated.scale == RatingScale(2, 4))
    #expect(rated.says("10 rows left out") && !rated.says("if it stands"))
  }

  @Test func wordsCanBeMissing() throws {
    let found = try #require(fault { try csv(rows("NA")) })
    #expect(found.line == 2 && found.help.contains { $0.hasPrefix("missing=NA") })
    #expect(try csv(rows("NA")) { $0.options.missing = ["NA"] }.interactions.count == 30)
    #expect(try csv(rows("5")) { $0.options.missing = ["9"] }.says("leaves out nothing"))
  }

  @Test func ordinaryScalesAreNotBlamed() throws {
    for text in [
      rows("5"),
      "user,item,rating\n" + (0..<40).map { "u\($0 / 4),i\($0 % 7),\($0 % 3 - 1)\n" }.joined(),
      "user,item,rating\n" + (0..<40).map { "u\($0 / 4),i\($0 % 7),\($0 % 6)\n" }.joined(),
      "user,item,rating\n" + (0..<40).map { "u\($0 / 4),i\($0 % 7),\($0 % 2)\n" }.joined(),
    ] {
      let notes = try csv(text).notes
      #expect(notes.isEmpty, "\(notes)")
    }
  }

  @Test func aHeavyTailIsWarnedOf() throws {
    let text =
      "user,item,plays\n"
      + (0..<60).map { "u\($0 / 6),i\($0 % 7),\($0 % 15 == 0 ? 500 + $0 : $0 % 9 + 1)\n" }.joined()
    let data = try csv(text) { $0.options.rating = "plays" }
    #expect(data.says("scale=log") && data.says("count=plays"))
    let log = try csv(text) { ($0.options.rating, $0.options.scale) = ("plays", .log) }
    #expect(log.scale.text.hasSuffix("(log(1 + plays))") && log.scale.highest < 7)
    let rank = try csv("user,item,rating\n7,1,10\n7,2,90\n7,3,10\n") { $0.options.scale = .rank }
    #expect(rank.interactions.ratings == [0.25, 1, 0.25])
    let counts = try csv(text) { ($0.options.count, $0.options.scale) = ("plays", .log) }
    #expect(counts.feedback == .interactions && counts.interactions.counts.max() ?? 9 < 7)
    #expect(try csv(text).says("they outweigh all others"))
    let share = try csv("user,item,rating\n7,1,10\n7,2,30\n8,1,5\n") { $0.options.scale = .share }
    #expect(share.interactions.ratings == [0.25, 0.75, 1])
  }

  @Test func kindsOfRowsAreChosen() throws {
    let text = "user,item,what,n\n7,1,get,1\n7,1,use,2.5\n7,2,get,1\n8,1,use,4\n"
    let used = try csv(text) { ($0.options.kinds, $0.options.rating) = (["what=use"], "n") }
    #expect(used.interactions.ratings == [2.5, 4] && used.items.ids.names == ["1"])
    #expect(used.says("2 rows of 4 left out by where="))
    let all = try csv(text) {
      ($0.options.kinds, $0.options.rating) = (["what=use", "what=get"], "n")
    }
    #expect(all.interactions.count == 4)
    #expect(all.interactions.repeats.toldApart?.column == "what")
    let none = try #require(fault { try csv(text) { $0.options.kinds = ["what=usd"] } })
    #expect(none.suggestions == ["use"] && none.help.contains("it holds: get, use"))
    #expect(fault { try csv(text) { $0.options.kinds = ["x=y"] } }?.argument == "where")
    #expect(fault { try csv(text) { $0.options.kinds = ["what"] } }?.argument == "where")
  }
}

@Suite struct ShapeTests {
  @Test func aMatrixIsReadCellByCell() throws {
    let text = "who,Ananas,Mélange,Corn,Dill\np1,3,,2,\np2,,4,,1\np3,,,5,NA\n"
    let data = try csv(text)
    #expect(data.users.ids.names == ["p1", "p2", "p3"])
    #expect(data.items.ids.names == ["Ananas", "Corn", "Mélange", "Dill"])
    #expect(data.interactions.ratings == [3, 2, 4, 1, 5] && data.says("a matrix"))
    let flipped = try csv("movie,a,b,c\nm1,3,,2\nm2,,4,1\n")
    #expect(flipped.items.ids.names == ["m1", "m2"] && flipped.users.count == 3)
    let numbered = try csv("2,5,99,3,99\n1,99,99,4,99\n3,1,2,3,99\n")
    #expect(numbered.users.ids.names == ["1", "2", "3"] && numbered.interactions.count == 6)
    let comma = try csv("who;a;b;c\np1;3,5;;2\np2;;4;1\n") { $0.shape = .matrix }
    #expect(comma.interactions.ratings == [3.5, 2, 4, 1])
    let bad = try #require(
      fault { try csv("who,a,b,c\np1,3,,2\np2,,x,1\n") { $0.shape = .matrix } })
    #expect(bad.line == 3 && bad.message.contains("`x`"))
    let short = fault { try csv("who,a,b,c\np1,3,,2\np2,4\n") { $0.shape = .matrix } }
    #expect(short?.line == 3)
  }

  @Test func blocksBelongToTheirHeads() throws {
    let text = "31:\n7,3,2021-05-01\n8,4,2021-05-02\n32:\n7,5,2021-05-03\n"
    for columns in [[], ["user", "rating", "date"]] {
      let data = try csv(text) { $0.columns = columns }
      #expect(data.items.ids.names == ["31", "32"] && data.users.ids.names == ["7", "8"])
      #expect(data.interactions.ratings == [3, 4, 5])
      #expect(data.interactions.times.first == 1_619_827_200 && data.says("blocks"))
    }
    let users = try csv("u1:\n7,3\n8,4\nu2:\n7,5\n") { $0.columns = ["item", "rating"] }
    #expect(users.users.ids.names == ["u1", "u2"] && users.items.ids.names == ["7", "8"])
    let broken = text + "9,1\n"
    #expect(fault { try csv(broken) }?.line == 6)
    #expect(try csv(broken) { $0.options.badRows = .skip }.says("1 row could not be read"))
  }

  @Test func listsAreManyPositives() throws {
    let lines = "0 1 2\n1 1 2 5\n2 3\n3 0 2 4 7\n4 5 6 9 10 11\n"
    for columns in [[], ["user", "item"]] {
      let data = try csv(lines) { $0.columns = columns }
      #expect(data.feedback == .interactions && data.interactions.count == 15)
      #expect(data.users.count == 5 && data.says("lists"))
    }
    let fields = "user,items\n" + (0..<6).map { "q\($0),\"w\($0 % 3), w\($0 % 4), x\"\n" }.joined()
    let data = try csv(fields) { $0.options.item = "items" }
    #expect(data.items.ids.names.contains("w1") && data.items.ids.names.contains("x"))
    #expect(data.says("is a list"))
    let whole = try csv(fields) { ($0.options.item, $0.shape) = ("items", .rows) }
    #expect(whole.items.ids.names.first == "w0, w0, x")
    // Titles with commas are no lists.
    let titles = "user,item\n" + (0..<8).map { "u\($0 % 3),\"Film \($0), The\"\n" }.joined()
    #expect(try csv(titles).items.count == 8)
  }

  @Test func aPathAloneFindsThem() throws {
    func loaded(_ text: String) throws -> Dataset {
      let format = try #require(FoundFormat(path: .text("x.txt")))
      return try format.load(from: MemoryFiles(["x.txt": text]))
    }
    for text in [
      "who,a,b,c\np1,3,,2\np2,,4,1\n", "31:\n7,3\n8,4\n", "0 1 2\n1 1 2 5\n2 3 4 5 6\n",
      "2,5,99,3,99\n1,99,99,4,99\n", "lodger house_id score\n1 2 3\n",
      "user::item::rating\n1::2::3\n",
    ] { #expect(try loaded(text).name.contains("read as csv"), "\(text)") }
    let open = try #require(fault { try loaded("7 1 3\n8 2 4\n") })
    #expect(
      open.help.contains {
        $0.contains("load csv \"x.txt\" columns=[user, item, rating] sep=space")
      })
  }
}
