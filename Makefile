# Tenth. `make help` tells what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# JDK 25 or newer: JAVA_HOME if it is one, else where systems keep their JDKs.
JDK := $(shell deploy/find-jdk)
export JAVA_HOME := $(JDK)
# One place for fetched data, for data/fetch, the tests and the service.
export TENTH_DATA ?= $(or $(TENTH_HOME),$(HOME)/.tenth)/data
MVN := ./mvnw -B --no-transfer-progress -q

.PHONY: help run test build dev data data-all bench bench-start accept e2e format generated aot native native-sources image image-native image-cuda \
  image-check manifests jdk

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build, start on http://localhost:8080 with a first run already moving
	@exec deploy/tenth

build: jdk data ## a runnable service in target/
	@echo "building …"
	$(MVN) package -DskipTests

test: jdk data ## all tests: unit, integration, frontend, browser
	$(MVN) verify
	cd frontend && npm test
	$(MAKE) e2e

dev: jdk data ## the service with live reload
	$(MVN) quarkus:dev

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

accept: build ## train a system to its figure: make accept SYSTEM=gan-1d [PRESET=author]
	@bench/accept $(SYSTEM) $(PRESET)

e2e: ## the dashboard in a real browser, against the built service
	cd frontend && npm run e2e

format: jdk ## format the Java code
	$(MVN) spotless:apply

generated: jdk ## what is made from code: the README's settings, the recipes' part of the native metadata
	$(MVN) test -Dtest=SettingsTest,NativeMetadataTest -Dgenerated.write=true

aot: build ## let the JDK remember a start: the next ones take about half the time
	@deploy/aot target/tenth.aot $(JDK)/bin/java --enable-native-access=ALL-UNNAMED -Xmx1g -XX:+UseSerialGC -jar target/quarkus-app/quarkus-run.jar

native: jdk ## a native executable, and the integration tests against it (needs GraalVM or Mandrel 25)
	@if ! command -v native-image >/dev/null && [ ! -x "$${GRAALVM_HOME:-/nowhere}/bin/native-image" ]; then \
	  echo "Tenth's native executable needs GraalVM or Mandrel 25 and found none: install one and set GRAALVM_HOME to it." >&2; \
	  echo "With podman and access to a registry, 'make image-native' builds it in a container instead." >&2; exit 1; fi
	$(MVN) package -Pnative -DskipTests
	@deploy/natives target/libtorch
	TENTH_RUNTIME=native PYTORCH_LIBRARY_PATH=$(CURDIR)/target/libtorch $(MVN) failsafe:integration-test failsafe:verify

native-sources: jdk ## everything but the last step of a native build: no GraalVM needed
	$(MVN) package -Pnative -DskipTests -Dquarkus.native.sources-only=true

# Images. BUILDER names another than the Dockerfiles' own; AOT=false leaves out the JDK's AOT cache.
IMAGE := podman build --format docker $(if $(BUILDER),--build-arg BUILDER=$(BUILDER)) $(if $(AOT),--build-arg AOT=$(AOT)) $(PODMAN_BUILD)

image: build ## a container image of the service: localhost/tenth:jvm
	@deploy/sbom target/quarkus-app target/sbom.json
	$(IMAGE) -f deploy/Dockerfile.jvm -t localhost/tenth:jvm .

image-native: build native-sources ## a container image of the native executable, built in a container
	@deploy/sbom target/quarkus-app target/sbom.json
	$(IMAGE) -f deploy/Dockerfile.native -t localhost/tenth:native .

image-cuda: jdk data ## a container image for NVIDIA GPUs
	$(MVN) package -DskipTests -Pcuda
	@deploy/sbom target/quarkus-app target/sbom.json
	$(IMAGE) -f deploy/Dockerfile.jvm -t localhost/tenth:cuda .

image-check: ## start, train, stream, end, resume, kill, resume in a container: CHECK=localhost/tenth:jvm
	@deploy/check-image $(or $(CHECK),localhost/tenth:jvm)

manifests: ## check the Kubernetes manifests against the published schemas
	@deploy/check-manifests

jdk:
	@if [ -z "$(JDK)" ]; then echo "Tenth needs JDK 25 or newer and found none. Install one (Temurin 25, for instance) or set JAVA_HOME to it." >&2; exit 1; fi
