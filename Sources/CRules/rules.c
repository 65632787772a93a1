#include "CRules.h"

static const unsigned char hopx[] = {
#embed "../../rules/hopx.toml"
};

crules_file crules_hopx(void) { return (crules_file){hopx, sizeof hopx}; }
