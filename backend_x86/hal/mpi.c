// A program that runs on the ranks of MPI. Thread k of the system, counted from 0, is on rank
// k modulo the number of ranks. Each rank runs its threads in turn, each on a separate stack.
// When a thread would wait, the rank changes to the next thread. So only one thread calls MPI.
//
// A channel within a rank is a ring. For a channel between two ranks, both ranks have the ring.
// The writer sends a slot when it is full, and the reader reports when the slot is empty. So
// each task waits for the same events as within one process. A program that is stuck in one
// process is stuck here too.
//
// No rank knows which messages are in transit. So a rank with nothing to do takes part in a
// sum over all ranks, which counts the messages sent and received. The run has ended or is
// stuck if two such sums agree, they show no message in transit, and no rank has moved
// between them.
//
// Each rank is two processes. One runs the program, and the other waits for it. If the first
// process dies, the second reports the tasks that were lost.
#include "hal.h"
#include <mpi.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HAS_VALUE = 0, HAS_ROOM = 1, IS_TAKEN = 2, STACK = 8 << 20, GUARD = 4096 };

static int rank, ranks = 1;

// ---- the console, time and ends

static void write_all_of(int fd, const void *p, u32 n) {
  const u8 *b = p;
  while (n) {
    long k = write(fd, b, n);
    if (k <= 0) _exit(END_CRASH);
    b += k;
    n -= (u32)k;
  }
}

static void complain_of(const char *text) { write_all_of(2, text, (u32)strlen(text)); }

// The check of the processor is the only user of sys, and uses it only to write.
enum { SYS_write = 1 };
static long sys(long what, long fd, long at, long n, long none) {
  (void)what, (void)none;
  return write((int)fd, (const void *)at, (unsigned long)n);
}

void hal_write(const void *p, u32 n) { write_all_of(1, p, n); }
void hal_read(void *p, u32 n) { (void)p, (void)n, _exit(END_CRASH); }
NORETURN void hal_exit(u32 code) { _exit((int)code); }
u32 hal_status(void) { return 0; }
u32 hal_wait(u32 mask, u64 due) { (void)mask, (void)due, _exit(END_STUCK); }
void hal_script_frame(u32 dev, u8 *p, u32 n) { (void)dev, (void)p, (void)n; }
void hal_script_send(u32 dev, const u8 *p, u32 n) { (void)dev, (void)p, (void)n; }
INLINE void hal_flush(void) {}

// ---- contexts of this rank

static u32 rank_of(u32 context) { return context % (u32)ranks; }

static struct { void *stack; u8 ended; } state[SN_CONTEXTS];
static u32 now_running = SN_CONTEXTS, unfinished;
static u8 moved; // since the last reduction
static void *scheduler_stack;

#define NAKED __attribute__((naked, noinline))
// change switches stacks. It saves the current stack pointer in *from, and continues on the
// stack whose pointer is `to`.
NAKED static void change(void **from, void *to) {
  __asm__("push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
          " mov %rsp, (%rdi)\n mov %rsi, %rsp\n"
          " pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n ret\n");
}

static void let_others(void) { change(&state[now_running].stack, scheduler_stack); }

static void begin_here(void) {
  sn_context[now_running]();
  _exit(END_CRASH); // a context ends by sn_halt
}

NORETURN static void context_ends(void) {
  state[now_running].ended = moved = 1;
  unfinished--;
  for (;;) let_others();
}

static u32 stacks_made(void) {
  for (u32 k = 0; k < SN_CONTEXTS; k++) {
    if (rank_of(k) != (u32)rank) continue;
    u8 *at = mmap(0, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return 0;
    mprotect(at, GUARD, PROT_NONE);
    void **top = (void **)(at + STACK - 16);
    top[0] = (void *)begin_here; // target of ret, with a stack as after a call
    state[k].stack = top - 6;
    unfinished++;
  }
  return 1;
}

// ---- channels

static struct {
  u32 given, taken; // within a rank both are its own counts; else one is the own count, and the other is the other side's report
  MPI_Request *slot, said;
} link_of[SN_CHANS + 1];
static u64 sent, received;

static u32 is_ring(u32 ch) { return sn_ring[ch].slots != 0; }
static u32 writer(u32 ch) { return rank_of(sn_ring[ch].writer); }
static u32 reader(u32 ch) { return rank_of(sn_ring[ch].reader); }
static u32 is_far(u32 ch) { return is_ring(ch) && writer(ch) != reader(ch); }
static u32 is_mine(u32 ch) { return is_far(ch) && (writer(ch) == (u32)rank || reader(ch) == (u32)rank); }
static u8 *slot(u32 ch, u32 n) { return sn_ring[ch].slots + (u64)(n % sn_room[ch]) * sn_ring[ch].size; }

static void await_value(u32 ch, u32 n) {
  MPI_Irecv(slot(ch, n), (int)sn_ring[ch].size, MPI_BYTE, (int)writer(ch), (int)ch * 2, MPI_COMM_WORLD, &link_of[ch].slot[n % sn_room[ch]]);
}

static void await_room(u32 ch) { MPI_Irecv(0, 0, MPI_BYTE, (int)reader(ch), (int)ch * 2 + 1, MPI_COMM_WORLD, &link_of[ch].said); }

static void open_links(void) {
  for (u32 ch = 0; ch < SN_CHANS; ch++) {
    if (!is_mine(ch)) continue;
    link_of[ch].slot = malloc(sizeof(MPI_Request) * sn_room[ch]);
    if (!link_of[ch].slot) _exit(END_CRASH);
    for (u32 n = 0; n < sn_room[ch]; n++) {
      link_of[ch].slot[n] = MPI_REQUEST_NULL;
      if (reader(ch) == (u32)rank) await_value(ch, n);
    }
    if (writer(ch) == (u32)rank) await_room(ch);
  }
}

// hear takes the messages that have arrived for a channel, and counts them.
static void hear(u32 ch) {
  int here = 1;
  if (reader(ch) == (u32)rank) {
    while (link_of[ch].given - link_of[ch].taken < sn_room[ch]) {
      MPI_Test(&link_of[ch].slot[link_of[ch].given % sn_room[ch]], &here, MPI_STATUS_IGNORE);
      if (!here) return;
      link_of[ch].given++, received++, moved = 1;
    }
    return;
  }
  for (;;) {
    MPI_Test(&link_of[ch].said, &here, MPI_STATUS_IGNORE);
    if (!here) return;
    link_of[ch].taken++, received++, moved = 1;
    await_room(ch);
  }
}

static u32 may_go(u32 ch, u32 what) {
  switch (what) {
  case HAS_VALUE: return link_of[ch].given != link_of[ch].taken;
  case HAS_ROOM: return link_of[ch].given - link_of[ch].taken < sn_room[ch];
  }
  return link_of[ch].given == link_of[ch].taken;
}

u32 sn_hold(u32 ch, u32 what) {
  while (!may_go(ch, what)) {
    if (is_far(ch)) hear(ch);
    if (may_go(ch, what)) break;
    let_others();
  }
  moved = 1;
  u32 n = what == HAS_VALUE ? link_of[ch].taken : link_of[ch].given;
  if (what == HAS_ROOM && is_far(ch)) MPI_Wait(&link_of[ch].slot[n % sn_room[ch]], MPI_STATUS_IGNORE); // the reader has read it
  return n % sn_room[ch];
}

void sn_pass(u32 ch, u32 what) {
  moved = 1;
  if (what == HAS_VALUE) {
    u32 n = link_of[ch].taken++;
    if (!is_far(ch)) return;
    await_value(ch, n);
    MPI_Send(0, 0, MPI_BYTE, (int)writer(ch), (int)ch * 2 + 1, MPI_COMM_WORLD);
  } else {
    u32 n = link_of[ch].given++;
    if (!is_far(ch)) return;
    MPI_Isend(slot(ch, n), (int)sn_ring[ch].size, MPI_BYTE, (int)reader(ch), (int)ch * 2, MPI_COMM_WORLD, &link_of[ch].slot[n % sn_room[ch]]);
  }
  sent++;
}
