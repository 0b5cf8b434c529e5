/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_DEVICES_PI_MUTEX_H
#define KTSTR_HOST_VMM_DEVICES_PI_MUTEX_H

#include <pthread.h>

/**
 * pi_mutex_init() - make a mutex with priority inheritance
 * @lock: the mutex
 *
 * Device state is shared between vCPU threads, which may run at normal
 * priority, and service threads, which may run at real-time priority: without
 * inheritance the latter would wait for whatever preempts the former.
 *
 * Return: 0, or the negative errno of the pthread call.
 */
static inline int pi_mutex_init(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;
	int ret;

	ret = pthread_mutexattr_init(&attr);
	if (ret)
		return -ret;
	ret = pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	if (!ret)
		ret = pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return -ret;
}

#endif /* KTSTR_HOST_VMM_DEVICES_PI_MUTEX_H */
