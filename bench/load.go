package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/sim/world"
)

// echoesOfClient is the number of datagrams that a client sends. It sends each datagram
// after the answer to the previous one.
const echoesOfClient = 2000

// costOfEcho is the CPU time in microseconds that a process uses for one echo, when clients send to
// it.
func costOfEcho(pid int, at string, clients int) (float64, error) {
	before, err := processorTime(pid)
	if err != nil {
		return 0, err
	}
	each := echoesOfClient / clients
	errs := make([]error, clients)
	var wg sync.WaitGroup
	for k := range clients {
		wg.Go(func() { errs[k] = client(at, each) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	after, err := processorTime(pid)
	return float64((after - before).Nanoseconds()) / 1000 / float64(each*clients), err
}

// client sends datagrams of 64 bytes. A lost datagram is sent again.
func client(at string, n int) error {
	conn, err := net.Dial("udp4", at)
	if err != nil {
		return err
	}
	defer conn.Close()
	body, buf := make([]byte, 64), make([]byte, 2000)
	for done, lost := 0, 0; done < n; {
		if _, err := conn.Write(body); err != nil {
			return err
		}
		if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			return err
		}
		if _, err := conn.Read(buf); err == nil {
			done++
		} else if lost++; lost > 20 {
			return fmt.Errorf("a client lost %d of %d datagrams: %w", lost, done+lost, err)
		}
	}
	return nil
}

// processorTime is the CPU time of all threads of a process.
func processorTime(pid int) (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("process %d has no threads to read", pid)
	}
	total := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has just ended
		}
		first, _, _ := strings.Cut(string(data), " ")
		ns, err := strconv.Atoi(first)
		if err != nil {
			return 0, fmt.Errorf("cannot read %s", name)
		}
		total += ns
	}
	return time.Duration(total), nil
}

// arpQuestion makes an ARP request for the MAC address of the echo server.
func arpQuestion() []byte {
	const host, asker = 0x0a00020f, 0x0a000202
	return world.ARP(false, world.MAC(asker), asker, nil, host)
}

func llvmTools() (*llvm.Tools, error) { return llvm.Find(exec.LookPath) }
