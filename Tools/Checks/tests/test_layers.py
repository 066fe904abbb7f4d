"""The check of the layer table sees what is planted."""

from planted import PlantedTest, by_name

from house import layers


class LayersTest(PlantedTest):
    def test_a_clean_tree_passes(self):
        self.assert_clean(layers.check)

    def test_an_upward_import_is_found(self):
        self.plant("Sources/WeirDomain/Bad.swift", "\nimport WeirStore\n")
        self.assert_found(layers.check, "Sources/WeirDomain/Bad.swift:2", "dependencies point down")

    def test_an_import_of_the_same_level_is_found(self):
        self.declared["WeirTensor"] = by_name("CWeirKernels", "WeirStore")
        self.plant("Sources/WeirTensor/Bad.swift", "internal import struct WeirStore.Row\n")
        self.assert_found(layers.check, "Sources/WeirTensor/Bad.swift:1", "must not depend on WeirStore")

    def test_an_upward_declaration_is_found_without_any_import(self):
        self.declared["WeirDomain"] = by_name("WeirStore")
        self.assert_found(layers.check, "Package.swift:1", "WeirDomain (level 0) must not depend on WeirStore (level 1)")

    def test_an_undeclared_import_is_found(self):
        self.plant("Sources/WeirStore/Bad.swift", "@preconcurrency package import CWeirKernels\n")
        self.assert_found(layers.check, "Sources/WeirStore/Bad.swift:1", "without declaring it")

    def test_an_undeclared_import_of_a_test_is_found(self):
        self.plant("Tests/WeirDomainTests/Bad.swift", "@testable import WeirStore\n")
        self.assert_found(layers.check, "Tests/WeirDomainTests/Bad.swift:1", "without declaring it")

    def test_a_second_importer_of_an_outside_package_is_found(self):
        self.declared["WeirTensor"] = [*by_name("CWeirKernels"), {"product": ["GRDB", "GRDB.swift", None, None]}]
        self.plant("Sources/WeirTensor/Bad.swift", "import GRDB\n")
        self.assert_found(layers.check, "Sources/WeirTensor/Bad.swift:1", "only WeirStore imports GRDB")

    def test_an_outside_package_that_nobody_chose_is_found(self):
        self.plant("Sources/WeirTensor/Bad.swift", "import Alamofire\n")
        self.assert_found(layers.check, "Sources/WeirTensor/Bad.swift:1", "neither a target nor a known outside module")

    def test_swift_log_may_be_imported_anywhere(self):
        for target in ("WeirTensor", "WeirStore"):
            self.declared[target] = [*self.declared[target], {"product": ["Logging", "swift-log", None, None]}]
            self.plant(f"Sources/{target}/Log.swift", "import Logging\n")
        self.assert_clean(layers.check)

    def test_a_target_outside_the_table_is_found(self):
        self.plant("Sources/WeirMagic/Magic.swift", "\n")
        self.assert_found(layers.check, "Sources/WeirMagic/Magic.swift:1", "not in the table")

    def test_a_target_that_is_not_declared_is_found(self):
        del self.declared["WeirTensor"]
        self.assert_found(layers.check, "Sources/WeirTensor/Matrix.swift:1", "not declared")

    def test_a_header_of_another_target_or_package_is_found_in_c(self):
        self.plant("Sources/CWeirKernels/bad.c", "// #include <curl/curl.h>\n#include <curl/curl.h>\n")
        self.assertEqual(len(self.found(layers.check)), 1)
        self.assert_found(layers.check, "Sources/CWeirKernels/bad.c:2", "only CCurl includes curl/curl.h")
        self.plant("Sources/CWeirKernels/bad.c", '#include "CCurl.h"\n')
        self.assert_found(layers.check, "Sources/CWeirKernels/bad.c:1", "must not depend on CCurl")

    def test_an_import_in_a_comment_or_a_text_is_none(self):
        self.plant("Sources/WeirDomain/Fine.swift", '// import WeirStore\n/* \nimport WeirStore\n*/\nlet a = """\nimport GRDB\n"""\n')
        self.assert_clean(layers.check)
