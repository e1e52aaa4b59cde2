/// What all our SVG pictures have in common.
enum SVG {
  /// The start of the `svg` element: a picture of its own, in the colour of the text around it.
  static func start(_ width: Double, _ height: Double) -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(number(width)) \(number(height))\" "
      + "width=\"\(number(width))\" height=\"\(number(height))\" role=\"img\" "
      + "font-family=\"DejaVu Sans, Arial, sans-serif\" font-size=\"12\" fill=\"currentColor\">"
  }

  /// A number of a picture, with no more digits than anyone can see.
  static func number(_ value: Double) -> String {
    value == value.rounded() ? fixed(value, digits: 0) : fixed(value, digits: 1)
  }
}
