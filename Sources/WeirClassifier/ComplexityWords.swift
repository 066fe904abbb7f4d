/// English words that tell of hard prompts.
enum ComplexityWords {
  /// They ask for reasons, comparisons, plans or calculations.
  static let reasoning: Set<String> = [
    "analyse", "analysis", "analyze", "argue", "argument", "assess", "because", "calculate", "cause", "causes",
    "classify", "compare", "comparison", "compute", "conclude", "consequence", "consequences", "consider", "contrast",
    "critique", "debug", "decide", "deduce", "derive", "design", "determine", "diagnose", "differences", "estimate",
    "evaluate", "examine", "explain", "extrapolate", "hypothesis", "identify", "implication", "implications", "imply",
    "infer", "interpret", "investigate", "judge", "justify", "optimise", "optimize", "predict", "probability",
    "proof", "prove", "rationale", "reason", "reasoning", "reconcile", "refute", "simplify", "solve", "steps",
    "strategy", "theorem", "therefore", "tradeoff", "tradeoffs", "verify", "weigh", "whether", "why",
  ]

  /// They ask for long answers, or answers of several parts.
  static let output: Set<String> = [
    "article", "brainstorm", "chapter", "code", "comprehensive", "detail", "detailed", "details", "draft", "elaborate",
    "email", "essay", "examples", "function", "guide", "implement", "letter", "lyrics", "outline", "paragraphs", "poem",
    "program", "proposal", "report", "review", "rewrite", "script", "speech", "story", "summarise", "summarize",
    "summary", "table", "thorough", "translate", "tutorial",
  ]

  /// Words of trades in which a wrong answer is easily given.
  static let domain: Set<String> = [
    "actuarial", "algebra", "algorithm", "amortization", "antibiotic", "api", "appeal", "audit", "balance", "bayesian",
    "blockchain", "breach", "cardiac", "cash", "chemical", "clause", "clinical", "compiler", "compliance",
    "concurrency",
    "contract", "copyright", "covenant", "database", "defendant", "depreciation", "derivative", "diagnosis", "disease",
    "docker", "dosage", "economics", "encryption", "enzyme", "equation", "equity", "ethics", "fiduciary", "gdpr",
    "gene",
    "genome", "hypothesis", "inflation", "infringement", "injunction", "integral", "jurisdiction", "kernel",
    "kubernetes",
    "latency", "lawsuit", "legal", "liability", "linear", "liquidity", "litigation", "matrix", "medication",
    "metabolism",
    "molecule", "mortgage", "neural", "neuron", "patent", "patient", "philosophy", "physics", "plaintiff", "polynomial",
    "portfolio", "precedent", "prognosis", "protein", "protocol", "python", "quantum", "regression", "regulation",
    "regulatory", "securities", "server", "sql", "statistical", "statute", "symptom", "symptoms", "syntax", "tax",
    "theorem", "thermodynamics", "tort", "treatment", "vaccine", "variance", "vector", "velocity", "voltage",
  ]
}
