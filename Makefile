# Two commands: `make scan` and `make test`. Both install the system packages they need first.
# `make wheel` builds dist/hopxguard-VERSION-py3-none-PLATFORM.whl, with the C library and without, `make install` installs without Python.

DIR ?= $(CURDIR)
PREFIX ?= /usr/local
SHARED = man/man1/hopxguard.1 bash-completion/completions/hopxguard zsh/site-functions/_hopxguard \
	fish/vendor_completions.d/hopxguard.fish

# What `--version` says of the sources: the commit, and whether they were changed since.
HOPXGUARD_COMMIT := $(shell git describe --always --dirty --exclude '*' --abbrev=12 2>/dev/null)
ifneq ($(HOPXGUARD_COMMIT),)
export HOPXGUARD_COMMIT
endif

.PHONY: scan test test-packages build wheel install share packages

scan: build
	@.build/release/hopxguard scan "$(DIR)"

# Optimised: half of the tests start the binary, and most of the others search random bytes for minutes.
test:
	@./scripts/packages test
	swift build -c release --build-tests
	@./scripts/run-tests
	./Fuzzing/run 30 1

# The tests of single modules: all but those that start the binary.
.PHONY: test-fast
test-fast:
	@./scripts/packages test
	swift build -c release --build-tests
	@./scripts/run-tests --skip 'CommandTests|RepositoryTests|FilterTests|AgentTests'

# Style and structure, in seconds: which module imports which, formatting, the length of lines.
.PHONY: check format
SWIFT = Package.swift Sources Tests Fuzzing Integrations
check:
	@command -v python3 >/dev/null || ./scripts/packages test
	@./scripts/check-imports
	@swift format lint --strict --recursive --parallel $(SWIFT)
	@git ls-files --cached --others --exclude-standard '*.swift' | python3 -c 'import sys; long = \
	  [f"{name}:{number}: {len(line)} bytes; the limit is 120" for name in sys.stdin.read().split() \
	  for number, line in enumerate(open(name, "rb").read().split(b"\n"), 1) if len(line) > 120]; \
	  print(*long, sep="\n", end="\n" if long else ""); sys.exit(bool(long))'

format:
	@swift format --in-place --recursive --parallel $(SWIFT)

build: packages
	@echo 'building hopxguard: a minute or two, the first time' >&2
	@mkdir -p .build
	@swift build -c release --product hopxguard > .build/messages 2>&1 || { cat .build/messages; exit 1; }

wheel: build
	@./scripts/packages wheel
	@./scripts/library .build/library
	@./scripts/wheel .build/release/hopxguard dist .build/library/libhopxguard.so

# The wheel, the hooks, the CI jobs, the images and a release, as their users meet them.
test-packages: wheel
	@./scripts/packages test-packages
	@.build/python/bin/python Tests/Packaging/run

# The man page's generator belongs to swift-argument-parser, and shares with hopxguard what is built of it.
share: build
	@swift build -c release --product generate-manual > .build/messages 2>&1 || { cat .build/messages; exit 1; }
	@rm -rf .build/share && mkdir -p .build/share/man/man1
	@./scripts/completions .build/release/hopxguard .build/share
	@.build/release/generate-manual .build/release/hopxguard -o .build/share
	@./scripts/manual binary=.build/release/hopxguard < .build/share/hopxguard.1 > .build/share/man/man1/hopxguard.1
	@rm .build/share/hopxguard.1

install: share
	@mkdir -p "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build/release/hopxguard "$(DESTDIR)$(PREFIX)/bin/hopxguard"
	@for file in $(SHARED); do \
	  mkdir -p "$(DESTDIR)$(PREFIX)/share/$${file%/*}" && \
	  install -m 644 ".build/share/$$file" "$(DESTDIR)$(PREFIX)/share/$$file" || exit 1; \
	done
	@case "$(DESTDIR)$(PREFIX)" in "$(DESTDIR)/usr" | "$(DESTDIR)/usr/local") ;; \
	*) echo 'for completions in zsh, put this above compinit in ~/.zshrc: fpath+=("$(PREFIX)/share/zsh/site-functions")' ;; esac

packages:
	@./scripts/packages
