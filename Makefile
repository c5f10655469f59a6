.DEFAULT_GOAL := help
.PHONY: help run test check nightly bench clean

help:  ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18

run:  ## install Backlit and open it on a made-up web
	scripts/setup
	.venv/bin/backlit demo

test:  ## all that a change must pass
	scripts/setup --dev
	scripts/check
	scripts/test

check:  ## style, types, import layers, dependencies, generated docs
	scripts/setup --dev
	scripts/check

nightly:  ## the slow tests, in pieces; goes on where it stopped
	scripts/setup --dev
	scripts/nightly

bench:  ## our figures beside the peers', into docs/benchmarks
	scripts/setup --dev
	scripts/bench

clean:  ## remove what can be made again
	scripts/clean
