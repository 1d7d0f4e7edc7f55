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

.PHONY: help run test build dev data data-all bench accept e2e format jdk

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

bench: build ## time against Python PyTorch and write docs/performance.md
	@bench/run
	@bench/serve

accept: build ## train a system to its figure: make accept SYSTEM=gan-1d
	@bench/accept $(SYSTEM)

e2e: ## the dashboard in a real browser, against the built service
	cd frontend && npm run e2e

format: jdk ## format the Java code
	$(MVN) spotless:apply

jdk:
	@if [ -z "$(JDK)" ]; then echo "Tenth needs JDK 25 or newer and found none. Install one (Temurin 25, for instance) or set JAVA_HOME to it." >&2; exit 1; fi
