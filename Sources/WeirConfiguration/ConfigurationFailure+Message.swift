package import WeirDomain

extension ConfigurationFailure: WeirFailure {
  package var kind: FailureKind { .badConfiguration }

  /// One sentence for a person: where, what was found, what is allowed, what to do.
  package var message: String {
    switch self {
    case .missingFile(let path, let origin):
      "there is no configuration file at \(path) (asked for by \(origin.place)): check the path, or run `weir init`"
    case .unreadableFile(let path, let found):
      "cannot read the configuration file \(path): \(found)"
    case .fileTooLong(let path, let bytes, let allowed):
      "the configuration file \(path) has \(bytes) bytes, at most \(allowed) are read: name the right file"
    case .notText(let path, let line, let found):
      "\(path):\(line): \(found) is not allowed in a configuration file: save it as UTF-8 text"
    case .syntax(let path, let line, let column, let problem):
      "\(path):\(line):\(column): this is not TOML: \(problem)"
    case .unknownKey(let key, let origin, let nearest):
      "\(origin.place): there is no key \(key)" + Self.suggestion(nearest, otherwise: "see `weir init --config -`")
    case .unknownVariable(let name, let nearest):
      "there is no setting for the environment variable \(name)"
        + Self.suggestion(nearest, otherwise: "remove it, or see `weir init --config -` for the keys")
    case .wrongType(let key, let origin, let found, let allowed):
      "\(origin.place): \(key) is \(found), it must be \(allowed)"
    case .outOfRange(let key, let origin, let found, let allowed):
      "\(origin.place): \(key) is \(found), allowed is \(allowed)"
    case .inlineSecret(let key, let origin):
      "\(origin.place): \(key) holds a secret itself: put the secret into an environment variable or a file, and "
        + "write api_key_env = \"THE_VARIABLE\" or api_key_file = \"/path/to/file\""
    case .missingKey(let key, let origin, let advice):
      "\(origin.place): \(key) is missing: \(advice)"
    case .conflict(let key, let other, let origin, let advice):
      "\(origin.place): \(key) contradicts \(other): \(advice)"
    case .noStateFolder:
      "no state folder is known, for neither XDG_STATE_HOME nor HOME is set: name one with --state DIR"
    case .missingSecret(let provider, let place, let reason):
      "the key of provider \(provider) is not in \(place): \(reason)"
    }
  }

  private static func suggestion(_ nearest: String?, otherwise advice: String) -> String {
    nearest.map { ": did you mean \($0)?" } ?? ": \(advice)"
  }
}
