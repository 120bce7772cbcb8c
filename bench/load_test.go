package main

import (
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCostOfEcho measures this test process while it echoes the datagrams of a client.
func TestCostOfEcho(t *testing.T) {
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	served := make(chan int)
	go func() {
		n, buf := 0, make([]byte, 2000)
		for {
			k, from, err := server.ReadFromUDP(buf)
			if err != nil {
				served <- n
				return
			}
			n++
			server.WriteToUDP(buf[:k], from) //nolint:errcheck // the client sends again
		}
	}()
	us, err := costOfEcho(os.Getpid(), server.LocalAddr().String(), 4)
	require.NoError(t, err)
	require.Greater(t, us, 0.0)
	server.Close()
	require.GreaterOrEqual(t, <-served, echoesOfClient)
	_, err = costOfEcho(os.Getpid(), server.LocalAddr().String(), 1)
	require.Error(t, err, "nobody answers")
}

func TestProcessorTime(t *testing.T) {
	before, err := processorTime(os.Getpid())
	require.NoError(t, err)
	for n := 0; ; n++ {
		after, err := processorTime(os.Getpid())
		require.NoError(t, err)
		if after > before {
			break
		}
		require.Less(t, n, 1<<20)
	}
	spent, err := ticks(os.Getpid())
	require.NoError(t, err)
	require.GreaterOrEqual(t, spent, 0)
	_, err = processorTime(1 << 30)
	require.Error(t, err)
	_, err = ticks(1 << 30)
	require.Error(t, err)
}
