package import WeirDomain
package import WeirFiles
package import WeirHTTP

/// Why a file was not downloaded. URLs never appear: their queries may hold keys.
package enum DownloadFailure: WeirFailure, Equatable {
  /// What follows `hf:` is not `owner/name[@revision]/file`.
  case badHubName
  /// The URL's path does not end in a name.
  case noFileName
  case badDigest
  /// Plain HTTP to another host.
  case insecure(authority: String)
  case missingToken(variable: String)
  case http(HTTPFailure)
  case file(FileFailure)
  /// A final status that brings no file.
  case status(authority: String, found: Int, hasToken: Bool)
  case tooManyRedirects(authority: String, allowed: Int)
  case badRedirect(authority: String)
  /// The body is compressed although that was not asked for.
  case encoded(authority: String, found: String)
  case noSpace(folder: String, needed: Int, free: UInt64)
  case wrongDigest(path: String, found: String, expected: String)
  /// Another process downloads the same file.
  case busy(path: String)
  case exists(path: String)
  case interrupted(partial: String, received: Int)
  /// The link failed too often without bringing enough in between.
  case gaveUp(attempts: Int, last: String, partial: String)
  /// The file on the server changed again and again while it was read.
  case unsteady(authority: String)

  package var kind: FailureKind {
    switch self {
    case .badHubName, .noFileName, .badDigest, .insecure, .missingToken: .badConfiguration
    case .http(let failure): failure.kind
    case .file, .noSpace, .busy, .exists: .badState
    case .wrongDigest: .badModel
    case .interrupted: .cancelled
    case .status, .tooManyRedirects, .badRedirect, .encoded, .gaveUp, .unsteady: .unavailable
    }
  }

  package var message: String {
    switch self {
    case .badHubName:
      "after hf: stands owner/name/file or owner/name@revision/file, of letters, digits and . _ - +"
    case .noFileName: "the URL does not end in a file's name: name the file with --output"
    case .badDigest: "a SHA-256 has 64 hexadecimal digits: copy it from where the file is published"
    case .insecure(let authority):
      "\(authority) is not on this machine and the URL begins with http: use https, so that nobody can change the file"
    case .missingToken(let variable):
      "the environment variable \(variable) holds no token: set it, or leave --token-env out"
    case .http(let failure): failure.message
    case .file(let failure): failure.message
    case .status(let authority, let found, let hasToken): Self.sentence(authority, found, hasToken)
    case .tooManyRedirects(let authority, let allowed):
      "\(authority) was the last of more than \(allowed) redirects: check the URL"
    case .badRedirect(let authority):
      "\(authority) redirects to a place that is not https: use another URL"
    case .encoded(let authority, let found):
      "\(authority) sends the file as \(String(found.prefix(20).filter(\.isLetter))), which was not asked for: "
        + "use another URL"
    case .noSpace(let folder, let needed, let free):
      "\(needed) bytes are still to come and \(folder) has \(free) free: make room, or name another folder with --output"
    case .wrongDigest(let path, let found, let expected):
      "what came for \(path) has the SHA-256 \(found), expected is \(expected); it was removed: "
        + "check the digest and the URL"
    case .busy(let path): "another process is downloading \(path): wait for it, or stop it"
    case .exists(let path): "\(path) is there already; --force replaces it"
    case .interrupted(let partial, let received):
      "stopped after \(received) bytes, which are kept in \(partial); the same command goes on from there"
    case .gaveUp(let attempts, let last, let partial):
      "gave up after \(attempts) attempts; the last one: \(last); what came is kept in \(partial), "
        + "and the same command goes on from there"
    case .unsteady(let authority):
      "the file at \(authority) kept changing while it was read: try again later"
    }
  }

  private static func sentence(_ authority: String, _ found: Int, _ hasToken: Bool) -> String {
    let what =
      switch found {
      case 401, 403:
        hasToken
          ? "the token is refused or may not read this file"
          : "the file is private or gated: give the name of the variable with your token as --token-env"
      case 404, 410: "there is no such file: check the spelling, the branch and, for private files, --token-env"
      default: "no file comes with that: check the URL"
      }
    return "\(authority) answered \(found): \(what)"
  }
}
