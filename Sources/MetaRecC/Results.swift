import CMetaRec
import MetaRec

// The functions of metarec.h that read results and tables.

/// Does something with the lab that a pointer points to and a value of its results.
private func with(
  _ lab: OpaquePointer?, _ path: UnsafePointer<CChar>?, hasPlace: Bool,
  _ body: (Lab, Value) throws -> Void
) -> metarec_status {
  with(lab, hasPlace: hasPlace) { lab in
    guard let path = text(path) else { return lab.misuse("the name of a result is missing") }
    // Names of fields hold no points, so that all between two is one.
    let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var value = try lab.laboratory[names.first ?? ""]
    for name in names.dropFirst() { value = try value[name] }
    try body(lab, value)
    return METAREC_OK
  }
}

private func with(
  _ lab: OpaquePointer?, hasPlace: Bool, _ body: (Lab) throws -> metarec_status
) -> metarec_status {
  guard let lab else { return METAREC_MISUSE }
  let known = Unmanaged<Lab>.fromOpaque(UnsafeRawPointer(lab)).takeUnretainedValue()
  return known.call {
    guard hasPlace else { return known.misuse("a place for what is asked for is missing") }
    do { return try body(known) } catch {
      _ = known.refuse(error)
      return METAREC_MISSING
    }
  }
}

@_cdecl("metarec_number")
public func number(
  _ lab: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ number: UnsafeMutablePointer<Double>?
) -> metarec_status {
  with(lab, path, hasPlace: number != nil) { _, value in number?.pointee = try value.number }
}

@_cdecl("metarec_numbers")
public func numbers(
  _ lab: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ numbers: UnsafeMutablePointer<UnsafePointer<Double>?>?, _ count: UnsafeMutablePointer<Int>?
) -> metarec_status {
  with(lab, path, hasPlace: numbers != nil && count != nil) { lab, value in
    let values = try value.numbers
    numbers?.pointee = lab.lend(values)
    count?.pointee = values.count
  }
}

@_cdecl("metarec_texts")
public func texts(
  _ lab: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ texts: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ count: UnsafeMutablePointer<Int>?
) -> metarec_status {
  with(lab, path, hasPlace: texts != nil && count != nil) { lab, value in
    let values = try value.texts
    texts?.pointee = lab.lend(values)
    count?.pointee = values.count
  }
}

@_cdecl("metarec_result")
public func result(
  _ lab: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> metarec_status {
  with(lab, path, hasPlace: json != nil) { lab, value in json?.pointee = lab.lend(value.json) }
}

@_cdecl("metarec_report")
public func report(
  _ lab: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> metarec_status {
  with(lab, hasPlace: json != nil) { lab in
    json?.pointee = lab.lend("[" + lab.outputs.map(\.json).joined(separator: ",") + "]")
    return METAREC_OK
  }
}

@_cdecl("metarec_table_count")
public func tableCount(_ lab: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?) -> metarec_status
{
  with(lab, hasPlace: count != nil) { lab in
    count?.pointee = lab.tables.count
    return METAREC_OK
  }
}

@_cdecl("metarec_table_size")
public func tableSize(
  _ lab: OpaquePointer?, _ table: Int, _ rows: UnsafeMutablePointer<Int>?,
  _ columns: UnsafeMutablePointer<Int>?
) -> metarec_status {
  with(lab, hasPlace: rows != nil && columns != nil) { lab in
    let table = try lab.table(table)
    rows?.pointee = table.rows.count
    columns?.pointee = table.columns.count
    return METAREC_OK
  }
}

@_cdecl("metarec_column_title")
public func columnTitle(
  _ lab: OpaquePointer?, _ table: Int, _ column: Int,
  _ title: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> metarec_status {
  with(lab, hasPlace: title != nil) { lab in
    title?.pointee = lab.lend(try lab.title(ofColumn: column, in: table))
    return METAREC_OK
  }
}

@_cdecl("metarec_column_numbers")
public func columnNumbers(
  _ lab: OpaquePointer?, _ table: Int, _ column: Int,
  _ numbers: UnsafeMutablePointer<UnsafePointer<Double>?>?, _ count: UnsafeMutablePointer<Int>?
) -> metarec_status {
  with(lab, hasPlace: numbers != nil && count != nil) { lab in
    let cells = try lab.cells(ofColumn: column, in: table)
    numbers?.pointee = lab.lend(cells.map(\.value))
    count?.pointee = cells.count
    return METAREC_OK
  }
}

@_cdecl("metarec_column_texts")
public func columnTexts(
  _ lab: OpaquePointer?, _ table: Int, _ column: Int,
  _ texts: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ count: UnsafeMutablePointer<Int>?
) -> metarec_status {
  with(lab, hasPlace: texts != nil && count != nil) { lab in
    let cells = try lab.cells(ofColumn: column, in: table)
    texts?.pointee = lab.lend(cells.map(\.shown))
    count?.pointee = cells.count
    return METAREC_OK
  }
}

extension Lab {
  /// Says what a check has found.
  func invalid(_ error: any Error) -> metarec_status {
    let status = refuse(error)
    return status == METAREC_FAILED ? METAREC_INVALID : status
  }

  /// Takes something from the program; what is wrong with it is an invalid input.
  func giving(_ work: () throws -> Void) -> metarec_status {
    do { try work() } catch { return invalid(error) }
    return METAREC_OK
  }

  fileprivate func table(_ place: Int) throws -> Table {
    guard tables.indices.contains(place) else {
      throw LaboratoryError("E0302", "there is no table \(place) of \(tables.count)")
    }
    return tables[place]
  }

  fileprivate func title(ofColumn column: Int, in table: Int) throws -> String {
    let table = try self.table(table)
    guard table.columns.indices.contains(column) else {
      throw LaboratoryError("E0302", "there is no column \(column) of \(table.columns.count)")
    }
    return table.columns[column]
  }

  fileprivate func cells(ofColumn column: Int, in table: Int) throws -> [Table.Cell] {
    _ = try title(ofColumn: column, in: table)
    return try self.table(table).rows.map { $0[column] }
  }
}
