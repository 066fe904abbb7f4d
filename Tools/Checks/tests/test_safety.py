"""The check of unsafe code, unchecked promises, forced values and sleeping tests sees what is planted."""

from planted import PlantedTest

from house import safety

FILE = "Sources/WeirDomain/Bad.swift"


class SafetyTest(PlantedTest):
    def assert_line(self, line: str, words: str, path: str = FILE) -> None:
        self.plant(path, "\n" + line + "\n")
        self.assert_found(safety.check, f"{path}:2", words)
        (self.root / path).unlink()

    def assert_fine(self, text: str, path: str = FILE) -> None:
        self.plant(path, text + "\n")
        self.assertEqual(self.found(safety.check), [], text)
        (self.root / path).unlink()

    def test_a_clean_tree_passes(self):
        self.assert_clean(safety.check)

    def test_unchecked_sendable_needs_its_reason_on_the_line_above(self):
        self.assert_line("final class A: @unchecked Sendable {}", "without its reason")
        self.plant(FILE, "// because I say so\nclass A: @unchecked Sendable {}\n")
        self.assert_found(safety.check, f"{FILE}:2", "without its reason")
        self.assert_fine("// @unchecked Sendable because the pointer is never written.\nclass A: @unchecked Sendable {}")
        self.assert_fine("class A: @unchecked Sendable {}  // @unchecked Sendable because it has no state.")

    def test_unsafe_code_outside_its_targets_is_found(self):
        for line in (
            "unsafe free(p)", "var p: UnsafePointer<Int>", "let p: OpaquePointer?", "withUnsafeBytes(of: x) { $0 }",
            "a.withUnsafeBufferPointer { $0 }", "let x = unsafeBitCast(y, to: Int.self)",
        ):
            self.assert_line(line, "unsafe code outside")
            self.assert_fine(line, "Sources/WeirTensor/Fine.swift")
            self.assert_fine(line, "Tests/WeirDomainTests/Fine.swift")

    def test_a_reason_holds_for_a_few_lines_only(self):
        reason = "// unsafe because the array is constant."
        self.assert_fine(reason + "\n" * 7 + "unsafe f()")
        self.plant(FILE, reason + "\n" * 10 + "unsafe f()\n")
        self.assert_found(safety.check, f"{FILE}:11", "unsafe code outside")

    def test_a_single_unsafe_line_passes_with_its_reason(self):
        self.assert_fine("// unsafe because the system writes into `now`, which outlives the call.\nunsafe clock_gettime(c, &now)")

    def test_forced_values_are_found(self):
        for line in ("let a = try! f()", "let a = b as! Int"):
            self.assert_line(line, "try! and as!")
        for line in ("let a = b!", "let a = b[0]!.c", "let a = f()! + 1", "var a: Int!", "let a = b!\n  .c"):
            self.assert_line(line, "forced value")
        self.assert_line("let a = b!", "forced value", "Tests/WeirDomainTests/Bad.swift")

    def test_other_exclamation_marks_are_fine(self):
        for line in ("if !a, a != b, a !== b { }", "let a = [!b, (!c)]", 'print("no!")', "#if !os(Linux)\n#endif", "// wow!"):
            self.assert_fine(line)

    def test_public_names_are_found(self):
        for line in ("public struct A {}", "public static let a = 1", "open class A {}", "  public init() {}"):
            self.assert_line(line, "nothing is public")
        self.assert_fine("package struct A {}\n// a public struct\nlet open = 1")

    def test_formatters_that_need_locale_data_are_found(self):
        self.assert_line("let a = DateFormatter()", "locale data")

    def test_sleeping_tests_are_found(self):
        for line in ("try await Task.sleep(for: .seconds(1))", "usleep(10)", "sleep(1)", "clock.sleep(until: x)"):
            self.assert_line(line, "sleeps", "Tests/WeirDomainTests/Bad.swift")
        self.assert_fine("func sleep(until: Int) {}\n// sleeps because it waits to be cancelled.\nTask.sleep(1)", "Tests/WeirDomainTests/Fine.swift")
        self.assert_fine("func sleeps() {}\n// sleep(1)", "Tests/WeirDomainTests/Fine.swift")
