# The two commands of the README are `make demo` and `make test`.

GO ?= go

.PHONY: all build demo test campaign lint fuzz figures clean

all: build

build:
	$(GO) build -o bin/sinter ./cmd/sinter

demo: build
	./scripts/demo.sh

test:
	./scripts/test.sh

# Everything in full, with every planted fault: some hours on two cores.
campaign:
	SINTER_STRICT=1 SINTER_FULL=1 SINTER_CAMPAIGN=1 SINTER_WORTH=1 SINTER_FUZZ=60 ./scripts/test.sh

lint:
	./scripts/lint.sh

fuzz:
	./scripts/fuzz.sh

figures: build
	$(GO) run ./bench

clean:
	rm -rf bin build
