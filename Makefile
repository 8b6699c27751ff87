GO ?= go
export CGO_ENABLED = 0
TARGETS = linux/amd64 linux/arm64 linux/arm android/arm64 linux/riscv64 darwin/arm64 windows/amd64
QEMU64 = cortex-a53 cortex-a72 cortex-a76
QEMU32 = arm1176 cortex-a7
PKGS = ./...
EMULATED = ./kernels ./runtime/...

.PHONY: all demo test test-full test-race test-purego test-arm cross vet fuzz bench-peers clean

all:
	$(GO) build -trimpath -ldflags '-s -w' -o bin/ ./cmd/...

demo: all
	bin/edgeprune demo

# The default suite.
test: vet cross
	$(GO) test $(PKGS)

vet:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt'; exit 1; }
	$(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./kernels
	GOARCH=arm GOARM=6 $(GO) vet ./kernels

test-purego:
	$(GO) test -tags purego ./kernels ./runtime/...

test-race:
	CGO_ENABLED=1 $(GO) test -race -short ./runtime/...

# Every platform the project promises.
cross:
	@for t in $(TARGETS); do echo "build $$t"; \
	  GOOS=$${t%/*} GOARCH=$${t#*/} GOARM=6 $(GO) build ./... || exit 1; done

# The suite under emulation of the boards' CPUs. A missing emulator is an error.
test-arm:
	@command -v qemu-aarch64 >/dev/null && command -v qemu-arm >/dev/null || { echo 'test-arm needs qemu-user'; exit 1; }
	@for c in $(QEMU64); do echo "arm64 on $$c"; \
	  GOARCH=arm64 $(GO) test -short -exec "qemu-aarch64 -cpu $$c" $(EMULATED) || exit 1; done
	@for c in $(QEMU32); do echo "arm on $$c"; \
	  GOARCH=arm GOARM=6 $(GO) test -short -exec "qemu-arm -cpu $$c" $(EMULATED) || exit 1; done

# Side by side with ONNX Runtime: make bench-peers MODELS=folder THREADS=2
# FLAGS='--rounds 31 --json out.json'. Needs Node.js; see bench/README.md.
MODELS ?=
THREADS ?= 1
FLAGS ?=
PEER = bench/node_modules/.installed

bench-peers: $(PEER)
	$(GO) run ./bench --threads $(THREADS) $(FLAGS) $(MODELS)

# Without the package's install script, which fetches GPU libraries.
$(PEER): bench/package.json
	@command -v npm >/dev/null || { echo 'bench-peers needs Node.js with npm'; exit 1; }
	cd bench && npm install --ignore-scripts --no-package-lock --no-audit --no-fund
	@touch $@

clean:
	rm -rf bin
