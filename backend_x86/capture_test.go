package x86_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// captured is a capture of frames that a third-party library writes.
func captured(t *testing.T, link layers.LinkType, frames ...string) []byte {
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	require.NoError(t, w.WriteFileHeader(65535, link))
	for i, f := range frames {
		require.NoError(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(int64(i), 0), CaptureLength: len(f), Length: len(f)}, []byte(f)))
	}
	return b.Bytes()
}

// TestCaptures runs a process whose device reads frames from a capture and writes frames to
// another capture. A third-party library reads the capture of the sent frames. The process
// drops a frame that is longer than the buffer. The run ends at the end of the input capture.
func TestCaptures(t *testing.T) {
	dir := t.TempDir()
	path, in, out := filepath.Join(dir, "prog"), filepath.Join(dir, "in.pcap"), filepath.Join(dir, "out.pcap")
	require.NoError(t, os.WriteFile(path, build(t, parse(t, echo), x86.Linux).Stripped, 0o755))
	whole := captured(t, layers.LinkTypeEthernet, "one", "", string(make([]byte, 65)), "two and a half")
	run := func(data []byte, arg string) (string, int) {
		require.NoError(t, os.WriteFile(in, data, 0o644))
		cmd := exec.Command(path, arg)
		said, _ := cmd.CombinedOutput()
		return string(said), cmd.ProcessState.ExitCode()
	}
	for range 2 { // the second run replaces the file
		said, code := run(whole, "eth0=pcap:"+in+","+out)
		require.Empty(t, said)
		require.Equal(t, 0, code)
		require.Equal(t, []string{"one", "two and a half"}, framesOf(t, out))
	}
	said, code := run(captured(t, layers.LinkTypeEthernet, "good", "\x09bad", "good"), "eth0=pcap:"+in+","+out)
	require.Contains(t, said, "trap in task echo: assert")
	require.Equal(t, 4, code)
	require.Equal(t, []string{"good"}, framesOf(t, out))
	for _, c := range []struct {
		data []byte
		arg  string
		want string
	}{
		{whole[:len(whole)-1], "eth0=pcap:" + in + "," + out, "eth0: the capture is cut off or spoilt\n"},
		{append(bytes.Clone(whole), 1, 2, 3), "eth0=pcap:" + in + "," + out, "eth0: the capture is cut off or spoilt\n"},
		{whole[:23], "eth0=pcap:" + in + "," + out, "is not a capture of Ethernet frames"},
		{captured(t, layers.LinkTypeRaw), "eth0=pcap:" + in + "," + out, "is not a capture of Ethernet frames"},
		{whole, "eth0=pcap:" + in, "expected two files"},
		{whole, "eth0=pcap:" + in + ",", "expected two files"},
		{whole, "eth0=pcap:," + out, "expected two files"},
		{whole, "eth0=pcap:" + in + "x," + out, "cannot open the capture to read"},
		{whole, "eth0=pcap:" + in + "," + dir, "cannot write the second file"},
	} {
		said, code := run(c.data, c.arg)
		require.Equal(t, 1, code, c.arg)
		require.Contains(t, said, c.want, c.arg)
	}
}

func framesOf(t *testing.T, path string) (out []string) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	require.NoError(t, err)
	require.Equal(t, layers.LinkTypeEthernet, r.LinkType())
	for {
		data, _, err := r.ReadPacketData()
		if err == io.EOF {
			return out
		}
		require.NoError(t, err)
		out = append(out, string(data))
	}
}
