// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/arch/arch.h"
#include "host/vmm/devices/serial.h"
#include "host/vmm/vm.h"
#include "host/vmm/vm_devices.h"
#include "lib/log.h"
#include "lib/util.h"

static void raise_irq(int evt)
{
	static const u64 edge = 1;

	if (write(evt, &edge, sizeof(edge)) < 0)
		pr_warn_once("irqfd: %s; the guest may wait for an interrupt", strerror(errno));
}

static void com_tx(void *ctx, const u8 *buf, size_t len)
{
	struct vm_com *com = ctx;

	if (com->vm->sinks.serial)
		com->vm->sinks.serial(com->vm->sinks.ctx, com->port, buf, len);
}

static void com_irq(void *ctx, int level)
{
	struct vm_com *com = ctx;

	if (level)
		raise_irq(com->irq_evt);
}

static int event_new(int *fd, struct ktstr_err *err)
{
	*fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return *fd < 0 ? ktstr_err_set(err, -errno, "eventfd: %s", strerror(errno)) : 0;
}

static int add_serial(struct vm *vm, struct ktstr_err *err)
{
	static const struct serial_ops ops = { .tx = com_tx, .irq = com_irq };
	unsigned int i;
	int ret;

	for (i = 0; i < VM_SERIAL_PORTS; i++) {
		struct vm_com *com = &vm->com[i];

		com->vm = vm;
		com->port = i;
		ret = event_new(&com->irq_evt, err);
		if (ret)
			return ret;
		com->uart = serial_new(&ops, com);
		if (!com->uart)
			return ktstr_err_set(err, -errno, "UART: %s", strerror(errno));
	}
	return arch_serial_init(vm, err);
}

void vm_devices_reset(struct vm *vm)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vm->com); i++)
		vm->com[i].irq_evt = -1;
	for (i = 0; i < ARRAY_SIZE(vm->console_evt); i++)
		vm->console_evt[i] = -1;
	vm->console_irq_evt = -1;
}

int vm_devices_add(struct vm *vm, struct ktstr_err *err)
{
	return add_serial(vm, err);
}

void vm_devices_free(struct vm *vm)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vm->com); i++) {
		serial_free(vm->com[i].uart);
		close_fd(&vm->com[i].irq_evt);
	}
	for (i = 0; i < ARRAY_SIZE(vm->console_evt); i++)
		close_fd(&vm->console_evt[i]);
	close_fd(&vm->console_irq_evt);
}
