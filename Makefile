# Tenth. `make help` tells what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# Node, where deploy/setup had to fetch it.
export PATH := $(CURDIR)/.tools/node/bin:$(PATH)
# One place for fetched data, for data/fetch, the tests and the service.
export TENTH_DATA ?= $(or $(TENTH_HOME),$(HOME)/.tenth)/data
# Looked up when it is needed: deploy/setup may have installed it a moment ago.
JDK = $$(deploy/find-jdk)
MVN = JAVA_HOME="$(JDK)" ./mvnw -B
PROGRESS := | deploy/progress

.PHONY: help run test build dev data data-all bench bench-start soak kills accept e2e format generated aot native native-sources image image-native image-cuda \
  image-check manifests setup setup-check

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build, start on http://localhost:8080 with a first run already moving
	@exec deploy/tenth

build: setup data ## a runnable service in target/
	@echo "building (the first time some minutes, most of it downloads) …"
	@$(MVN) package -DskipTests $(PROGRESS)

test: setup data ## all tests: unit, integration, frontend, browser
	@deploy/setup browser
	@$(MVN) verify $(PROGRESS)
	cd frontend && npm test
	@$(MAKE) e2e

dev: setup data ## the service with live reload
	$(MVN) quarkus:dev

setup: ## install what this machine lacks to build: JDK 25, Node 20
	@deploy/setup jdk node

setup-check: ## run and test a clean clone in a bare Debian container
	@deploy/check-setup

data: ## fetch the data sets that the main recipes need
	@data/fetch

data-all: ## fetch every packaged data set
	@data/fetch --all

bench: build ## time steps and serving against Python PyTorch, and streaming; write docs/performance.md
	@bench/run
	@bench/serve
	@bench/stream

bench-start: aot ## time starts with and without the JDK's AOT cache, and of the native executable if it is there
	@bench/start

soak: build ## everything at once for half an hour, and what is left of it; writes its part of docs/reliability.md
	@bench/soak $(MINUTES)

kills: build ## kill the service 200 times while it trains; writes its part of docs/reliability.md
	@$(MVN) verify -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=KillIT -Dkills=$(or $(KILLS),200) -Dkills.write=true $(PROGRESS)

accept: build ## train a system to its figure: make accept SYSTEM=gan-1d [PRESET=author]
	@bench/accept $(SYSTEM) $(PRESET)

e2e: ## the dashboard in a real browser, against the built service
	cd frontend && npm run e2e

format: setup ## format the Java code
	@$(MVN) -q spotless:apply

generated: setup ## what is made from code: the README's settings, CONTRIBUTING's rooms, native metadata of recipes, recorded logs
	@$(MVN) -q test -Dtest=SettingsTest,RoomsTest,NativeMetadataTest,RecordedLogsTest -Dgenerated.write=true

aot: build ## let the JDK remember a start: the next ones take about half the time
	@deploy/aot target/tenth.aot "$(JDK)/bin/java" --enable-native-access=ALL-UNNAMED -Xmx1g -XX:+UseSerialGC -jar target/quarkus-app/quarkus-run.jar

native: setup ## a native executable, and the integration tests against it (needs GraalVM or Mandrel 25)
	@if ! command -v native-image >/dev/null && [ ! -x "$${GRAALVM_HOME:-/nowhere}/bin/native-image" ]; then \
	  echo "Tenth's native executable needs GraalVM or Mandrel 25 and found none: install one and set GRAALVM_HOME to it." >&2; \
	  echo "With podman and access to a registry, 'make image-native' builds it in a container instead." >&2; exit 1; fi
	@$(MVN) package -Pnative -DskipTests $(PROGRESS)
	@deploy/natives target/libtorch
	TENTH_RUNTIME=native PYTORCH_LIBRARY_PATH=$(CURDIR)/target/libtorch $(MVN) failsafe:integration-test failsafe:verify $(PROGRESS)

native-sources: setup ## everything but the last step of a native build: no GraalVM needed
	@$(MVN) package -Pnative -DskipTests -Dquarkus.native.sources-only=true $(PROGRESS)

# Images. BUILDER names another than the Dockerfiles' own; AOT=false leaves out the JDK's AOT cache.
IMAGE := podman build --format docker $(if $(BUILDER),--build-arg BUILDER=$(BUILDER)) $(if $(AOT),--build-arg AOT=$(AOT)) $(PODMAN_BUILD)

image: build ## a container image of the service: localhost/tenth:jvm
	@deploy/sbom target/quarkus-app target/sbom.json
	$(IMAGE) -f deploy/Dockerfile.jvm -t localhost/tenth:jvm .

image-native: build native-sources ## a container image of the native executable, built in a container
	@deploy/sbom target/quarkus-app target/sbom.json
	$(IMAGE) -f deploy/Dockerfile.native -t localhost/tenth:native .

image-cuda: setup data ## a container image for NVIDIA GPUs
	@$(MVN) package -DskipTests -Pcuda $(PROGRESS)
	@deploy/sbom target/quarkus-app target/sbom.json
	$(IMAGE) --build-arg GPUS=all -f deploy/Dockerfile.jvm -t localhost/tenth:cuda .

image-check: ## start, train, stream, end, resume, kill, resume in a container: CHECK=localhost/tenth:jvm
	@deploy/check-image $(or $(CHECK),localhost/tenth:jvm)

manifests: ## check the Kubernetes manifests against the published schemas
	@deploy/check-manifests
