#include "CEmbedded.h"

static const unsigned char hopx[] = {
#embed "../../rules/hopx.toml"
};

embedded_file embedded_hopx(void) { return (embedded_file){hopx, sizeof hopx}; }

static const unsigned char base_address[] = {
#embed "../../rules/base-address.toml"
};

embedded_file embedded_base_address(void) { return (embedded_file){base_address, sizeof base_address}; }

static const unsigned char common[] = {
#embed "../../rules/common.toml"
};

embedded_file embedded_common(void) { return (embedded_file){common, sizeof common}; }

static const unsigned char gitignore[] = {
#embed "../../rules/gitignore.toml"
};

embedded_file embedded_gitignore(void) { return (embedded_file){gitignore, sizeof gitignore}; }

static const unsigned char lint[] = {
#embed "../../rules/lint.toml"
};

embedded_file embedded_lint(void) { return (embedded_file){lint, sizeof lint}; }

static const unsigned char pre_commit[] = {
#embed "../../hooks/pre-commit"
};

embedded_file embedded_pre_commit(void) { return (embedded_file){pre_commit, sizeof pre_commit}; }

static const unsigned char pre_merge_commit[] = {
#embed "../../hooks/pre-merge-commit"
};

embedded_file embedded_pre_merge_commit(void) { return (embedded_file){pre_merge_commit, sizeof pre_merge_commit}; }

static const unsigned char commit_msg[] = {
#embed "../../hooks/commit-msg"
};

embedded_file embedded_commit_msg(void) { return (embedded_file){commit_msg, sizeof commit_msg}; }

static const unsigned char pre_push[] = {
#embed "../../hooks/pre-push"
};

embedded_file embedded_pre_push(void) { return (embedded_file){pre_push, sizeof pre_push}; }

static const unsigned char pre_receive[] = {
#embed "../../hooks/pre-receive"
};

embedded_file embedded_pre_receive(void) { return (embedded_file){pre_receive, sizeof pre_receive}; }

static const unsigned char page_css[] = {
#embed "../../report/page.css"
};

embedded_file embedded_page_css(void) { return (embedded_file){page_css, sizeof page_css}; }

static const unsigned char page_js[] = {
#embed "../../report/page.js"
};

embedded_file embedded_page_js(void) { return (embedded_file){page_js, sizeof page_js}; }
