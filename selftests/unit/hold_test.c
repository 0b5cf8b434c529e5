// SPDX-License-Identifier: GPL-2.0-only
/* A guest that is held, and one whose memory is saved, without a machine. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "host/coord/lookout.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "vmcore_fixture.h"

#define MEM (4ULL * SZ_1M)

/**
 * struct said - what went out
 * @answers: to requests of the guest
 * @id: of the last one
 * @ret: the same
 * @records: for the supervisor
 * @op: of the last one
 * @status: the same
 * @text: the same
 * @freezes: of the machine
 * @freeze: what the next one comes to
 */
static struct said {
	u32 answers;
	u32 id;
	int ret;
	u32 records;
	u32 op;
	int status;
	char text[256];
	u32 freezes;
	int freeze;
} said;

void request_answer(struct lookout *l, u32 id, int ret, const char *reason)
{
	said.answers++;
	said.id = id;
	said.ret = ret;
}

void lookout_record(struct lookout *l, u32 op, u32 id, const char *tag, int ret, const char *reason)
{
	said.records++;
	said.op = op;
	said.status = ret;
	snprintf(said.text, sizeof(said.text), "%s", reason);
}

void lookout_gk_config(const struct lookout *l, struct gk_config *cfg)
{
	*cfg = (struct gk_config){ .ram = l->vm->ram };
}

int lookout_freeze(struct lookout *l, struct rendezvous *r)
{
	said.freezes++;
	return said.freeze;
}

u64 lookout_thaw(struct lookout *l, struct rendezvous *r)
{
	return 0;
}

bool lookout_ended(const struct lookout *l)
{
	return !l->vm;
}

FIXTURE(hold)
{
	struct coord_config cfg;
	struct lookout l;
	struct event_loop loop;
	struct vm vm;
	struct vcpu vcpus[2];
	struct ktstr_err err;
};

FIXTURE_SETUP(hold)
{
	memset(self, 0, sizeof(*self));
	memset(&said, 0, sizeof(said));
	self->l.cfg = &self->cfg;
	self->l.vm = &self->vm;
	self->vm.vcpus = self->vcpus;
	self->vm.nr_vcpus = 2;
	self->vm.ram = gmem_new(MEM, GAP_START, GAP_END, &self->err);
	ASSERT_NE(NULL, self->vm.ram);
	self->cfg.memory_fd = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	self->cfg.release_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT_EQ(0, event_loop_init(&self->loop));
	ASSERT_EQ(0, hold_init(&self->l));
}

FIXTURE_TEARDOWN(hold)
{
	event_loop_close(&self->loop);
	close_fd(&self->l.hold.timer.fd);
	close_fd(&self->cfg.release_fd);
	close_fd(&self->cfg.memory_fd);
	gmem_free(self->vm.ram);
}

TEST_F(hold, ends_when_somebody_says_so)
{
	self->cfg.hold_ns = 3600 * NSEC_PER_SEC;
	ASSERT_EQ(0, hold_start(&self->l, &self->loop));
	ASSERT_EQ(0, hold_begin(&self->l, 7, &self->err));
	EXPECT_EQ(0, said.answers);
	EXPECT_EQ(-EBUSY, hold_begin(&self->l, 8, &self->err));
	EXPECT_TRUE(hold_end(&self->l, "of a test"));
	EXPECT_EQ(1, said.answers);
	EXPECT_EQ(7, said.id);
	EXPECT_EQ(0, said.ret);
	EXPECT_EQ(WIRE_OP_HOLD, said.op);
	EXPECT_NE(NULL, strstr(said.text, "until of a test"));
	EXPECT_FALSE(hold_end(&self->l, "again"));
	EXPECT_EQ(1, said.answers);
}

TEST_F(hold, does_not_begin_when_it_is_over_already)
{
	self->cfg.hold_ns = 3600 * NSEC_PER_SEC;
	EXPECT_FALSE(hold_end(&self->l, "early"));
	EXPECT_EQ(0, hold_begin(&self->l, 7, &self->err));
	EXPECT_EQ(1, said.answers);
	EXPECT_EQ(0, said.ret);
}

TEST_F(hold, is_refused_to_a_guest_nobody_wants_to_hold)
{
	EXPECT_EQ(0, hold_start(&self->l, &self->loop));
	EXPECT_EQ(-EINVAL, hold_begin(&self->l, 7, &self->err));
	EXPECT_EQ(0, said.answers);
}

/* Both events are in the loop: its time, and who has the terminal. */
TEST_F(hold, ends_by_itself_and_by_a_signal)
{
	static const u64 one = 1;
	struct pollfd p = { .events = POLLIN };

	self->cfg.hold_ns = NSEC_PER_MSEC;
	ASSERT_EQ(0, hold_start(&self->l, &self->loop));
	ASSERT_EQ(0, hold_begin(&self->l, 1, &self->err));
	p.fd = self->l.hold.timer.fd;
	ASSERT_EQ(1, poll(&p, 1, -1));
	self->l.hold.timer.handle(&self->l.hold.timer);
	EXPECT_EQ(1, said.answers);
	self->l.hold.over = false;
	self->cfg.hold_ns = 3600 * NSEC_PER_SEC;
	ASSERT_EQ(0, hold_begin(&self->l, 2, &self->err));
	ASSERT_EQ(sizeof(one), write(self->cfg.release_fd, &one, sizeof(one)));
	self->l.hold.release.handle(&self->l.hold.release);
	EXPECT_EQ(2, said.answers);
	EXPECT_NE(NULL, strstr(said.text, "interrupted"));
}

static struct vmcore *open_saved(FIXTURE_DATA(hold) * self)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->cfg.memory_fd);
	return vmcore_open(path, &self->err);
}

TEST_F(hold, memory_is_saved_once_with_registers)
{
	struct vmcore *core;

	self->cfg.save_memory = true;
	self->vcpus[1].regs = (struct vcpu_regs){ .valid = true, .ip = 0x1234 };
	EXPECT_EQ(0, save_memory_frozen(&self->l, &self->err));
	EXPECT_EQ(1, said.freezes);
	EXPECT_EQ(1, said.records);
	EXPECT_EQ(WIRE_OP_MEMORY, said.op);
	EXPECT_EQ(0, said.status);
	EXPECT_NE(NULL, strstr(said.text, "4 MiB"));
	core = open_saved(self);
	ASSERT_NE(NULL, core);
	EXPECT_EQ(2, core->nr_cpus);
	EXPECT_FALSE(core->regs[0].valid);
	EXPECT_EQ(0x1234, core->regs[1].ip);
	vmcore_close(core);
	EXPECT_EQ(0, save_memory_frozen(&self->l, &self->err));
	EXPECT_EQ(0, save_memory(&self->l, true, &self->err));
	save_memory_last(&self->l);
	EXPECT_EQ(1, said.freezes);
	EXPECT_EQ(1, said.records);
}

TEST_F(hold, memory_of_a_machine_that_has_ended_is_without_registers)
{
	struct vmcore *core;

	self->cfg.save_memory = true;
	self->vcpus[1].regs = (struct vcpu_regs){ .valid = true, .ip = 0x1234 };
	EXPECT_EQ(0, save_memory(&self->l, false, &self->err));
	EXPECT_NE(NULL, strstr(said.text, "without registers"));
	core = open_saved(self);
	ASSERT_NE(NULL, core);
	EXPECT_FALSE(core->regs[1].valid);
	vmcore_close(core);
}

TEST_F(hold, a_vcpu_that_does_not_stand_still_loses_no_memory)
{
	self->cfg.save_memory = true;
	said.freeze = -ETIMEDOUT;
	EXPECT_EQ(0, save_memory_frozen(&self->l, &self->err));
	EXPECT_EQ(0, said.status);
}

TEST_F(hold, a_machine_that_ends_meanwhile_is_saved_later)
{
	self->cfg.save_memory = true;
	said.freeze = -ECANCELED;
	EXPECT_EQ(-ECANCELED, save_memory_frozen(&self->l, &self->err));
	EXPECT_EQ(0, said.records);
	EXPECT_EQ(0, save_memory(&self->l, false, &self->err));
	EXPECT_EQ(1, said.records);
}

TEST_F(hold, a_file_that_takes_nothing_is_tried_once)
{
	self->cfg.save_memory = true;
	ASSERT_EQ(0, fcntl(self->cfg.memory_fd, F_ADD_SEALS, F_SEAL_GROW));
	EXPECT_EQ(-EPERM, save_memory_frozen(&self->l, &self->err));
	EXPECT_EQ(-EPERM, said.status);
	EXPECT_EQ(-EIO, save_memory_frozen(&self->l, &self->err));
	EXPECT_EQ(1, said.records);
}

TEST_F(hold, memory_nobody_wants_is_not_saved)
{
	EXPECT_EQ(-EINVAL, save_memory_frozen(&self->l, &self->err));
	save_memory_last(&self->l);
	self->l.vm = NULL;
	self->cfg.save_memory = true;
	save_memory_last(&self->l);
	EXPECT_EQ(0, said.records);
	EXPECT_EQ(0, said.freezes);
}

TEST_HARNESS_MAIN
