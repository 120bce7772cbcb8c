package x86_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// TestArguments checks that an invalid argument of a process gives a message and exit code 1.
func TestArguments(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, build(t, parse(t, echo), x86.Linux).Stripped, 0o755))
	for _, c := range []struct{ args, want string }{
		{"eth0=fd:", "expected the number of a descriptor"},
		{"eth0=fd:x", "expected the number of a descriptor"},
		{"eth0=fd:3x", "expected the number of a descriptor"},
		{"eth0=fd:99999999999", "expected the number of a descriptor"},
		{"eth0=fd:77", "this descriptor is not open"},
		{"eth0=fd:0 eth0=fd:0", "this device is given twice"},
		{"eth0=tap:", "the name of an interface has 1 to 15 characters"},
		{"eth0=tap:" + strings.Repeat("x", 16), "the name of an interface has 1 to 15 characters"},
		{"eth0=tap:nosuchtap", "there is no such interface"},
		{"eth0=tap:../../x", "there is no such interface"},
	} {
		args := strings.Fields(c.args)
		cmd := exec.Command(path, args...)
		out, err := cmd.CombinedOutput()
		require.EqualError(t, err, "exit status 1", c.args)
		require.Contains(t, string(out), args[len(args)-1]+": "+c.want)
	}
	const usage = "\nusage: [--script] eth0={tap:NAME|fd:N|pcap:IN,OUT}\n"
	for arg, why := range map[string]string{
		"eth1=tap:tap0":  "eth1=tap:tap0: the program has no such argument",
		"eth0=file:disk": "eth0=file:disk: the program has no such argument",
		"--help":         "--help: the program has no such argument",
		"":               "eth0: this device is not given",
	} {
		cmd := exec.Command(path, strings.Fields(arg)...)
		out, err := cmd.CombinedOutput()
		require.EqualError(t, err, "exit status 1", arg)
		require.Equal(t, why+usage, string(out))
	}
}

// TestInheritedDescriptorsAreClosed checks that a process keeps the descriptors of its console
// and its devices, and closes all other inherited descriptors.
func TestInheritedDescriptorsAreClosed(t *testing.T) {
	ours, theirs := pair(t)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	other, err := os.Open("/dev/null")
	require.NoError(t, err)
	cmd := launch(t, build(t, parse(t, echo), x86.Linux), []*os.File{w, theirs, other}, "eth0=fd:4")
	_, err = ours.Write([]byte("there?"))
	require.NoError(t, err)
	require.Equal(t, "there?", receive(t, ours))
	n, err := syscall.Read(int(r.Fd()), make([]byte, 1))
	require.NoError(t, err)
	require.Zero(t, n, "the other end of the pipe is closed")
	open, err := os.ReadDir("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/fd")
	require.NoError(t, err)
	var names []string
	for _, e := range open {
		names = append(names, e.Name())
	}
	require.Equal(t, []string{"0", "1", "2", "3"}, names, "a device has the descriptor of its number")
}
