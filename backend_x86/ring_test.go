package x86

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The model of threads.c: a writer and a reader of one ring, on processors that delay stores
// (x86-TSO: other processors see a store later, but in order; a locked operation waits until all
// stores are visible). The test tries every order of steps and of delayed stores. The model
// takes its behaviour from the text of threads.c, so a change of the file changes the model.

// protocol holds the properties of the source that the proof depends on.
type protocol struct {
	countAtOnce bool // sn_pass: the count is visible before the mark of the sleeping side is read
	saysAtOnce  bool // sleep_at: the mark is visible before the count is read again
	looksAgain  bool // sleep_at: the count is read again
	countsWoken bool // sn_pass: a woken thread is counted before it can continue
	givesBack   bool // sleep_at: a thread that was counted twice corrects the count
}

func protocolOf(t *testing.T, text string) protocol {
	pass := part(t, text, "void sn_pass(")
	sleep := part(t, text, "static void sleep_at(")
	added, claimed := strings.Index(pass, "ADD_NOW(running.n, 1)"), strings.Index(pass, "SWAP_NOW(mine->sleeps, 0)")
	return protocol{
		countAtOnce: strings.Contains(pass, "STORE_NOW(mine->n, mine->n + 1)"),
		saysAtOnce:  strings.Contains(sleep, "STORE_NOW(s->sleeps, 1)"),
		looksAgain:  strings.Contains(sleep, "if (LOAD_NOW(s->n) != seen)"),
		countsWoken: added >= 0 && added < claimed,
		givesBack:   strings.Contains(sleep, "if (!SWAP_NOW(s->sleeps, 0)) ADD_NOW(running.n, -1)"),
	}
}

// part is the text of one function.
func part(t *testing.T, text, head string) string {
	_, rest, ok := strings.Cut(text, "\n"+head)
	require.True(t, ok, head)
	body, _, _ := strings.Cut(rest, "\n}")
	return body
}

// The words that both threads share.
const (
	given = iota
	givenSleeps
	taken
	takenSleeps
	running
	words
)

// side is one thread: its position, the values that it has seen, its progress, and the stores
// that are not yet visible to other threads.
type side struct {
	at, seen, n int
	asleep      bool
	late        [4]struct{ word, value int }
	lates       int
}

type ringState struct {
	mem  [words]int
	side [2]side // the writer, the reader
}

const (
	atHold = iota
	atSay
	atLook
	atTakeBack
	atGiveBack
	atRest
	atSleep
	atPass
	atAsk
	atClaim
	atCount
	atWake
	atEnd
	ended
)

type ringModel struct {
	protocol
	items, room int
	seen        map[ringState]bool
	wrong       string
}

// load reads a word as thread k sees it. A thread sees its own stores at once.
func (s *ringState) load(k, word int) int {
	me := &s.side[k]
	for i := me.lates - 1; i >= 0; i-- {
		if me.late[i].word == word {
			return me.late[i].value
		}
	}
	return s.mem[word]
}

func (s *ringState) store(k, word, value int, atOnce bool) {
	me := &s.side[k]
	me.late[me.lates].word, me.late[me.lates].value = word, value
	me.lates++
	if atOnce {
		s.flush(k)
	}
}

func (s *ringState) drain(k int) {
	me := &s.side[k]
	s.mem[me.late[0].word] = me.late[0].value
	copy(me.late[:], me.late[1:])
	me.lates--
	me.late[me.lates].word, me.late[me.lates].value = 0, 0
}

func (s *ringState) flush(k int) {
	for s.side[k].lates > 0 {
		s.drain(k)
	}
}

func (s *ringState) swap(k, word, value int) int {
	s.flush(k)
	old := s.mem[word]
	s.mem[word] = value
	return old
}

// explore visits all states that follow s.
func (m *ringModel) explore(s ringState) {
	if m.seen[s] || m.wrong != "" {
		return
	}
	m.seen[s] = true
	moved := false
	for k := range 2 {
		if s.side[k].lates > 0 {
			next := s
			next.drain(k)
			moved = true
			m.explore(next)
		}
		if next := s; s.side[k].lates < 4 && m.step(&next, k) {
			moved = true
			m.explore(next)
		}
	}
	if !moved && (s.side[0].at != ended || s.side[1].at != ended) {
		m.wrong = fmt.Sprintf("both wait for ever: %+v", s)
	}
	if !moved && s.mem[running] != 0 {
		m.wrong = fmt.Sprintf("both have ended, and somebody is counted: %+v", s)
	}
}

// step makes the next step of thread k. It returns false if the thread cannot make one.
func (m *ringModel) step(s *ringState, k int) bool {
	me, other := &s.side[k], &s.side[1-k]
	mine, theirs := given, taken
	if k == 1 {
		mine, theirs = taken, given
	}
	switch me.at {
	case atHold:
		me.seen = s.load(k, theirs)
		me.at = atSay
		if k == 1 && me.seen != me.n || k == 0 && me.n-me.seen < m.room {
			me.at = atPass
		}
	case atSay:
		s.store(k, theirs+1, 1, m.saysAtOnce)
		me.at = atLook
		if !m.looksAgain {
			me.at = atRest
		}
	case atLook:
		me.at = atRest
		if s.load(k, theirs) != me.seen {
			me.at = atTakeBack
		}
	case atTakeBack:
		me.at = atHold
		if s.swap(k, theirs+1, 0) == 0 && m.givesBack {
			me.at = atGiveBack
		}
	case atGiveBack, atRest, atEnd:
		m.rest(s, k)
	case atSleep:
		if me.asleep {
			return false
		}
		me.asleep = s.load(k, theirs+1) == 1
		if !me.asleep {
			me.at = atHold
		}
	case atPass:
		me.n++
		s.store(k, mine, me.n, m.countAtOnce)
		me.at = atAsk
	case atAsk:
		me.at = atHold
		if s.load(k, mine+1) != 0 {
			me.at = atClaim
			if m.countsWoken {
				me.at = atCount
			}
		}
	case atCount:
		s.flush(k)
		s.mem[running]++
		me.at = atClaim
		if !m.countsWoken {
			me.at = atWake
		}
	case atClaim:
		switch woken := s.swap(k, mine+1, 0) != 0; {
		case woken && m.countsWoken:
			me.at = atWake
		case woken:
			me.at = atCount
		case m.countsWoken:
			me.at = atGiveBack
		default:
			me.at = atHold
		}
	case atWake:
		other.asleep = false
		me.at = atHold
	default:
		return false
	}
	if me.at == atHold && me.n == m.items {
		me.at = atEnd
	}
	return true
}

// rest removes a thread from the count of running threads.
func (m *ringModel) rest(s *ringState, k int) {
	me, other := &s.side[k], &s.side[1-k]
	s.flush(k)
	s.mem[running]--
	switch me.at {
	case atGiveBack:
		me.at = atHold
	case atRest:
		me.at = atSleep
	default:
		me.at = ended
	}
	if s.mem[running] == 0 && (me.at != ended || other.at != ended) {
		m.wrong = fmt.Sprintf("nobody is counted, and the run is not over: %+v", *s)
	}
}

func check(p protocol, items, room int) (states int, wrong string) {
	m := &ringModel{protocol: p, items: items, room: room, seen: map[ringState]bool{}}
	first := ringState{}
	first.mem[running] = 2
	m.explore(first)
	return len(m.seen), m.wrong
}

// TestRing tries every order of the steps of a writer and a reader.
func TestRing(t *testing.T) {
	t.Parallel()
	p := protocolOf(t, source("threads.c"))
	for _, room := range []int{1, 2} {
		states, wrong := check(p, 3, room)
		require.Empty(t, wrong)
		require.Greater(t, states, 500)
		t.Logf("%d slots: %d states", room, states)
	}
	for name, mistake := range map[string]func(*protocol){
		"the count may be seen late":         func(p *protocol) { p.countAtOnce = false },
		"that it sleeps may be seen late":    func(p *protocol) { p.saysAtOnce = false },
		"it does not look again":             func(p *protocol) { p.looksAgain = false },
		"who is woken is counted afterwards": func(p *protocol) { p.countsWoken = false },
		"a thread stays counted twice":       func(p *protocol) { p.givesBack = false },
	} {
		bad := p
		mistake(&bad)
		_, wrong := check(bad, 3, 1)
		assert.NotEmpty(t, wrong, name)
	}
}
