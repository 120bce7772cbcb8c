// The declarations that the parts of the hardware abstraction layer share. The layer is the only
// C of a product: some eight operations below the program's own code, which comes from the
// compiler and calls the sn_ functions (internal/llvmir). The back end replaces the config.h
// line by: SN_DEVICES, SN_DISKS, sn_is_disk, SN_BUSES, SN_SOURCES, sn_is_bus, SN_LEVELS,
// sn_is_level, sn_has_frames, SN_STREAMS, sn_is_stream (counted from 1), SN_FRAME,
// SN_MANY_TASKS, SN_CONTEXTS, SN_THREADS, sn_context, sn_room, SN_CHANS, SN_USES_*, SN_COUNT and
// the tables of task names and trap positions.
#ifndef HAL_H
#define HAL_H
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;
#define NORETURN __attribute__((noreturn))
#define INLINE static inline __attribute__((always_inline)) // a call would cost more than the work
// config.h stands here

// NEVER is a deadline that never comes. TIMER is the bit of the deadline in the mask and in the result of a wait.
#define NEVER (~0ull)
#define TIMER (1u << 31)

// The ways in which a run ends: the process's exit code, or the value written to the exit
// device. The tool uses the same codes.
enum { END_OK = 0, END_WAITING = 0, END_USAGE = 1, END_TRAP = 4, END_STUCK = 5, END_CRASH = 7 };

// The files of a product are one translation unit, in the order of x86.go. A file calls only
// functions that it defines or that the files before it define. So only the program's functions
// need prototypes, and files cannot call each other in a circle.
void sn_main(void);

// The functions that a product supplies to script.c and common.c:
//
//	void hal_write(const void *p, u32 n)    bytes to the console or to the harness
//	void hal_read(void *p, u32 n)           bytes from the harness
//	void hal_exit(u32 code)                 does not return
//	u64 hal_instructions(void)              with SN_COUNT: executed so far
//	u64 hal_now(void)                       live: microseconds
//	u32 hal_status(void)                    live: devices with a frame pending
//	u32 hal_wait(u32 mask, u64 due)         live: sleeps until one of mask has a frame or,
//	                                        unless NEVER, due has come: TIMER
//	u32 hal_take(u32 dev, u8 *p, u32 cap)   live: length of the next frame, 0 if it was
//	                                        longer than cap; of a stream how many of the
//	                                        bytes that wait fit
//	void hal_send(u32 dev, const u8 *p, u32 n)
//	void hal_script_frame(u32 dev, u8 *p, u32 n)        scripted: the frame that the harness
//	                                                    has announced
//	void hal_script_send(u32 dev, const u8 *p, u32 n)   scripted: a frame to the harness
//	u32 hal_disk(u32 dev, u32 op, u32 sector, u8 *data) with SN_DISKS: a DISK_ operation; a
//	                                                    DISK_ status
//	u32 hal_transfer(...)                   with SN_BUSES, live: a command over a bus; a BUS_ status
//	void hal_random(u32 dev, u8 *p, u32 n)  with SN_SOURCES, live: n random bytes
//	u32 hal_level(u32 dev)                  with SN_LEVELS, live: the level of an input, which is
//	                                        known then and no longer in the status
//	void hal_set_level(u32 dev, u32 level)
enum { DISK_READ = 1, DISK_WRITE = 2, DISK_FLUSH = 3, SECTOR = 512 };
enum { DISK_OK = 0, DISK_PAST_END = 1, DISK_ERROR = 2 };
enum { BUS_BYTES = 512, BUS_OK = 0, BUS_REFUSED = 1 };
#define SN_EXCHANGES (SN_BUSES + SN_SOURCES) // devices that answer with any number of bytes
#endif
