package cli_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/cli"
)

// wrongFiles are the files for the wrong commands. A file whose name begins with `mistake` has
// a mistake at some source position.
func wrongFiles() map[string]string {
	plain := "task main() {\n  log.print(\"x\")\n}\n\nsystem s {\n  run main()\n}\n"
	return map[string]string{
		"good.sn": plain, "config.sn": "config n: u8 = 1\n" + strings.Replace(plain, "x", "{n}", 1),
		"reads.sn":      "use net\n\ntask main(d: net.Eth) {\n  var b: bytes<64>\n  loop {\n    d.recv(b)\n    log.print(\"{b.len}\")\n  }\n}\n\nsystem s {\n  nic = net.eth(0)\n  run main(nic)\n}\n",
		"mistake.sn":    "task main() {\n  log.print(\"x\"\n}\n",
		"mistake2.sn":   strings.Replace(plain, "\"x\"", "\"{y}\"", 1),
		"mistake3.sn":   plain + "system t {\n  run main()\n}\n",
		"mistake4.sn":   "const k: u8 = 300\n" + plain,
		"mistake.sir":   "module m\nnonsense\n",
		"mistake.img":   "image x\nnonsense\n",
		"mistake.rtl":   "circuit x\nnonsense\n",
		"mistake.isa":   "nonsense\n",
		"empty.sn":      "",
		"none.sn":       "fn f() -> u8 { return 1 }\n",
		"binary.sn":     "\x7fELF\x02\x01\x00\xff\xfe",
		"program":       "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\x3e\x00\x01" + strings.Repeat("\x00", 31) + "\x40\x00\x38\x00\x00\x00\x40\x00\x00\x00\x00\x00",
		"short.elf":     "\x7fELF",
		"text.txt":      "hello\n",
		"bad.pcap":      "not a capture",
		"bad.vcd":       "not a dump",
		"bad.toml":      "cores = [",
		"bad.design":    "point s core pipe9\n",
		"folder/x.txt":  "no program\n",
		"folder2/a.sn":  "fn f() -> u8 { return 1 }\n",
		"folder2/b.sn":  "fn f() -> u8 { return 2 }\n",
		"taken/file.sn": plain,
	}
}

// onPrograms are arguments that are wrong for every command that takes a program.
func onPrograms() []string {
	return []string{
		"", "missing.sn", "missing/folder", "text.txt", "folder", "folder2", "mistake.sn", "mistake2.sn", "mistake3.sn", "mistake4.sn",
		"binary.sn", "good.sn text.txt", "good.sn --nonsense", "config.sn -D n", "config.sn -D n=", "config.sn -D n=x", "config.sn -D n=256",
		"config.sn -D n=2,n=3", "config.sn -D m=1", "good.sn -D", ". -D n=1",
	}
}

// wrongCommands maps each command to wrong arguments. If arguments begin with a +, they are
// tried with each program of onPrograms.
func wrongCommands() map[string][]string {
	return map[string][]string{
		"check": {"+"},
		"fmt":   {"", "missing.sn", "text.txt", "folder", "mistake.sn", "binary.sn", "good.sn --nonsense"},
		"build": {
			"+-o out.elf", "good.sn", "good.sn -o", "good.sn -o out.xyz", "good.sn -o nowhere/out.sir", "good.sn -o taken", "good.sn -o out.sir --stage x",
			"good.sn -o out.elf --product x", "good.sn -o out.v --core x", "good.sn -o out.elf --cpu x", "good.sn -o out.img --regs 4", "good.sn -o out.img --regs 33",
			"good.sn -o out.img --regs x", "good.sn -o out.img --isa missing.isa", "good.sn -o out.img --isa mistake.isa", "good.sn -o out.img --with x",
			"good.sn -o out.sir --skip nonsense", "good.sn -o out.sir --dump-after nonsense", "none.sn -o out.img", "empty.sn -o out.img", "mistake.sir -o out.img", "good.sn -o out.img,out.xyz",
			"good.sn -o dir --vmm x", "good.sn -o out.img,nowhere/out.s",
		},
		"run": {
			"+", "good.sn --on nowhere", "good.sn --limit x", "good.sn --limit -1", "good.sn --steps x", "good.sn --until 3", "good.sn --until 3parsecs", "good.sn --seed x",
			"reads.sn --pcap-in nic=missing.pcap", "reads.sn --pcap-in nic=bad.pcap", "reads.sn --pcap-in other=bad.pcap", "good.sn --pcap-in nic=bad.pcap", "reads.sn --pcap-in nic=folder",
			"good.sn --vcd-in p=bad.vcd", "good.sn --disk k=missing", "good.sn --on cycle --core x", "good.sn --on cycle --engine x", "good.sn --on cycle --wave nowhere/w.vcd",
			"program", "good.sn --trace nowhere/t", "reads.sn --pcap-out nic=nowhere/o.pcap", "mistake.img --on isa", "mistake.rtl --on cycle", "short.elf --on isa", "none.sn", "empty.sn",
		},
		"test":   {"+", "good.sn --on nowhere", "good.sn --seed x"},
		"verify": {"+", "good.sn --core x", "good.sn --checks x", "good.sn --mutants x", "good.sn --campaign c", "good.sn --mutants 1 --runner slurm", "reads.sn", "reads.sn --pcap-in nic=bad.pcap", "good.sn --random x", "none.sn", "empty.sn", "mistake.img", "short.elf", "good.sn --regs 3"},
		"hw": {
			"+-o out", "good.sn", "good.sn -o text.txt", "good.sn -o out --core x", "good.sn -o out --design missing.design", "good.sn -o out --design bad.design", "none.sn -o out",
			"good.sn -o out --regs 3", "good.sn -o out --isa mistake.isa", "reads.sn -o out --pcap-in nic=bad.pcap", "good.sn -o text.txt/out", "good.sn -o out --frames x",
		},
		"fpga":    {"+--board icebreaker -o out", "good.sn -o out", "good.sn --board icebreaker", "good.sn --board nonsense -o out", "good.sn --board icebreaker -o text.txt", "none.sn --board icebreaker -o out", "good.sn --board bad.toml -o out"},
		"decode":  {"", "missing.sn", "good.sn --console missing.txt", "good.sn missing.log", "mistake.sn --console text.txt", "good.sn --nonsense", "none.sn"},
		"fuzz":    {"--count x", "--count -1", "--seed x", "--on nowhere", "--nonsense", "good.sn"},
		"explore": {"+-o out", "good.sn", "good.sn -o text.txt", "good.sn -o out --space missing.toml", "good.sn -o out --space bad.toml", "none.sn -o out", "good.sn -o out --runner x", "good.sn -o out --jobs x"},
		"explain": {"", "E9999", "nonsense", "E0201 E0202", "E0201 --nonsense"},
		"doctor":  {"x", "--nonsense"},
		"version": {"x", "--nonsense"},
		"":        {"nonsense", "--nonsense", "chek good.sn"},
	}
}

// TestWrongInput checks that each mistake of a user ends with exit code 1 and a message, and
// leaves no file. If the mistake has a source position, the message gives it.
func TestWrongInput(t *testing.T) {
	dir := t.TempDir()
	for name, text := range wrongFiles() {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	t.Chdir(dir)
	before := tree(t)
	tried := 0
	for command, list := range wrongCommands() {
		for _, rest := range list {
			lines := []string{rest}
			if options, all := strings.CutPrefix(rest, "+"); all {
				lines = nil
				for _, p := range onPrograms() {
					lines = append(lines, p+" "+options)
				}
			}
			for _, line := range lines {
				line = strings.TrimSpace(command + " " + line)
				tried++
				wrong(t, line)
				assert.Equal(t, before, tree(t), line)
			}
		}
	}
	require.Greater(t, tried, 250)
}

// wrong runs a command and checks that it is refused clearly.
func wrong(t *testing.T, line string) {
	t.Helper()
	var out, said bytes.Buffer
	code := cli.Run(context.Background(), strings.Fields(line), strings.NewReader(""), &out, &said)
	assert.Equal(t, 1, code, "sinter %s\n%s%s", line, out.String(), said.String())
	text := said.String()
	assert.Regexp(t, `(?m)^(sinter: |error(\[E\d+\])?: )\S`, text, "sinter %s", line)
	assert.NotRegexp(t, `panic|goroutine|runtime error|fault of the tool|%!|<nil>`, text, "sinter %s", line)
	if strings.Contains(line, " mistake") {
		assert.Regexp(t, `(?m)^ +--> mistake\S*:\d+:\d+$`, text, "sinter %s", line)
	}
}

// tree lists the files of the working folder with their sizes.
func tree(t *testing.T) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		sizes[path] = 0
		if err == nil && !d.IsDir() {
			sizes[path] = info.Size()
		}
		return err
	}))
	return sizes
}
