# SPDX-License-Identifier: GPL-2.0-only
# ktstr, standalone. `make help` lists the targets.

KTSTR_ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
O ?= $(KTSTR_ROOT)/build
OUT := $(abspath $(O))

all: programs

include $(KTSTR_ROOT)/scripts/build.mk
