/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_PORT_H
#define KTSTR_GUEST_PORT_H

#include <stddef.h>

#include "lib/err.h"

#define PORT_CLASS_DIR "/sys/class/virtio-ports"

/**
 * port_find() - find a virtio-console port by the name its host gave it
 * @class_dir: PORT_CLASS_DIR, or a directory of the same shape
 * @name: the port's name, e.g. "ktstr-bulk"
 * @dev: filled with the device name ("vport0p1")
 * @len: size of @dev
 *
 * Port numbers depend on what else the host plugged in; names do not.
 *
 * Return: 0, or -ENOENT when no such port is there (yet).
 */
int port_find(const char *class_dir, const char *name, char *dev, size_t len);

/**
 * port_open() - wait for a port and open it
 * @name: the port's name
 * @timeout_ms: how long it may take to appear
 * @err: names the port and what was there instead, or NULL
 *
 * A port can be open only once, so the descriptor is the guest's only one; it
 * is close-on-exec. Opening tells the host (PORT_OPEN), so does closing.
 *
 * Return: a blocking read-write descriptor, or negative errno: -ETIMEDOUT
 * when the port never appeared, else what open(2) said.
 */
int port_open(const char *name, unsigned int timeout_ms, struct ktstr_err *err);

#endif /* KTSTR_GUEST_PORT_H */
