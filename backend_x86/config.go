package x86

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
)

// config writes the facts about the program that the hardware abstraction layer (hal/) needs:
// which parts of the layer the program uses, and the tables of names and source positions. The
// unused parts of the layer are not compiled.
func (o Options) config(m *ir.Module) string {
	uses := usedOps(m)
	var b strings.Builder
	define := func(name string, v int) { fmt.Fprintf(&b, "#define %s %d\n", name, v) }
	define("SN_DEVICES", len(m.Devices))
	define("SN_FRAME", maxFrame(m))
	define("SN_COUNT", flag(o.Count))
	contexts(&b, m)
	own := 0
	for _, t := range m.Tasks {
		own += flag(!t.Service)
	}
	define("SN_MANY_TASKS", flag(own > 1))
	define("SN_USES_LOG", flag(uses[ir.OpLog]))
	define("SN_USES_TRAP", flag(uses[ir.OpCheck]))
	define("SN_USES_NOW", flag(uses[ir.OpNow] || uses[ir.OpAlarm]))
	define("SN_USES_ALARM", flag(uses[ir.OpAlarm]))
	var disks []string
	count, nets := 0, 0
	for _, d := range m.Devices {
		nets += flag(port.ShapeOf(d.Kind) == port.Message)
		disks = append(disks, strconv.Itoa(flag(port.KeepsBlocks(d.Kind))))
		count += flag(port.KeepsBlocks(d.Kind))
	}
	define("SN_DISKS", count)
	define("SN_NETS", nets)
	fmt.Fprintf(&b, "#define SN_MANIFEST %s\n", strconv.QuoteToASCII(manifest(m)))
	fmt.Fprintf(&b, "__attribute__((unused)) static const u8 sn_is_disk[] = {%s};\n", strings.Join(append(disks, "0"), ", "))
	o.levels(&b, m)
	buses(&b, m)
	var tasks, devices, traps []string
	for _, t := range m.Tasks {
		tasks = append(tasks, t.Name)
	}
	for _, d := range m.Devices {
		devices = append(devices, d.Name)
	}
	for _, t := range m.Traps {
		traps = append(traps, fmt.Sprintf("%s at %s", t.Code, t.Span))
	}
	table(&b, "sn_task_name", tasks)
	table(&b, "sn_device_name", devices)
	homes(&b, m)
	configs(&b, m)
	table(&b, "sn_trap_text", traps)
	return b.String()
}

// contexts writes the entry points of all contexts but the first, and the number of slots of
// each ring between contexts. A program with only one context has one thread.
func contexts(b *strings.Builder, m *ir.Module) {
	uses := usedOps(m)
	fmt.Fprintf(b, "#define SN_CONTEXTS %d\n#define SN_THREADS %d\n", len(m.Contexts), flag(len(m.Contexts) > 1 || uses[ir.OpHold]))
	var begin, rooms []string
	for k := range m.Contexts {
		name := "sn_main"
		if k > 0 {
			name = fmt.Sprintf("sn_context%d", k)
		}
		fmt.Fprintf(b, "void %s(void);\n", name)
		begin = append(begin, name)
	}
	for _, c := range m.Chans {
		rooms = append(rooms, strconv.Itoa(max(1, c.Cap)))
	}
	fmt.Fprintf(b, "__attribute__((unused)) static void (*const sn_context[])(void) = {%s};\n", strings.Join(begin, ", "))
	fmt.Fprintf(b, "__attribute__((unused)) static const u32 sn_room[] = {%s};\n#define SN_CHANS %d\n", strings.Join(append(rooms, "0"), ", "), len(m.Chans))
}

// mpiRings writes the channels' rings for product mpi: for each channel the ring object, the
// length of a slot, and the contexts of the writer and the reader.
func mpiRings(m *ir.Module, p Product) string {
	if p != MPI {
		return ""
	}
	size := map[string]int{}
	for _, o := range m.Objects {
		size[o.Name] = o.Size
	}
	var b strings.Builder
	var rows []string
	for k, c := range m.Chans {
		name := ir.RingPrefix + c.Name
		if size[name] == 0 {
			rows = append(rows, "{0, 0, 0, 0}")
			continue
		}
		fmt.Fprintf(&b, "extern u8 sn_slots_%d[] __asm__(\"obj.%s\");\n", k, name)
		rows = append(rows, fmt.Sprintf("{sn_slots_%d, %d, %d, %d}", k, size[name]/max(1, c.Cap), c.Writer, c.Reader))
	}
	fmt.Fprintf(&b, "static const struct { u8 *slots; u32 size, writer, reader; } sn_ring[] = {%s};\n", strings.Join(append(rows, "{0, 0, 0, 0}"), ", "))
	return b.String()
}

// homes writes a table of pointers to the addresses of each network device. The program reads
// these addresses, and the layer may set them at the start. A device without a stack has no
// addresses.
func homes(b *strings.Builder, m *ir.Module) {
	boot := map[string]bool{}
	for _, o := range m.Objects {
		boot[o.Name] = o.Boot
	}
	count := 0
	var rows, stations []string
	for i, d := range m.Devices {
		row := "0, 0, 0"
		station := "0"
		if names := []string{"host", "mask", "gateway"}; boot["boot."+d.Name+".host"] {
			count++
			for k, n := range names {
				names[k] = fmt.Sprintf("&sn_%s_%d", n, i)
				fmt.Fprintf(b, "extern u32 sn_%s_%d __asm__(\"obj.boot.%s.%s\");\n", n, i, d.Name, n)
			}
			row = strings.Join(names, ", ")
			station = fmt.Sprintf("&sn_station_%d", i)
			fmt.Fprintf(b, "extern u64 sn_station_%d __asm__(\"obj.boot.%s.station\");\n", i, d.Name)
		}
		rows, stations = append(rows, "{"+row+"}"), append(stations, station)
	}
	fmt.Fprintf(b, "#define SN_HOMES %d\n", count)
	if count > 0 {
		fmt.Fprintf(b, "static u32 *const sn_home[][3] = {%s};\n", strings.Join(rows, ", "))
		fmt.Fprintf(b, "__attribute__((unused)) static u64 *const sn_station[] = {%s};\n", strings.Join(stations, ", "))
	}
}

// buses writes two lists of devices: the buses and the sources of random bytes. The first list says
// which buses have addresses.
func buses(b *strings.Builder, m *ir.Module) {
	count, sources := 0, 0
	var list []string
	for _, d := range m.Devices {
		what := "0"
		switch {
		case port.IsBus(d.Kind):
			count++
			what = "BUS_PLAIN"
			if port.Find(d.Kind).Silent {
				what = "BUS_ADDRESSED"
			}
		case port.Exchanges(d.Kind):
			sources++
			what = "BUS_RANDOM"
		}
		list = append(list, what)
	}
	fmt.Fprintf(b, "#define SN_BUSES %d\n#define SN_SOURCES %d\nenum { BUS_PLAIN = 1, BUS_ADDRESSED = 2, BUS_RANDOM = 3 };\n__attribute__((unused)) static const u8 sn_is_bus[] = {%s};\n", count, sources, strings.Join(append(list, "0"), ", "))
}

// levels writes three lists of devices. The first list has the devices with frames. The second
// has the devices of shape stream, which it numbers from 1. The third has the devices of shape
// level, with their directions.
func (o Options) levels(b *strings.Builder, m *ir.Module) {
	count, lines := 0, 0
	var frames, levels, streams []string
	for _, d := range m.Devices {
		direction := "0"
		if k := port.Find(d.Kind); k != nil && k.Shape == port.Level {
			count++
			direction = "LEVEL_OUT"
			if k.In {
				direction = "LEVEL_IN"
			}
		}
		line := 0
		if port.ShapeOf(d.Kind) == port.Stream {
			lines++
			line = lines
		}
		streams = append(streams, strconv.Itoa(line))
		frames, levels = append(frames, strconv.Itoa(flag(port.ShapeOf(d.Kind) == port.Message))), append(levels, direction)
	}
	fmt.Fprintf(b, "#define SN_LEVELS %d\nenum { LEVEL_IN = 1, LEVEL_OUT = 2 };\n", count)
	fmt.Fprintf(b, "#define SN_STREAMS %d\n", lines)
	fmt.Fprintf(b, "__attribute__((unused)) static const u8 sn_is_stream[] = {%s};\n", strings.Join(append(streams, "0"), ", "))
	fmt.Fprintf(b, "__attribute__((unused)) static const u8 sn_has_frames[] = {%s};\n", strings.Join(append(frames, "0"), ", "))
	fmt.Fprintf(b, "__attribute__((unused)) static const u8 sn_is_level[] = {%s};\n", strings.Join(append(levels, "0"), ", "))
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func eachInstr(m *ir.Module, visit func(*ir.Instr)) {
	for _, f := range m.Funcs {
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				visit(in)
			}
		}
	}
}

func usedOps(m *ir.Module) map[ir.Op]bool {
	uses := map[ir.Op]bool{}
	eachInstr(m, func(in *ir.Instr) { uses[in.Op] = true })
	return uses
}

// maxFrame is the longest frame that the program receives or sends. A buffer holds a length and
// then the bytes.
func maxFrame(m *ir.Module) int {
	longest := 4
	eachInstr(m, func(in *ir.Instr) {
		switch in.Op {
		case ir.OpTake:
			longest = max(longest, int(in.Imm))
		case ir.OpSend:
			size := in.Refs[0].Obj.Size
			if slot := in.Refs[0].Obj.Slot; slot > 0 {
				size = slot
			}
			longest = max(longest, size-4-in.Refs[0].Disp)
		}
	})
	return longest
}

// table writes a function that maps a number to its text.
func table(b *strings.Builder, name string, entries []string) {
	fmt.Fprintf(b, "static const char *const %s_table[] = {", name)
	for _, e := range entries {
		fmt.Fprintf(b, "%s, ", strconv.QuoteToASCII(e))
	}
	fmt.Fprintf(b, "\"\"};\n__attribute__((unused)) static const char *%s(u32 i) { return %s_table[i]; }\n", name, name)
}

// manifest lists the devices that the monitor must give a guest, with one line "NAME KIND" for
// each.
func manifest(m *ir.Module) string {
	var b strings.Builder
	for _, d := range m.Devices {
		fmt.Fprintf(&b, "%s %s\n", d.Name, capability(d.Kind))
	}
	return b.String()
}

// capability is the service that the layer gives to a kind of port. If a kind has no table row,
// as in test programs, the layer treats messages of this kind as frames.
func capability(kind string) string {
	if k := port.Find(kind); k != nil {
		return k.Capability
	}
	return "net"
}
