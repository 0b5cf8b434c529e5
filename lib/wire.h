/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_H
#define KTSTR_LIB_WIRE_H

/*
 * The frame format of every channel of the project: guest to host on the bulk
 * port, the VMM process to its supervisor, an emulated host to the machine
 * under it, and the scenario file.
 *
 * A frame is a 16-byte little-endian header and a payload. The CRC-32 (IEEE
 * 802.3, as zlib's crc32()) covers the payload alone. It finds transport
 * damage; it does not authenticate anything. A tag is four ASCII letters read
 * as one integer, so EXIT is 0x45584954 and travels as "TIXE".
 *
 * What a guest asks of the host has its own header, lib/wire_request.h, and so
 * have the largest payloads: lib/wire_result.h, lib/wire_dump.h, lib/wire_ops.h,
 * lib/wire_monitor.h and lib/wire_worker.h.
 *
 * Nothing here keeps a global or logs. Objects belong to one thread at a time
 * unless their text says otherwise.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/wire_request.h"

/* Larger payloads are refused by the writer and dropped by the assembler. */
#define WIRE_FRAME_MAX (16U << 20)
#define WIRE_HDR_SIZE  16

#define WIRE_TAG(a, b, c, d) ((u32)(a) << 24 | (u32)(b) << 16 | (u32)(c) << 8 | (u32)(d))

/**
 * struct wire_hdr - what stands in front of every payload
 * @type: enum wire_tag
 * @len: payload bytes
 * @crc: CRC-32 of the payload; 0 for an empty one
 * @pad: 0; a reader counts anything else and goes on
 */
struct wire_hdr {
	__le32 type;
	__le32 len;
	__le32 crc;
	__le32 pad;
} __packed;
static_assert(sizeof(struct wire_hdr) == WIRE_HDR_SIZE);

/**
 * enum wire_tag - frame types
 * @WIRE_STIM: step start, struct wire_stim; step 0 is the baseline
 * @WIRE_STEN: step end, struct wire_stim with the step_index of its start
 * @WIRE_SCST: scenario start, empty
 * @WIRE_SCPP: scenario pause, empty
 * @WIRE_SCRR: scenario resume, empty
 * @WIRE_SCEN: scenario end, struct wire_scen; a shorter payload is ignored
 * @WIRE_EXIT: exit code of the guest, struct wire_code; the latest one wins
 * @WIRE_TEST: the result, struct wire_result of lib/wire_result.h
 * @WIRE_SCDX: the scheduler process ended, struct wire_code; ends the run
 * @WIRE_CRSH: reserved; crash text travels on COM2
 * @WIRE_PMET: payload metrics, struct wire_pmet of lib/wire_ops.h
 * @WIRE_RAWO: raw payload output
 * @WIRE_PRAW: coverage profile
 * @WIRE_WPRF: trace bytes, last piece
 * @WIRE_WPRC: trace bytes, one piece of many, followed by a WIRE_WPRF
 * @WIRE_SRDY: the guest is up, empty
 * @WIRE_SOUT: a piece of standard output, at most 4 KiB when guest-init writes
 * @WIRE_SERR: a piece of standard error
 * @WIRE_SCLG: a piece of the scheduler's output
 * @WIRE_LIFE: how far the guest came, struct wire_life and a UTF-8 reason
 * @WIRE_KADR: kernel addresses, struct wire_kadr, before WIRE_SRDY
 * @WIRE_EXCX: exit code of a shell command, struct wire_code
 * @WIRE_DMSG: kernel log text
 * @WIRE_PROB: probe results
 * @WIRE_SNRQ: snapshot request, struct wire_snrq of lib/wire_request.h
 * @WIRE_KORQ: kernel operation request, struct wire_korq of lib/wire_ops.h
 * @WIRE_SSWN: the guest swapped schedulers, empty; cached addresses are void
 * @WIRE_SNRP: host to guest: snapshot reply, struct wire_snrp of
 *             lib/wire_request.h
 * @WIRE_KORP: host to guest: kernel operation reply, struct wire_korp of
 *             lib/wire_ops.h
 * @WIRE_OBSQ: observer request, struct wire_obsq of lib/wire_request.h;
 *             answered by a WIRE_SNRP
 * @WIRE_VMCI: where the kernel's VMCOREINFO note is, struct wire_vmci of
 *             lib/wire_request.h, before WIRE_SRDY
 * @WIRE_TIMC: what the guest's clocks did, struct wire_timc
 * @WIRE_ROUT: a program the guest was told to run: its start, a piece of its
 *             output, or its end, struct wire_rout of lib/wire_output.h
 * @WIRE_WREP: what one worker measured, of lib/wire_worker.h
 * @WIRE_HFIL: emulated host: a piece of an artifact file, struct wire_hfil
 * @WIRE_HSAV: emulated host: a piece of the file that is brought back beside the
 *             artifacts, struct wire_hsav
 * @WIRE_INSQ: to an emulated host: a question about its guest, of
 *             lib/wire_inspect.h; one at a time
 * @WIRE_INSA: emulated host: a piece of the answer, and an empty one behind the
 *             last
 * @WIRE_HSIG: to an emulated host: a signal for its program, struct wire_code
 * @WIRE_VMMR: VMM process: its report, struct wire_vmm_report, likewise
 * @WIRE_GFRM: VMM process: one guest frame, struct wire_gfrm and its payload
 * @WIRE_CONS: VMM process: console text (COM1)
 * @WIRE_COM2: VMM process: crash text (COM2)
 * @WIRE_DUMP: VMM process: a snapshot, struct wire_dump of lib/wire_dump.h
 * @WIRE_OPRS: VMM process: what came of a request, struct wire_oprs likewise
 * @WIRE_MONI: VMM process: what the monitor can see, struct wire_moni of
 *             lib/wire_monitor.h
 * @WIRE_MONS: VMM process: one sample of the monitor, struct wire_mons likewise
 *
 * WIRE_SSWN, WIRE_WPRC, WIRE_OBSQ, WIRE_VMCI, WIRE_TIMC, WIRE_ROUT, WIRE_WREP and
 * everything from WIRE_HFIL on are numbered by this project. The last group never
 * comes from a guest.
 */
enum wire_tag {
	WIRE_STIM = WIRE_TAG('S', 'T', 'I', 'M'),
	WIRE_STEN = WIRE_TAG('S', 'T', 'E', 'N'),
	WIRE_SCST = WIRE_TAG('S', 'C', 'S', 'T'),
	WIRE_SCPP = WIRE_TAG('S', 'C', 'P', 'P'),
	WIRE_SCRR = WIRE_TAG('S', 'C', 'R', 'R'),
	WIRE_SCEN = WIRE_TAG('S', 'C', 'E', 'N'),
	WIRE_EXIT = WIRE_TAG('E', 'X', 'I', 'T'),
	WIRE_TEST = WIRE_TAG('T', 'E', 'S', 'T'),
	WIRE_SCDX = WIRE_TAG('S', 'C', 'D', 'X'),
	WIRE_CRSH = WIRE_TAG('C', 'R', 'S', 'H'),
	WIRE_PMET = WIRE_TAG('P', 'M', 'E', 'T'),
	WIRE_RAWO = WIRE_TAG('R', 'A', 'W', 'O'),
	WIRE_PRAW = WIRE_TAG('P', 'R', 'A', 'W'),
	WIRE_WPRF = WIRE_TAG('W', 'P', 'R', 'F'),
	WIRE_WPRC = WIRE_TAG('W', 'P', 'R', 'C'),
	WIRE_SRDY = WIRE_TAG('S', 'R', 'D', 'Y'),
	WIRE_SOUT = WIRE_TAG('S', 'O', 'U', 'T'),
	WIRE_SERR = WIRE_TAG('S', 'E', 'R', 'R'),
	WIRE_SCLG = WIRE_TAG('S', 'C', 'L', 'G'),
	WIRE_LIFE = WIRE_TAG('L', 'I', 'F', 'E'),
	WIRE_KADR = WIRE_TAG('K', 'A', 'D', 'R'),
	WIRE_EXCX = WIRE_TAG('E', 'X', 'C', 'X'),
	WIRE_DMSG = WIRE_TAG('D', 'M', 'S', 'G'),
	WIRE_PROB = WIRE_TAG('P', 'R', 'O', 'B'),
	WIRE_SNRQ = WIRE_TAG('S', 'N', 'R', 'Q'),
	WIRE_KORQ = WIRE_TAG('K', 'O', 'R', 'Q'),
	WIRE_SSWN = WIRE_TAG('S', 'S', 'W', 'N'),
	WIRE_SNRP = WIRE_TAG('S', 'N', 'R', 'P'),
	WIRE_KORP = WIRE_TAG('K', 'O', 'R', 'P'),
	WIRE_OBSQ = WIRE_TAG('O', 'B', 'S', 'Q'),
	WIRE_VMCI = WIRE_TAG('V', 'M', 'C', 'I'),
	WIRE_TIMC = WIRE_TAG('T', 'I', 'M', 'C'),
	WIRE_ROUT = WIRE_TAG('R', 'O', 'U', 'T'),
	WIRE_WREP = WIRE_TAG('W', 'R', 'E', 'P'),
	WIRE_HFIL = WIRE_TAG('H', 'F', 'I', 'L'),
	WIRE_HSAV = WIRE_TAG('H', 'S', 'A', 'V'),
	WIRE_INSQ = WIRE_TAG('I', 'N', 'S', 'Q'),
	WIRE_INSA = WIRE_TAG('I', 'N', 'S', 'A'),
	WIRE_HSIG = WIRE_TAG('H', 'S', 'I', 'G'),
	WIRE_VMMR = WIRE_TAG('V', 'M', 'M', 'R'),
	WIRE_GFRM = WIRE_TAG('G', 'F', 'R', 'M'),
	WIRE_CONS = WIRE_TAG('C', 'O', 'N', 'S'),
	WIRE_COM2 = WIRE_TAG('C', 'O', 'M', '2'),
	WIRE_DUMP = WIRE_TAG('D', 'U', 'M', 'P'),
	WIRE_OPRS = WIRE_TAG('O', 'P', 'R', 'S'),
	WIRE_MONI = WIRE_TAG('M', 'O', 'N', 'I'),
	WIRE_MONS = WIRE_TAG('M', 'O', 'N', 'S'),
};

/**
 * enum wire_class - who may send a frame and where it ends up
 * @WIRE_CLASS_UNKNOWN: no such tag
 * @WIRE_CLASS_VERDICT: from the guest, kept in the verdict log
 * @WIRE_CLASS_COORD: handled (or dropped) by the coordinator, never logged
 * @WIRE_CLASS_HOST: between host processes; a guest has no business sending it
 */
enum wire_class {
	WIRE_CLASS_UNKNOWN,
	WIRE_CLASS_VERDICT,
	WIRE_CLASS_COORD,
	WIRE_CLASS_HOST,
};

/**
 * wire_class() - class of a tag
 * @type: from a frame header
 */
enum wire_class wire_class(u32 type);

/**
 * wire_tag_name() - a tag as four printable characters
 * @type: from a frame header, any value
 * @name: filled in; a byte outside 0x20..0x7e becomes '?'
 *
 * Return: @name.
 */
const char *wire_tag_name(u32 type, char name[5]);

/**
 * enum wire_stage - how far a run has come; only ever forward
 * @WIRE_STAGE_BOOT: until WIRE_SRDY
 * @WIRE_STAGE_ATTACH: the scheduler is being loaded
 * @WIRE_STAGE_DISPATCH: workers are being started
 * @WIRE_STAGE_BODY: the scenario runs
 * @WIRE_STAGE_TEARDOWN: result, logs, power-off
 * @WIRE_STAGE_DONE: the guest has nothing left to do
 * @WIRE_STAGE_NR: how many there are
 */
enum wire_stage {
	WIRE_STAGE_BOOT,
	WIRE_STAGE_ATTACH,
	WIRE_STAGE_DISPATCH,
	WIRE_STAGE_BODY,
	WIRE_STAGE_TEARDOWN,
	WIRE_STAGE_DONE,
	WIRE_STAGE_NR,
};

/**
 * wire_stage_name() - a stage as one lower-case word
 * @stage: any value; an unknown one gives "unknown"
 */
const char *wire_stage_name(u32 stage);

/**
 * enum wire_life_phase - first byte of a WIRE_LIFE payload; 0 is reserved
 * @WIRE_LIFE_INIT_STARTED: guest-init runs
 * @WIRE_LIFE_PAYLOAD_STARTING: set-up is over, the test itself begins
 * @WIRE_LIFE_SCHED_DIED: the scheduler process ended; the reason says how
 * @WIRE_LIFE_SCHED_NOT_ATTACHED: it never attached; the reason says why
 * @WIRE_LIFE_SCHED_ATTACHED: attached; the reason is the name of its ops
 * @WIRE_LIFE_WORKLOAD_DISPATCHED: every worker runs
 */
enum wire_life_phase {
	WIRE_LIFE_INIT_STARTED = 1,
	WIRE_LIFE_PAYLOAD_STARTING = 2,
	WIRE_LIFE_SCHED_DIED = 3,
	WIRE_LIFE_SCHED_NOT_ATTACHED = 4,
	WIRE_LIFE_SCHED_ATTACHED = 5,
	WIRE_LIFE_WORKLOAD_DISPATCHED = 6,
};

/**
 * struct wire_life - WIRE_LIFE
 * @phase: enum wire_life_phase
 * @reason: UTF-8 up to the end of the payload, not NUL-terminated
 */
struct wire_life {
	u8 phase;
	char reason[];
} __packed;
static_assert(sizeof(struct wire_life) == 1);

/**
 * struct wire_stim - WIRE_STIM and WIRE_STEN, exactly 24 bytes
 * @elapsed_ms: since scenario start
 * @step_index: 0 the baseline, 1..N the steps
 * @op_count: operations of the step
 * @op_kinds: bitmask of operation kinds
 * @cgroup_count: cgroups alive; WIRE_STEN: before it was cleaned up
 * @worker_count: workers alive; likewise
 * @total_iterations: sum over all workers so far
 */
struct wire_stim {
	__le32 elapsed_ms;
	__le16 step_index;
	__le16 op_count;
	__le32 op_kinds;
	__le16 cgroup_count;
	__le16 worker_count;
	__le64 total_iterations;
} __packed;
static_assert(sizeof(struct wire_stim) == 24);

/**
 * struct wire_scen - WIRE_SCEN
 * @elapsed_ms: length of the scenario
 * @total_iterations: sum over all workers
 */
struct wire_scen {
	__le64 elapsed_ms;
	__le64 total_iterations;
} __packed;
static_assert(sizeof(struct wire_scen) == 16);

/**
 * struct wire_code - WIRE_EXIT, WIRE_SCDX, WIRE_EXCX
 * @code: a signed exit code; WIRE_SCDX: as of WEXITSTATUS(), or minus the
 *        number of the signal that ended the scheduler
 */
struct wire_code {
	__le32 code;
} __packed;
static_assert(sizeof(struct wire_code) == 4);

/**
 * struct wire_kadr - WIRE_KADR, exactly 24 bytes
 * @phys_base: phys_base + 1, so that 0 says "not sent"
 * @page_offset_base: address of the symbol, 0 when the host shall derive it
 * @text: runtime address of _text + 1
 */
struct wire_kadr {
	__le64 phys_base;
	__le64 page_offset_base;
	__le64 text;
} __packed;
static_assert(sizeof(struct wire_kadr) == 24);

/**
 * struct wire_timc - WIRE_TIMC, exactly 48 bytes
 * @samples: pairs read
 * @elapsed_ns: of CLOCK_MONOTONIC between the first and the last one
 * @backwards: times either clock went back
 * @max_step_ns: longest step of CLOCK_MONOTONIC between two pairs
 * @max_drift_ns: furthest that CLOCK_MONOTONIC and the TSC came apart
 * @tsc_khz: ticks of the TSC a millisecond, as measured
 */
struct wire_timc {
	__le64 samples;
	__le64 elapsed_ns;
	__le64 backwards;
	__le64 max_step_ns;
	__le64 max_drift_ns;
	__le64 tsc_khz;
} __packed;
static_assert(sizeof(struct wire_timc) == 48);

/* One byte each, host to guest on the console port (hvc0). */
#define WIRE_WAKE_DUMP		 0xd1
#define WIRE_WAKE_SHUTDOWN	 0xd3
#define WIRE_WAKE_MAP_WRITTEN	 0xbf
#define WIRE_WAKE_ACCESSOR_READY 0xac
#define WIRE_WAKE_PERIODIC_READY 0xad
#define WIRE_WAKE_PROBE_READY	 0xab
#define WIRE_WAKE_TRACE_RECEIVED 0xae

#define WIRE_HFIL_FIRST BIT(0)
#define WIRE_HFIL_LAST	BIT(1)

/**
 * struct wire_hfil - WIRE_HFIL: one piece of a file; path and data follow
 * @flags: WIRE_HFIL_FIRST truncates or creates, WIRE_HFIL_LAST closes
 * @mode: permission bits
 * @path_len: bytes of the path, relative to the artifacts directory; the
 *            receiver refuses "..", a leading "/" and NUL bytes
 * @pad: 0
 */
struct wire_hfil {
	__le32 flags;
	__le32 mode;
	__le16 path_len;
	__le16 pad;
} __packed;
static_assert(sizeof(struct wire_hfil) == 12);

/**
 * struct wire_hsav - WIRE_HSAV: data follows, unless it is the last piece
 * @offset: in the file, of the data; of the last piece the file's size. What
 *          lies between pieces is a hole
 * @last: 1 for the last piece, else 0
 */
struct wire_hsav {
	__le64 offset;
	__le32 last;
} __packed;
static_assert(sizeof(struct wire_hsav) == 12);

/**
 * struct wire_gfrm - WIRE_GFRM: the payload of the guest's frame follows
 * @type: its tag
 * @crc_ok: 1 when its CRC was right, else 0
 * @t_ns: when the coordinator had all of it, since the start of the run
 *
 * Such a frame may be this much longer than WIRE_FRAME_MAX: its reader gives
 * wire_asm_init() WIRE_GFRM_MAX.
 */
struct wire_gfrm {
	__le32 type;
	__le32 crc_ok;
	__le64 t_ns;
} __packed;
static_assert(sizeof(struct wire_gfrm) == 16);
#define WIRE_GFRM_MAX (WIRE_FRAME_MAX + sizeof(struct wire_gfrm))

/**
 * struct wire_frame - one received frame
 * @type: tag, any value
 * @crc_ok: the CRC fits the payload; nothing may be promoted when it does not
 * @payload: @len bytes, valid during the callback; unaligned
 * @len: payload bytes
 * @t_ns: out of a log (WIRE_GFRM): when it came, since the start of the run; else 0
 */
struct wire_frame {
	u32 type;
	bool crc_ok;
	const u8 *payload;
	size_t len;
	u64 t_ns;
};

/**
 * typedef wire_frame_fn - takes one frame
 * @ctx: as given to wire_asm_feed() or wire_parse()
 * @f: the frame
 */
typedef void (*wire_frame_fn)(void *ctx, const struct wire_frame *f);

/**
 * wire_crc() - CRC-32 of a payload
 * @payload: the bytes, may be NULL when @len is 0
 * @len: how many
 */
u32 wire_crc(const void *payload, size_t len);

/**
 * wire_hdr_init() - fill in the header for a payload
 * @hdr: where to
 * @type: the tag
 * @payload: the bytes
 * @len: how many, at most WIRE_GFRM_MAX
 */
void wire_hdr_init(struct wire_hdr *hdr, u32 type, const void *payload, size_t len);

/**
 * wire_send() - write one frame
 * @fd: a descriptor; when non-blocking, the call waits for room
 * @type: the tag
 * @payload: the bytes, may be NULL when @len is 0
 * @len: how many, at most WIRE_FRAME_MAX (WIRE_GFRM: WIRE_GFRM_MAX)
 *
 * Header and payload go out as one frame, in one write() when they are small
 * and with as many as the descriptor takes otherwise. Two threads must not
 * write to the same descriptor at once: see struct wire_writer.
 *
 * Return: 0, -EMSGSIZE before anything is written, or the negative errno of
 * the write that failed; the stream may then end in a torn frame.
 */
int wire_send(int fd, u32 type, const void *payload, size_t len);

/**
 * struct wire_writer - one stream shared by threads
 * @fd: borrowed, stays open
 * @lock: held for a whole frame
 * @err: the first failure; nothing is written after it, because what follows
 *       a torn frame would be read as its rest
 * @frames: frames written
 */
struct wire_writer {
	int fd;
	pthread_mutex_t lock;
	int err;
	u64 frames;
};

/**
 * wire_writer_init() - a writer over a descriptor
 * @w: the writer
 * @fd: stays the caller's
 */
void wire_writer_init(struct wire_writer *w, int fd);

/**
 * wire_writer_send() - write one frame; any thread
 * @w: the writer
 * @type: the tag
 * @payload: the bytes
 * @len: how many
 *
 * Return: as wire_send(), or the failure an earlier call met.
 */
int wire_writer_send(struct wire_writer *w, u32 type, const void *payload, size_t len);

/**
 * wire_writer_free() - release the lock; the descriptor stays open
 * @w: the writer, or NULL
 */
void wire_writer_free(struct wire_writer *w);

/**
 * struct wire_counters - what an assembler saw
 * @frames: delivered, whatever their CRC
 * @crc_errors: of those, with a wrong CRC
 * @pad_nonzero: of those, with a pad that is not 0 (harmless)
 * @oversize: headers that claim more than the cap
 * @resyncs: times the assembler lost its place and searched a header
 * @dropped_bytes: bytes that never became a frame
 */
struct wire_counters {
	u64 frames;
	u64 crc_errors;
	u64 pad_nonzero;
	u64 oversize;
	u64 resyncs;
	u64 dropped_bytes;
};

/**
 * struct wire_assembler - frames out of a byte stream cut anywhere
 * @cap: largest payload
 * @buf: bytes of the frame that is not complete yet
 * @used: how many
 * @room: allocated; grows with the bytes that came, not with a claimed length
 * @skip: bytes of an oversize frame passed over so far, header included
 * @skip_left: bytes of it still to come; 0 when none is being skipped
 * @hunting: searching for the next header after a loss
 * @n: counters
 */
struct wire_assembler {
	size_t cap;
	u8 *buf;
	size_t used;
	size_t room;
	u64 skip;
	u64 skip_left;
	bool hunting;
	struct wire_counters n;
};

/**
 * wire_asm_init() - an empty assembler
 * @a: the assembler
 * @cap: largest payload taken: WIRE_FRAME_MAX, or WIRE_GFRM_MAX for the
 *       stream of a VMM process
 */
void wire_asm_init(struct wire_assembler *a, size_t cap);

/**
 * wire_asm_free() - release the buffer
 * @a: the assembler, or NULL
 */
void wire_asm_free(struct wire_assembler *a);

/**
 * wire_asm_feed() - take bytes and deliver the frames they complete
 * @a: the assembler
 * @data: the bytes; copied once before they are looked at, so they may lie in
 *        memory that a guest is changing
 * @len: how many
 * @fn: called for each frame, in order; must not feed the same assembler
 * @ctx: passed to @fn
 *
 * The frames delivered do not depend on how the stream is cut. A frame with a
 * wrong CRC is delivered with crc_ok false. A frame above the cap is passed
 * over, without being stored, until all of it arrived or twice the cap went
 * by; then the next header is searched: the first place with a tag of this
 * file, a length within the cap and a pad of 0.
 *
 * Return: 0, or -ENOMEM: the bytes not yet consumed are counted as dropped.
 */
int wire_asm_feed(struct wire_assembler *a, const void *data, size_t len, wire_frame_fn fn,
		  void *ctx);

/**
 * wire_asm_residual() - bytes of a frame that has not ended
 * @a: the assembler
 *
 * Not 0 at the end of a stream means that its last frame is torn.
 */
u64 wire_asm_residual(const struct wire_assembler *a);

/**
 * wire_parse() - deliver the frames of a complete buffer
 * @data: the bytes; must not change during the call
 * @len: how many
 * @fn: called for each frame, in order
 * @ctx: passed to @fn
 *
 * Return: 0 when the buffer is a whole number of frames, or -EBADMSG at the
 * first that is torn or above WIRE_FRAME_MAX; those before it were delivered.
 */
int wire_parse(const void *data, size_t len, wire_frame_fn fn, void *ctx);

#endif /* KTSTR_LIB_WIRE_H */
