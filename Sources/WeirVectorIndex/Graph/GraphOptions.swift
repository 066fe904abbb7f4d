/// How a graph is built and searched.
package struct GraphOptions: Sendable, Hashable {
  /// Candidates among which a new vector's neighbours are chosen: more make a better graph and a slower insertion.
  package var constructionWidth = 160
  /// Candidates of a search that names no width.
  package var searchWidth = 64
  /// Partitions of at most so many vectors are scanned instead of walked.
  package var scanLimit = 2048
  /// The share of removed vectors at which links are repaired and places given back.
  package var sweepShare = 0.1

  package init() {}
}
