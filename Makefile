# Two commands: `make scan` and `make test`. Both install the system packages they need first.

DIR ?= $(CURDIR)
PREFIX ?= /usr/local
STATIC = -c release --product hopxguard --static-swift-stdlib -Xswiftc -static-executable

.PHONY: scan test build install packages

scan: build
	@.build/release/hopxguard scan "$(DIR)"

test:
	@./scripts/packages test
	swift test
	./Fuzzing/run 60

build: packages
	@echo 'building hopxguard: a minute or two, the first time' >&2
	@mkdir -p .build
	@swift build $(STATIC) > .build/messages 2>&1 || { cat .build/messages; exit 1; }

install: build
	install -D -m 755 .build/release/hopxguard "$(DESTDIR)$(PREFIX)/bin/hopxguard"

packages:
	@./scripts/packages
