package source_test

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand"
	"strings"
	"testing"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// model is a map<u16, u8, n> written from the language definition.
type model struct {
	ways, sets int
	used       []bool
	key        []uint16
	value      []byte
	next       []int
}

func newModel(n int) *model {
	w := min(4, n)
	return &model{w, n / w, make([]bool, n), make([]uint16, n), make([]byte, n), make([]int, n/w)}
}

func (m *model) set(k uint16) int {
	sum := crc32.Checksum(binary.BigEndian.AppendUint16(nil, k), crc32.MakeTable(crc32.Castagnoli))
	return int(sum % uint32(m.sets))
}

func (m *model) find(k uint16) int {
	for i := range m.ways {
		if e := m.set(k)*m.ways + i; m.used[e] && m.key[e] == k {
			return e
		}
	}
	return -1
}

func (m *model) put(k uint16, v byte) {
	e := m.find(k)
	for i := 0; e < 0 && i < m.ways; i++ {
		if at := m.set(k)*m.ways + i; !m.used[at] {
			e = at
		}
	}
	if e < 0 {
		s := m.set(k)
		e = s*m.ways + m.next[s]
		m.next[s] = (m.next[s] + 1) % m.ways
	}
	m.used[e], m.key[e], m.value[e] = true, k, v
}

func (m *model) remove(k uint16) {
	if e := m.find(k); e >= 0 {
		m.used[e] = false
	}
}

func (m *model) get(k uint16) byte {
	if e := m.find(k); e >= 0 {
		return m.value[e]
	}
	return 255
}

// keys is the number of keys that the operations below use.
const keys = 6

// play executes operations of one byte each: k puts key k, and k+keys removes key k.
func (m *model) play(ops []byte) string {
	for i, op := range ops {
		if k := uint16(op); k < keys {
			m.put(k, byte(i))
		} else {
			m.remove(k - keys)
		}
	}
	var out []string
	for k := range uint16(keys) {
		out = append(out, fmt.Sprint(m.get(k)))
	}
	return strings.Join(out, " ")
}

const mapProgram = `use net
task t(d: net.Eth) {
  var b: bytes<64>
  loop {
    d.recv(b)
    var m: map<u16, u8, %d>
    for i in 0..b.len {
      if b[i] < 6 { m.put(u16(b[i]), u8(i)) } else { m.remove(u16(b[i]) - 6) }
    }
    log.print("{m.get(0, 255)} {m.get(1, 255)} {m.get(2, 255)} {m.get(3, 255)} {m.get(4, 255)} {m.get(5, 255)}")
  }
}
system s { run t(net.eth(0)) }`

// sequences returns all sequences of a given number of puts, and then random sequences of puts
// and removals.
func sequences(n, random int) (list [][]byte) {
	total := 1
	for range n {
		total *= keys
	}
	for i := range total {
		s := make([]byte, n)
		for j := range s {
			s[j] = byte(i % keys)
			i /= keys
		}
		list = append(list, s)
	}
	r := rand.New(rand.NewSource(3))
	for range random {
		s := make([]byte, 1+r.Intn(24))
		for j := range s {
			s[j] = byte(r.Intn(2 * keys))
		}
		list = append(list, s)
	}
	return list
}

// TestMapsAgainstModel checks the eviction order and the sets of maps with one to four ways and
// with several sets. The test tries all sequences of five puts of six keys, and random
// sequences.
func TestMapsAgainstModel(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 8, 16} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			p := check(t, fmt.Sprintf(mapProgram, n))
			list := sequences(5, 1000)
			s := &world.Script{Devices: []string{"eth0"}}
			for _, ops := range list {
				s.Inputs = append(s.Inputs, world.Input{Data: ops})
			}
			i := 0
			for _, e := range run(t, p, s).Events {
				if e.Kind != trace.Log {
					continue
				}
				if want := newModel(n).play(list[i]); e.Text != want {
					t.Fatalf("after %v got %s, want %s", list[i], e.Text, want)
				}
				i++
			}
			if i != len(list) {
				t.Errorf("%d of %d sequences ran", i, len(list))
			}
		})
	}
}

// TestCanonicalBits checks that the bits of keys decide which keys share a set: most
// significant bit first, padded at the end. The test finds the set of a key by evictions from a
// map with 256 sets. It also checks that a key finds the entry of an equal key, and never the
// entry of a different key.
func TestCanonicalBits(t *testing.T) {
	got := logs(t, `struct K { f: bool; n: bytes<4>; v: [2]u3 }
fn key(f: bool, n: bytes<4>, a: u3, b: u3) -> K { return K(f: f, n: n, v: [a, b]) }`, `
  var m: map<K, u8, 16>
  let ab: bytes<4> = "ab"
  var long: bytes<4> = "abcd"
  long.resize(2)
  m.put(key(true, ab, 1, 2), 7)
  log.print("{m.get(key(true, long, 1, 2), 0)} {m.get(key(false, ab, 1, 2), 0)} {m.get(key(true, ab, 2, 1), 0)}")
  m.remove(key(true, long, 1, 2))
  log.print("{m.get(key(true, ab, 1, 2), 9)}")
  let copy = m
  m.put(key(true, ab, 1, 2), 3)
  log.print("{copy.get(key(true, ab, 1, 2), 9)} {m.get(key(true, ab, 1, 2), 9)}")`)
	if want := "7 0 0 9 9 3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
