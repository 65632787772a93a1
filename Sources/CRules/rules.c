#include "CRules.h"

static const unsigned char hopx[] = {
#embed "../../rules/hopx.toml"
};

crules_file crules_hopx(void) { return (crules_file){hopx, sizeof hopx}; }

static const unsigned char gitignore[] = {
#embed "../../rules/gitignore.toml"
};

crules_file crules_gitignore(void) { return (crules_file){gitignore, sizeof gitignore}; }
