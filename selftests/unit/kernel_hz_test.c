// SPDX-License-Identifier: GPL-2.0-only
/* The length of a jiffy, from kernels that do not carry their configuration. */
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"
#include "host/kernel/ikconfig.h"
#include "host/kernel/kernel_hz.h"
#include "kselftest_harness.h"

#define CLOCK 0xffffffff82400000ULL

struct clock {
	u64 read;
	u32 mult;
	u32 shift;
};

FIXTURE(hz)
{
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct clock clock;
	u32 hz;
};

FIXTURE_SETUP(hz)
{
	struct btf *b = btf__new_empty();
	int u32_id = btf__add_int(b, "unsigned int", 4, 0);

	btf__add_struct(b, "clocksource", sizeof(struct clock));
	btf__add_field(b, "mult", u32_id, offsetof(struct clock, mult) * 8, 0);
	btf__add_field(b, "shift", u32_id, offsetof(struct clock, shift) * 8, 0);
	self->btf = fake_kbtf(b, NULL);
	ASSERT_NE(NULL, self->btf);
	self->gk = calloc(1, sizeof(*self->gk));
	fake_symbol(self->gk, "clocksource_jiffies", CLOCK);
	fake_map(self->gk, CLOCK, &self->clock, sizeof(self->clock));
}

FIXTURE_TEARDOWN(hz)
{
	kbtf_free(self->btf);
	free(self->gk);
}

static u32 hz_of(FIXTURE_DATA(hz) * self, u32 tick_ns, u32 shift)
{
	self->clock = (struct clock){ .mult = tick_ns << shift, .shift = shift };
	self->hz = 0;
	return kernel_hz(self->gk, self->btf, &self->hz, NULL) ? 0 : self->hz;
}

TEST_F(hz, of_every_configuration)
{
	EXPECT_EQ(100, hz_of(self, 10000000, 8));
	EXPECT_EQ(250, hz_of(self, 4000000, 8));
	EXPECT_EQ(300, hz_of(self, 3333333, 8));
	EXPECT_EQ(1000, hz_of(self, 1000000, 8));
	EXPECT_EQ(1024, hz_of(self, 976563, 8));
	EXPECT_EQ(24, hz_of(self, 41666667, 5));
}

TEST_F(hz, damage_is_no_length)
{
	struct ktstr_err err = { "" };

	EXPECT_EQ(0, hz_of(self, 0, 8));
	EXPECT_EQ(0, hz_of(self, 1, 0));
	EXPECT_EQ(0, hz_of(self, 3000000000, 0));
	self->clock = (struct clock){ .mult = 1U << 30, .shift = 32 };
	EXPECT_NE(0, kernel_hz(self->gk, self->btf, &self->hz, &err));
	EXPECT_NE('\0', err.msg[0]);
}

TEST_F(hz, without_types)
{
	EXPECT_NE(0, kernel_hz(self->gk, NULL, &self->hz, NULL));
}

TEST_HARNESS_MAIN
