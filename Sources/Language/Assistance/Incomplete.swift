/// Whether a text cannot be run yet because it goes on: an open bracket or block, or a backslash at
/// its end.
package func isIncomplete(_ text: String) -> Bool { parse(text).script.isOpen }
