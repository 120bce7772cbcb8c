package main

import (
	_ "embed"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
)

// serverInC is the text of the server in C with which a Linux process is compared.
//
//go:embed testdata/server.c
var serverInC string

// sandboxes measures the CPU time for an echo by two programs: our Linux process and a
// server in C. Each serves a UDP socket that it inherits. The two are measured in turn.
func (g *goals) sandboxes(_, echo *flow.Program) error {
	ours, _, err := g.file(echo, x86.Linux)
	if err != nil {
		return err
	}
	theirs, err := g.inC()
	if err != nil {
		g.missing = append(g.missing, "P8: "+err.Error())
		return nil
	}
	costs := map[string][]float64{}
	for range liveRounds {
		for _, server := range [][2]string{{"", ours}, {".c", theirs}} {
			kind, path := server[0], server[1]
			for _, clients := range []int{1, 4, 32} {
				us, err := g.socketCost(path, clients)
				if err != nil {
					return fmt.Errorf("a process%s: %w", kind, err)
				}
				costs[fmt.Sprint(clients, kind)] = append(costs[fmt.Sprint(clients, kind)], us)
			}
		}
	}
	for kind, all := range costs {
		g.set("P8."+kind, "processor time of a process for an echo over a UDP socket, by the number of clients", middle(all), "us")
	}
	return nil
}

// inC compiles the server in C.
func (g *goals) inC() (string, error) {
	clang, err := exec.LookPath(clangName)
	if err != nil {
		return "", fmt.Errorf("%s is not installed (apt-get install clang-19)", clangName)
	}
	path := filepath.Join(g.dir, "server")
	cmd := exec.CommandContext(g.ctx, clang, "-O2", "-x", "c", "-", "-o", path)
	cmd.Stdin = strings.NewReader(serverInC)
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %s", clangName, said)
	}
	return path, nil
}

// socketCost starts a server with a UDP socket, as socket activation does, and measures it. A
// shell starts the server in its own process, so it knows the process number before the start.
func (g *goals) socketCost(path string, clients int) (float64, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	socket, err := conn.File()
	if err != nil {
		return 0, err
	}
	defer socket.Close()
	cmd := exec.CommandContext(g.ctx, "/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, path)
	cmd.ExtraFiles, cmd.Env = []*os.File{socket}, []string{"LISTEN_FDS=1", "LISTEN_FDNAMES=nic.7"}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer end(cmd)
	at := conn.LocalAddr().String()
	if err := client(at, 1); err != nil { // after an answer, the server has started
		return 0, err
	}
	return costOfEcho(cmd.Process.Pid, at, clients)
}
