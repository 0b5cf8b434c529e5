// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/arch/arch.h"
#include "host/vmm/devices/serial.h"
#include "host/vmm/devices/virtio_console.h"
#include "host/vmm/vm.h"
#include "host/vmm/vm_devices.h"
#include "lib/log.h"
#include "lib/util.h"

static void signal_event(int evt)
{
	static const u64 one = 1;

	if (write(evt, &one, sizeof(one)) < 0)
		pr_warn_once("eventfd: %s; the guest may wait for an interrupt", strerror(errno));
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
		signal_event(com->irq_evt);
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

static size_t console_tx(void *ctx, unsigned int port, const u8 *buf, size_t len)
{
	struct vm *vm = ctx;

	return vm->sinks.console ? vm->sinks.console(vm->sinks.ctx, port, buf, len) : len;
}

static void console_irq(void *ctx)
{
	struct vm *vm = ctx;

	signal_event(vm->console_irq_evt);
}

static void console_kick(void *ctx)
{
	struct vm *vm = ctx;

	signal_event(vm->console_evt);
}

static int add_console(struct vm *vm, struct ktstr_err *err)
{
	static const struct virtio_console_ops ops = {
		.tx = console_tx,
		.irq = console_irq,
		.kick = console_kick,
	};
	const struct arch_map *map = arch_map();
	int ret;

	ret = event_new(&vm->console_irq_evt, err);
	if (!ret)
		ret = event_new(&vm->console_evt, err);
	if (ret)
		return ret;
	vm->console = virtio_console_new(vm->ram, &ops, vm, err);
	if (!vm->console)
		return -errno;
	ret = virtio_console_attach(vm->console, &vm->mmio, map->virtio_base, err);
	if (!ret)
		ret = vm_irqfd(vm, vm->console_irq_evt, map->virtio_gsi, err);
	if (!ret)
		ret = vm_ioeventfd(vm, vm->console_evt,
				   map->virtio_base + VIRTIO_MMIO_NOTIFY_OFFSET, 4, err);
	return ret;
}

void vm_devices_reset(struct vm *vm)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vm->com); i++)
		vm->com[i].irq_evt = -1;
	vm->console_evt = -1;
	vm->console_irq_evt = -1;
}

int vm_devices_add(struct vm *vm, struct ktstr_err *err)
{
	int ret = add_serial(vm, err);

	return ret ? ret : add_console(vm, err);
}

void vm_devices_free(struct vm *vm)
{
	size_t i;

	virtio_console_free(vm->console);
	for (i = 0; i < ARRAY_SIZE(vm->com); i++) {
		serial_free(vm->com[i].uart);
		close_fd(&vm->com[i].irq_evt);
	}
	close_fd(&vm->console_evt);
	close_fd(&vm->console_irq_evt);
}
