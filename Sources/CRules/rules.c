#include "CRules.h"

static const unsigned char hopx[] = {
#embed "../../rules/hopx.toml"
};

crules_file crules_hopx(void) { return (crules_file){hopx, sizeof hopx}; }

static const unsigned char gitignore[] = {
#embed "../../rules/gitignore.toml"
};

crules_file crules_gitignore(void) { return (crules_file){gitignore, sizeof gitignore}; }

static const unsigned char pre_commit[] = {
#embed "../../hooks/pre-commit"
};

crules_file crules_pre_commit(void) { return (crules_file){pre_commit, sizeof pre_commit}; }

static const unsigned char pre_merge_commit[] = {
#embed "../../hooks/pre-merge-commit"
};

crules_file crules_pre_merge_commit(void) { return (crules_file){pre_merge_commit, sizeof pre_merge_commit}; }

static const unsigned char commit_msg[] = {
#embed "../../hooks/commit-msg"
};

crules_file crules_commit_msg(void) { return (crules_file){commit_msg, sizeof commit_msg}; }

static const unsigned char pre_push[] = {
#embed "../../hooks/pre-push"
};

crules_file crules_pre_push(void) { return (crules_file){pre_push, sizeof pre_push}; }

static const unsigned char pre_receive[] = {
#embed "../../hooks/pre-receive"
};

crules_file crules_pre_receive(void) { return (crules_file){pre_receive, sizeof pre_receive}; }
