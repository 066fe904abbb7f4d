import Glibc

/// Runs libFuzzer over one target's function, with the arguments of the command line.
///
/// SwiftPM gives a target's `@main` the name `main`, so libFuzzer's own is not linked: its driver is called instead.
public func fuzz(_ one: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt) -> Never {
  var count = CommandLine.argc
  var arguments = unsafe CommandLine.unsafeArgv
  exit(unsafe runDriver(&count, &arguments, one))
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt
