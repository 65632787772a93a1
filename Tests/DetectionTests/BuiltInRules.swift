import Detection

/// Loaded once: some tests search ten thousand texts.
let builtInRules = RuleSet.builtIn()
