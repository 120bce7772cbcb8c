// Threads of a process: one for each context. A channel between two contexts is a ring with one
// writer and one reader. Each side counts its operations in a separate cache line. The same
// cache line has a mark, which the other side sets when it sleeps until the count changes.
//
//	given.n - taken.n   number of full slots
//	given.sleeps        the reader sleeps until more is given
//	taken.sleeps        the writer sleeps until more is taken
//
// A side that wants to sleep sets the mark, and then checks the count once more. A side that
// increases its count then checks the mark of the other side. All threads see both operations
// in the same order, so at least one side sees the other's. The model in ring_test.go tries
// every order.
//
// running counts the threads that do not sleep. A thread that wakes another thread counts it at
// once. So running is 0 only when no thread will ever continue without outside input.
#include "hal.h"

#if SN_THREADS
enum { LINE_OF_CACHE = 64, SPINS = 4096 };
enum { HAS_VALUE = 0, HAS_ROOM = 1, IS_TAKEN = 2 };
struct side { u32 n, sleeps; } __attribute__((aligned(LINE_OF_CACHE)));
static struct { struct side given, taken; } ring[SN_CHANS + 1];
static struct { u32 n; } __attribute__((aligned(LINE_OF_CACHE))) running, processors;
static u32 ended, first_rests, io, gone_off;

#define LOAD_NOW(x) __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define STORE_NOW(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)
#define SWAP_NOW(x, v) __atomic_exchange_n(&(x), v, __ATOMIC_SEQ_CST)
#define ADD_NOW(x, v) __atomic_add_fetch(&(x), v, __ATOMIC_SEQ_CST)

enum { WAIT_HERE = 128, WAKE_HERE = 129 }; // futex, of this process only
static void sleep_while(u32 *at, u32 is) {
  while (LOAD_NOW(*at) == is) sys(SYS_futex, (long)at, WAIT_HERE, is, 0);
}
static void wake(u32 *at, u32 how_many) { sys(SYS_futex, (long)at, WAKE_HERE, how_many, 0); }

// The lock of lock_io and unlock_io: 0 is free, 1 is taken, and 2 is taken while a thread
// waits.
__attribute__((unused)) static void lock_io(void) {
  u32 free = 0;
  if (__atomic_compare_exchange_n(&io, &free, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return;
  while (SWAP_NOW(io, 2)) sys(SYS_futex, (long)&io, WAIT_HERE, 2, 0);
}
__attribute__((unused)) static void unlock_io(void) {
  if (SWAP_NOW(io, 0) == 2) wake(&io, 1);
}

static void (*nobody_runs)(u32 all_ended); // ends the run

// rest is for a thread that cannot continue by itself. The last such thread lets the first
// context handle outside input, if that context waits for it. Otherwise it ends the run.
static void rest(void) {
  if (ADD_NOW(running.n, -1)) return;
  if (LOAD_NOW(first_rests)) {
    ADD_NOW(running.n, 1);
    STORE_NOW(first_rests, 0);
    wake(&first_rests, 1);
    return;
  }
  nobody_runs(LOAD_NOW(ended) == SN_CONTEXTS);
}

// others_rest lets the first context continue when all others have ended or sleep.
__attribute__((unused)) static void others_rest(void) {
  STORE_NOW(first_rests, 1);
  rest();
  sleep_while(&first_rests, 1);
}

__attribute__((noreturn)) static void context_ends(void) {
  ADD_NOW(ended, 1);
  rest();
  static u32 never;
  for (;;) sleep_while(&never, 0);
}

// sleep_at sleeps until the count of a side differs from the count that the caller saw.
static void sleep_at(struct side *s, u32 seen) {
  STORE_NOW(s->sleeps, 1);
  if (LOAD_NOW(s->n) != seen) {
    if (!SWAP_NOW(s->sleeps, 0)) ADD_NOW(running.n, -1); // the other side saw the mark and counted this thread too
    return;
  }
  rest();
  sleep_while(&s->sleeps, 1);
}

static u32 may_go(u32 what, u32 n, u32 other, u32 room) {
  switch (what) {
  case HAS_VALUE: return other != n;
  case HAS_ROOM: return n - other < room;
  }
  return n == other;
}

// sn_hold waits until a slot is available, and returns the slot's number. It polls for a while
// before it sleeps, unless another thread waits for a processor.
u32 sn_hold(u32 ch, u32 what) {
  struct side *mine = &ring[ch].given, *other = &ring[ch].taken;
  if (what == HAS_VALUE) mine = &ring[ch].taken, other = &ring[ch].given;
  u32 n = mine->n, room = sn_room[ch];
  for (u32 spins = 0;; spins++) {
    u32 seen = __atomic_load_n(&other->n, __ATOMIC_ACQUIRE);
    if (may_go(what, n, seen, room)) return n % room;
    if (spins < SPINS && __atomic_load_n(&running.n, __ATOMIC_RELAXED) <= processors.n) __asm__ volatile("pause");
    else sleep_at(other, seen), spins = 0;
  }
}

// sn_pass gives a slot to the other side. All accesses to the slot happen before that.
void sn_pass(u32 ch, u32 what) {
  struct side *mine = what == HAS_VALUE ? &ring[ch].taken : &ring[ch].given;
  STORE_NOW(mine->n, mine->n + 1);
  if (!LOAD_NOW(mine->sleeps)) return;
  ADD_NOW(running.n, 1); // must happen before the other thread can continue
  if (SWAP_NOW(mine->sleeps, 0)) wake(&mine->sleeps, 1);
  else ADD_NOW(running.n, -1);
}

// ---- the start

void sn_thread(u64 context) {
  sleep_while(&gone_off, 0);
  sn_context[context]();
  for (;;) context_ends();
}

#if SN_CONTEXTS > 1
// spawn makes a thread. The thread takes its number from its stack.
static long spawn(u64 *stack) {
  enum { CLONE = 56, SHARED = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 }; // VM FS FILES SIGHAND THREAD SYSVSEM
  long r;
  register long r10 __asm__("r10") = 0;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile("syscall\n test %%rax, %%rax\n jnz 1f\n xor %%ebp, %%ebp\n pop %%rdi\n call sn_thread\n ud2\n1:"
                   : "=a"(r) : "a"(CLONE), "D"(SHARED), "S"(stack), "d"(0), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return r;
}

static long memory_for(u64 n) {
  enum { READ_WRITE = 3, OWN = 2, ANONYMOUS = 0x20, NO_RESERVE = 0x4000 };
  long r;
  register long r10 __asm__("r10") = OWN | ANONYMOUS | NO_RESERVE;
  register long r8 __asm__("r8") = -1;
  register long r9 __asm__("r9") = 0;
  __asm__ volatile("syscall" : "=a"(r) : "a"(SYS_mmap), "D"(0), "S"(n), "d"(READ_WRITE), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return r;
}
#endif

// threads_made makes the threads of all contexts but the first. They begin with threads_go.
static u32 threads_made(void (*at_end)(u32)) {
  nobody_runs = at_end;
  u64 set[16] = {0};
  sys(SYS_sched_getaffinity, 0, sizeof set, (long)set, 0);
  for (u32 i = 0; i < sizeof set * 8; i++) processors.n += set[i / 64] >> i % 64 & 1;
  running.n = SN_CONTEXTS;
#if SN_CONTEXTS > 1
  enum { STACK = 8 << 20, GUARD = 4096 };
  for (u64 i = 1; i < SN_CONTEXTS; i++) {
    long at = memory_for(STACK);
    if (at < 0 && at > -4096) return 0;
    sys(SYS_mprotect, at, GUARD, 0, 0);
    u64 *top = (u64 *)(at + STACK - 24); // when i is taken, a multiple of 16 is left
    *top = i;
    if (spawn(top) < 0) return 0;
  }
#endif
  return 1;
}

static void threads_go(void) {
  STORE_NOW(gone_off, 1);
  wake(&gone_off, 0x7fffffff);
}

// Only one thread at a time writes output or requests.
#define LOCK_IO() lock_io()
#define UNLOCK_IO() unlock_io()
#define OTHERS_REST() others_rest()
#else
#define OTHERS_REST()
#endif
