import Glibc

/// The natural logarithm; random numbers go through this one name so that their bits have one source.
func portableLog(_ x: Double) -> Double { log(x) }
