package x86

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// before is C code that the test puts in front of the unchanged drivers. This code replaces the
// transport by a device that sends answers without a request.
const before = `
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define SN_DEVICES 2
#define SN_SOURCES 1
#define SN_DISKS 1
#define SN_NETS 1
#define SN_HOMES 0
#define SN_WORDS 0
#define SN_FRAME 1514
static const unsigned char sn_is_disk[] = {0, 1, 0}, sn_has_frames[] = {1, 0, 0};
static int hal_scripted;
`

const device = `
typedef volatile u32 *virtio;
static jmp_buf ended;
static u64 sentences, answers, good, state;
static u32 draw(u32 n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (u32)(state >> 33) % n;
}
static NORETURN void fail(const char *why) {
  if (strncmp(why, "virtio: ", 8)) abort();
  sentences++;
  longjmp(ended, 1);
}
static u32 registers[64];
static virtio device_now = registers;
static const volatile u32 *settings(virtio d) { return d + 32; }
static void reset(virtio d) { (void)d; }
static u32 begin(virtio d, u32 known) { return (void)d, known; }
static void ready(virtio d) { (void)d; }
static void acknowledge(virtio d) { (void)d; }
static void queue_start(virtio d, u32 n, struct queue *q, u32 size) { (void)d, (void)n, (void)q, (void)size; }
static void cpuid(u32 leaf, u32 *r) { (void)leaf, r[2] = 0; }
// An answer: often a right one, else any number, length, flags and index.
static void hostile(struct queue *q) {
  u32 n = draw(4) ? 1 : 1 + draw(70); // a device that never answers is waited for a minute
  for (u32 k = 0; k < n; k++) {
    u16 at = (u16)(q->used.idx + k) % QSIZE;
    int right = draw(2);
    good += right;
    q->used.ring[at].id = right ? draw(16) : draw(3) ? draw(80) : draw(~0u);
    q->used.ring[at].len = right ? 12 + draw(SN_FRAME) : draw(3) ? draw(2000) : draw(~0u);
    answers++;
  }
  q->used.flags = (u16)(draw(3) & ~QUIET); // or nobody would call it
  q->used.idx += (u16)n;
  if (!draw(50)) q->used.idx = (u16)draw(65536);
  if (q->used.idx == q->seen) q->used.idx++;
}
static void notify(virtio d, struct queue *q, u32 number) { (void)d, (void)number, hostile(q); }
`

const after = `
enum { GUARD = 64 };
static u8 frame[GUARD + SN_FRAME + GUARD], sector[GUARD + SECTOR + GUARD];
static void check(const u8 *p, u32 from, u32 to) {
  for (; from < to; from++)
    if (p[from] != 0xa5) abort();
}
int main(int argc, char **argv) {
  u32 rounds = (u32)atoi(argv[1]);
  state = (u64)atoi(argv[argc - 1]);
  memset(frame, 0xa5, sizeof frame);
  memset(sector, 0xa5, sizeof sector);
  registers[32] = 0, registers[33] = 0;
  nic_start(device_now);
  registers[32] = 100;
  disks[1].dev = device_now;
  disks[1].features = FLUSHES;
  rng_start(device_now);
  while (answers < rounds) {
    if (setjmp(ended)) {
      rng_queue.seen = rng_queue.used.idx; // a run that goes on would have ended here
      memset(frame, 0xa5, sizeof frame);   // it may hold the first of two answers
      continue;
    }
    struct nic *n = &nics[0];
    if (draw(4) == 0) hostile(draw(2) ? &n->rx : &n->tx);
    switch (draw(5)) {
    case 4: {
      u32 wanted = draw(2 * sizeof rng_bytes);
      hal_random(0, frame + GUARD, wanted);
      check(frame, 0, GUARD);
      check(frame, GUARD + wanted, sizeof frame);
      memset(frame, 0xa5, sizeof frame);
      break;
    }
    case 0: {
      u32 cap = draw(SN_FRAME + 1), got = nic_pending(0) ? nic_take(0, frame + GUARD, cap) : 0;
      if (got > cap) abort();
      check(frame, 0, GUARD);
      check(frame, GUARD + got, sizeof frame);
      memset(frame, 0xa5, sizeof frame);
      break;
    }
    case 1:
      nic_send(0, frame + GUARD, draw(SN_FRAME + 1));
      break;
    default: {
      // An answer that is there before the question is one that was not asked.
      u32 got = hal_disk(1, 1 + draw(3), draw(200), sector + GUARD);
      if (got > DISK_ERROR) abort();
      check(sector, 0, GUARD);
      check(sector, GUARD + SECTOR, sizeof sector);
    }
    }
    if (n->free >> OUT) abort();
    for (u32 k = 0; k < QSIZE; k++) {
      if (n->rx.avail.ring[k] >= QSIZE || n->tx.avail.ring[k] >= OUT) abort();
      if (n->rx.desc[k].addr != (u64)n->in[k] || n->rx.desc[k].len != SLOT) abort();
      if (k < OUT && (n->tx.desc[k].addr != (u64)n->out[k] || n->tx.desc[k].len > SLOT)) abort();
    }
    if (!draw(8)) disks[1].q.seen = disks[1].q.used.idx; // a run that goes on would have ended here
  }
  printf("%llu answers, %llu sentences, %llu right\n", answers, sentences, good);
}
`

// TestHostileQueues runs the drivers of a guest with devices that give answers with any number,
// length and index. The drivers must stay within their memory, which two sanitizers check. A
// driver must either continue or end the program with a message.
func TestHostileQueues(t *testing.T) {
	n := 20000
	switch {
	case os.Getenv("SINTER_CAMPAIGN") != "":
		n = 10_000_000
	case testkit.Full():
		n = 200_000
	}
	said := runHostile(t, n, func(text string) string { return text })
	var answers, sentences, good int
	_, err := fmt.Sscanf(said, "%d answers, %d sentences, %d right", &answers, &sentences, &good)
	require.NoError(t, err, said)
	require.GreaterOrEqual(t, answers, n)
	require.Greater(t, sentences, n/100)
	require.Greater(t, good, n/4)
}

// TestPlantedQueueFaults checks that the test finds a driver that trusts the device.
func TestPlantedQueueFaults(t *testing.T) {
	if !testkit.Full() {
		t.Skip("not run: it compiles the drivers four times more (SINTER_FULL=1)")
	}
	for _, c := range [][2]string{
		{"id < QSIZE && len > HEADER && len <= SLOT", "len > HEADER && len <= SLOT"},
		{"len <= SLOT && len - HEADER <= cap", "len - HEADER <= cap + 100"},
		{"if (id < OUT) d->free", "d->free"},
		{"if (id < QSIZE) publish", "publish"},
		{"|| !got || got > n", "|| !got"},
	} {
		said := runHostile(t, 20000, func(text string) string {
			require.Equal(t, 1, strings.Count(text, c[0]), c[0])
			return strings.Replace(text, c[0], c[1], 1)
		})
		require.NotContains(t, said, " answers, ", c[0])
	}
}

// runHostile runs the drivers on the host. It returns their output, or the report of a fault.
func runHostile(t *testing.T, n int, change func(string) string) string {
	clang := testkit.Tool(t, "clang-19", "clang")
	text := before + source("hal.h") + source("virtio_queue.c") + device + source("virtio_net.c") + source("virtio_block.c") + source("virtio_rng.c") + after
	var lines []string
	for line := range strings.Lines(change(text)) {
		if !strings.HasPrefix(line, `#include "hal.h"`) {
			lines = append(lines, line)
		}
	}
	dir := t.TempDir()
	file, program := filepath.Join(dir, "hostile.c"), filepath.Join(dir, "hostile")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644))
	out, err := exec.Command(clang, "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-w", file, "-o", program).CombinedOutput()
	if strings.Contains(string(out), "libclang_rt") {
		testkit.Skip(t, "this clang has no sanitizers: apt-get install libclang-rt-19-dev")
	}
	require.NoError(t, err, "%s", out)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second+time.Duration(n)*50*time.Microsecond)
	defer stop()
	run := exec.CommandContext(ctx, program, fmt.Sprint(n), "7")
	run.Env = []string{"ASAN_OPTIONS=symbolize=0", "UBSAN_OPTIONS=symbolize=0"}
	said, err := run.CombinedOutput()
	if err != nil {
		return err.Error() + "\n" + string(said)
	}
	return string(said)
}
