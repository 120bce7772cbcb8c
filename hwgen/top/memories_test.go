package top

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// user is a circuit that the test uses instead of a core. This circuit has a data memory of
// addrBits address bits. The inputs of the circuit choose the operation on the memory. The
// circuit never reads and writes in the same cycle.
func user(t *testing.T, addrBits int, init []uint64, text []uint64) *rtl.Circuit {
	b := rtl.NewBuilder("user")
	data := b.Mem("data", 32, addrBits, 4, init)
	read := b.Input("want_read", 1)
	write := b.And(b.Input("want_write", 1), b.Not(read))
	addr := b.Input("at", addrBits)
	q := b.ReadSync(data, addr, read, rtl.Never)
	b.If(write, func() { b.WriteMem(data, addr, b.Input("value", 32), b.Input("which", 4)) })
	b.Output("found", q)
	if text != nil {
		b.Output("said", b.ReadSync(b.Mem("text", 32, addrBits, 1, text), addr, read, rtl.Old))
	}
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// sparse returns words that are mostly zero.
func sparse(r *rand.Rand, length, some int) []uint64 {
	out := make([]uint64, length)
	for range some {
		out[r.Intn(length)] = uint64(r.Uint32()) | 1
	}
	out[length-1] = 7
	return out
}

// TestFill checks that a memory with any contents holds its initial contents after a reset. The
// words come from a copy or a list, in blocks or in gates. The memory is filled before the core
// may begin.
func TestFill(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	full := sparse(r, 200, 900)
	for _, c := range []struct {
		init []uint64
		mem  string // the memory that is added
	}{
		{nil, ""},
		{[]uint64{5}, "data_copy"},
		{full, "data_copy"},
		{sparse(r, 250, 9), "data_list"},
		{sparse(r, 256, 30), "data_list"},
		{sparse(r, 256, 110), "data_list"},            // longer than a list made of gates
		{append(make([]uint64, 255), 1), "data_copy"}, // a list needs two words
	} {
		made, err := Restart(user(t, 8, c.init, nil))
		require.NoError(t, err)
		added := ""
		if len(made.Mems) > 1 {
			added = made.Mems[1].Name
		}
		require.Equal(t, c.mem, added)
		e, err := cycle.New(made)
		require.NoError(t, err)
		for range 3 {
			for i := range e.Memory(0) {
				e.Memory(0)[i] = uint64(r.Uint32())
			}
			e.Reset(true)
			e.Step()
			e.Reset(false)
			for range FillCycles(made) - 1 {
				e.Step()
			}
			before := slices.Clone(e.Memory(0))
			e.Step()
			want := make([]uint64, 256)
			copy(want, c.init)
			require.Equal(t, want, e.Memory(0))
			if c.mem == "data_copy" && len(c.init) == 256 || c.init == nil {
				require.NotEqual(t, want, before, "the last word is written in the last cycle")
			}
			require.NoError(t, e.Set("want_write", 1))
			require.NoError(t, e.Set("at", 3))
			require.NoError(t, e.Set("value", 0x1234))
			require.NoError(t, e.Set("which", 3))
			e.Step()
			require.Equal(t, want[3]&^0xffff|0x1234, e.Memory(0)[3], "then the core writes")
			require.NoError(t, e.Set("want_write", 0))
		}
	}
}

// TestSizes checks that the pieces hold all words, and use few units more than necessary.
func TestSizes(t *testing.T) {
	require.Equal(t, []int{2048, 512}, sizes(2397, 256))
	require.Equal(t, []int{256}, sizes(1, 256))
	require.Empty(t, sizes(0, 256))
	require.Equal(t, []int{2048, 1024, 1024}, sizes(2048+1024+512+256, 256))
	for n := 1; n < 5000; n += 7 {
		sum, last := 0, 1<<30
		for _, s := range sizes(n, 16) {
			require.LessOrEqual(t, s, last)
			require.Zero(t, sum%s, "a piece begins at a multiple of its size")
			sum, last = sum+s, s
		}
		require.GreaterOrEqual(t, sum, n)
		require.LessOrEqual(t, sum, max(16, n*3/2+16))
	}
}

// TestRom checks that a memory in pieces outputs each word that is read, and keeps the output
// until the next read.
func TestRom(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for _, length := range []int{0, 1, 100, 601, 1023, 1024} {
		m := rtl.Mem{Name: "text", Width: 32, AddrBits: 10}
		for i := range 1 << m.AddrBits {
			v := uint64(0x100073)
			if i < length {
				v = uint64(r.Uint32())
			}
			m.Init = append(m.Init, v)
		}
		c, err := rom(&m, 64)
		require.NoError(t, err)
		if length == 601 {
			require.Len(t, c.Mems, 2) // 512 and 128
		}
		e, err := cycle.New(c)
		require.NoError(t, err)
		want := uint64(0)
		for k := range 4000 {
			at, read := uint64(k)%1024, uint64(1)
			if k > 2048 {
				at, read = uint64(r.Intn(1024)), uint64(r.Intn(2))
			}
			require.NoError(t, e.Set("addr", at))
			require.NoError(t, e.Set("read", read))
			e.Eval()
			if k > 0 {
				got, _ := e.Output("word")
				require.Equal(t, want, got, "%d words, cycle %d", length, k)
			}
			if read == 1 {
				want = m.Init[at]
			}
			e.Clock()
		}
	}
}

// TestFolder checks that the top passes the folder of the memory files to the modules that read
// these files.
func TestFolder(t *testing.T) {
	icarus := testkit.Tool(t, "iverilog")
	b := find(t, "icebreaker")
	b.Part.Blocks = 0
	d, err := New(b, user(t, 9, sparse(rand.New(rand.NewSource(3)), 300, 5), []uint64{1, 2, 3}), nil, periph.Hz{}, 9600)
	require.NoError(t, err)
	require.NoError(t, d.Place())
	files, err := d.Files()
	require.NoError(t, err)
	for name, text := range d.Memories() {
		files["deep/"+name] = text
	}
	files["core.v"] = verilog.Write(d.Core, verilog.Options{}) + spramModel
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "deep"), 0o755))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	for folder, complains := range map[string]bool{"deep/": false, "./": true} {
		for _, command := range [][]string{{icarus, "-g2005", "-s", d.Module(), "-P" + d.Module() + ".DIR=\"" + folder + "\"", "-o", "tb", d.Module() + ".v", "core.v"}, {"vvp", "-n", "tb"}} {
			cmd := exec.Command(command[0], command[1:]...)
			cmd.Dir = dir
			out, _ := cmd.CombinedOutput()
			if command[0] == "vvp" {
				require.Equal(t, complains, strings.Contains(string(out), "Unable to open"), string(out))
				require.Equal(t, complains, strings.Contains(string(out), "_rom_text0.hex"), string(out))
			}
		}
	}
}

// TestOutsideMistakes checks that a memory that cannot be moved is reported.
func TestOutsideMistakes(t *testing.T) {
	_, err := Outside(user(t, 4, nil, nil), "text")
	require.ErrorContains(t, err, "circuit user has no memory `text`")
	c, err := Outside(user(t, 4, nil, nil), "data")
	require.NoError(t, err)
	require.Empty(t, c.Mems)
}

// TestSingleRAM checks a memory in single-ported RAM with undefined contents, in Icarus. After
// the memory is filled, it behaves like a memory in the core, over random accesses. The test
// uses one pair of RAMs and then two pairs.
func TestSingleRAM(t *testing.T) {
	icarus := testkit.Tool(t, "iverilog")
	for _, bits := range []int{8, 15} {
		r := rand.New(rand.NewSource(int64(bits)))
		init := sparse(r, 200, 12)
		b := find(t, "icebreaker")
		b.Part.Blocks = 0 // so no memory may stay in the core
		d, err := New(b, user(t, bits, init, nil), nil, periph.Hz{}, 9600)
		require.NoError(t, err)
		require.NoError(t, d.Place())
		require.Equal(t, map[int]int{8: 2, 15: 4}[bits], d.SPRAMs())
		require.Empty(t, d.Core.Mems[1:], "a short list is the only memory")
		dir := t.TempDir()
		write := func(name, text string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		inside := user(t, bits, init, nil)
		inside.Name = "plain"
		for name, text := range d.Memories() {
			write(name, text)
		}
		_, files := verilog.Memories(inside)
		for name, text := range files {
			write(name, text)
		}
		write("all.v", verilog.Write(inside, verilog.Options{})+verilog.Write(d.Core, verilog.Options{})+spramModule("ram", bits, d.banks())+spramModel+singleBench(bits, d.Fill))
		for _, command := range [][]string{{icarus, "-g2005", "-s", "tb", "-o", "tb", "all.v"}, {"vvp", "-n", "tb"}} {
			cmd := exec.Command(command[0], command[1:]...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			if command[0] == "vvp" {
				require.Regexp(t, `^PASS [0-9]{4} reads`, strings.TrimSpace(string(out)))
			}
		}
	}
}

// singleBench drives both memories with the same random accesses and compares the words read.
func singleBench(bits, fill int) string {
	return fmt.Sprintf(`
module tb;
  reg clk = 0, reset = 1, want_read = 0, want_write = 0, read_before = 0;
  reg [%[1]d:0] at = 0; reg [31:0] value = 0; reg [3:0] which = 0;
  wire [31:0] found, other, word, data; wire read, write; wire [3:0] lanes; wire [%[1]d:0] addr;
  integer n = 0, k;
  always #1 clk = ~clk;
  plain a(.clk(clk), .reset(reset), .want_read(want_read), .want_write(want_write), .at(at), .value(value), .which(which), .found(found));
  user b(.clk(clk), .reset(reset), .want_read(want_read), .want_write(want_write), .at(at), .value(value), .which(which), .found(other),
    .data_read(read), .data_write(write), .data_addr(addr), .data_lanes(lanes), .data_data(data), .data_word(word));
  ram c(.clk(clk), .read(read), .write(write), .addr(addr), .lanes(lanes), .data(data), .word(word));
  initial begin
    repeat (3) @(negedge clk);
    reset = 0;
    repeat (%[2]d) @(negedge clk);
    for (k = 0; k < 6000; k = k + 1) begin
      if (read_before) begin
        n = n + 1;
        if (found !== other) begin $display("FAIL at %%0d: %%h %%h", k, found, other); $finish; end
      end
      want_read = $random; want_write = $random; value = $random; which = $random;
      at = $random; if (k %% 2) at = at & 255; if (k < %[3]d) begin at = k; want_read = 1; end
      read_before = want_read | read_before;
      @(negedge clk);
    end
    $display("PASS %%0d reads", n);
    $finish;
  end
endmodule
`, bits-1, fill, 1<<min(bits, 10))
}

// TestBuffers compares the numbers of RAM blocks of peripherals with their circuits.
func TestBuffers(t *testing.T) {
	clock := periph.Hz{Num: 12_000_000, Den: 1}
	blocks := func(c *rtl.Circuit, err error) int {
		require.NoError(t, err)
		return Blocks(c, 4096)
	}
	require.Equal(t, inputBlocks, blocks(periph.LineIn(clock, 115200)))
	require.Equal(t, logBlocks, blocks(periph.LogWire(clock, 115200)))
	require.Zero(t, blocks(periph.Sender(clock, 115200)))
	require.Zero(t, blocks(periph.SlipIn()))
	require.Zero(t, blocks(periph.SlipOut()))
	require.Len(t, masters(), len(busBlocks()))
	for kind, master := range masters() {
		require.Equal(t, busBlocks()[kind], blocks(master(clock)), kind)
	}
	wire := func(p Port) Wire { return Wire{Port: p} }
	d := &Design{Wires: []Wire{
		wire(Port{Name: "led"}),
		wire(Port{Name: "a_rx", Serial: Frames, In: true, Device: "a"}),
		wire(Port{Name: "a_tx", Serial: Frames, Device: "a"}),
		wire(Port{Name: "b_sck", Serial: Bus, Bus: "spi", Device: "b"}),
		wire(Port{Name: "b_cs", Serial: Bus, Bus: "spi", Device: "b"}),
		wire(Port{Name: "c_sda", Serial: Bus, Bus: "i2c", Device: "c"}),
		{Port: Port{Name: PortLog}, Own: true},
	}}
	require.Equal(t, 1+3+4+2, d.buffers())
}
