# The two commands of the README are `make demo` and `make test`.

GO ?= go

.PHONY: all build demo test lint fuzz figures clean

all: build

build:
	$(GO) build -o bin/sinter ./cmd/sinter

demo: build
	./scripts/demo.sh

test:
	./scripts/test.sh

lint:
	./scripts/lint.sh

fuzz:
	./scripts/fuzz.sh

figures: build
	$(GO) run ./bench

clean:
	rm -rf bin build
