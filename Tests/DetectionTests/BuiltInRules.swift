// Loaded once: some tests search ten thousand texts.

import Detection

let builtInRules = RuleSet.builtIn()
