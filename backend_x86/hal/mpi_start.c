// The start of a rank, its turns, and its end.
#include "hal.h"

// turns runs each context of this rank once.
static void turns(void) {
  for (u32 k = 0; k < SN_CONTEXTS; k++) {
    if (rank_of(k) != (u32)rank || state[k].ended) continue;
    now_running = k;
    change(&scheduler_stack, state[k].stack);
  }
}

static void hear_all(void) {
  for (u32 ch = 0; ch < SN_CHANS; ch++)
    if (is_mine(ch)) hear(ch);
}

// Sums over all ranks: messages sent and received, contexts that have not ended, and ranks that
// have moved since the last reduction.
enum { SENT, RECEIVED, UNFINISHED, MOVED, FIGURES };
static u64 mine[FIGURES], all[FIGURES];
static MPI_Request asked = MPI_REQUEST_NULL;

static void ask_all(u64 has_moved) {
  mine[SENT] = sent, mine[RECEIVED] = received, mine[UNFINISHED] = unfinished, mine[MOVED] = has_moved;
  MPI_Iallreduce(mine, all, FIGURES, MPI_UNSIGNED_LONG_LONG, MPI_SUM, MPI_COMM_WORLD, &asked);
}

// quiet reports whether all ranks rest for ever: no rank has moved between two sums, and no
// message is in transit. A rank without work waits in quiet for the others.
static u32 quiet(u64 *was_sent) {
  int answered;
  MPI_Test(&asked, &answered, MPI_STATUS_IGNORE);
  if (!answered) return 0;
  u32 over = all[SENT] == all[RECEIVED] && all[SENT] == *was_sent && !all[MOVED];
  *was_sent = all[SENT];
  return over;
}

static void close_links(void) {
  for (u32 ch = 0; ch < SN_CHANS; ch++) {
    if (!is_mine(ch)) continue;
    for (u32 n = 0; n < sn_room[ch]; n++) {
      if (link_of[ch].slot[n] == MPI_REQUEST_NULL) continue;
      if (reader(ch) == (u32)rank) MPI_Cancel(&link_of[ch].slot[n]);
      MPI_Wait(&link_of[ch].slot[n], MPI_STATUS_IGNORE);
    }
    if (writer(ch) != (u32)rank) continue;
    MPI_Cancel(&link_of[ch].said);
    MPI_Wait(&link_of[ch].said, MPI_STATUS_IGNORE);
  }
}

static int run_rank(void) {
  MPI_Init(0, 0);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (!stacks_made()) return END_CRASH;
  open_links();
  enum { POLLS = 256 }; // before a rank without work asks the others, or lets them run
  u64 was_sent = ~0ull, since = 1;
  u32 asking = 0, idle = 0;
  for (;;) {
    moved = 0;
    turns();
    hear_all();
    since |= moved;
    if (moved) idle = 0;
    if (moved || ++idle < POLLS) continue;
    idle = POLLS;
    if (asking) {
      if (quiet(&was_sent)) break;
      asking = asked != MPI_REQUEST_NULL;
    }
    if (!asking) {
      ask_all(since);
      since = 0, asking = 1;
    }
    sched_yield();
  }
  close_links();
  MPI_Finalize();
  return all[UNFINISHED] ? END_STUCK : END_OK;
}

// ---- the process that waits for the running process

static void say_lost(int code, int signal_number) {
  char line[4096];
  u32 used = 0;
#define ADD(text) for (const char *s_ = (text); *s_ && used < sizeof line - 1; s_++) line[used++] = *s_
  char figure[12];
#define ADD_NUMBER(value) do { u32 v_ = (u32)(value), i_ = 11; figure[11] = 0; do figure[--i_] = (char)('0' + v_ % 10); while (v_ /= 10); ADD(figure + i_); } while (0)
  ADD("rank ");
  ADD_NUMBER(rank);
  ADD(" with");
  u32 n = 0;
  for (u32 k = 0; k < SN_CONTEXTS; k++) {
    if (rank_of(k) != (u32)rank) continue;
    ADD(n++ ? ", " : " ");
    ADD(sn_task_name(k));
  }
  if (!n) ADD(" no task");
  if (signal_number) {
    ADD(" was killed by signal ");
    ADD_NUMBER(signal_number);
  } else {
    ADD(code == END_STUCK ? " is stuck, as all are, exit code " : " ended with exit code ");
    ADD_NUMBER(code);
  }
  ADD("\n");
  write_all_of(2, line, used);
}

static pid_t runs;
static void hand_on(int number) {
  if (runs > 0) kill(runs, number);
}

static int number_in(const char *name, int otherwise) {
  const char *s = getenv(name);
  int n = 0;
  if (!s || !*s) return otherwise;
  for (; *s >= '0' && *s <= '9'; s++) n = n * 10 + (*s - '0');
  return n;
}

int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1) {
    complain_of("usage: mpirun -n RANKS PROGRAM\n");
    return END_USAGE;
  }
  check_processor();
  rank = number_in("OMPI_COMM_WORLD_RANK", 0), ranks = number_in("OMPI_COMM_WORLD_SIZE", 1);
  runs = fork();
  if (runs < 0) {
    complain_of("cannot make a process\n");
    return END_CRASH;
  }
  if (!runs) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return run_rank();
  }
  signal(SIGTERM, hand_on), signal(SIGINT, hand_on), signal(SIGHUP, hand_on);
  int status = 0;
  while (waitpid(runs, &status, 0) < 0) {}
  if (WIFEXITED(status) && !WEXITSTATUS(status)) return END_OK;
  int asked_to = WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGHUP);
  if (!asked_to) say_lost(WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : END_CRASH;
}
