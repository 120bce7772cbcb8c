package examples

import (
	"fmt"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// openReturn allows packets to arrive on one route while their answers leave on another.
const openReturn = "for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done"

// serveNumber answers each datagram to the service in a namespace. The answer contains a number.
func serveNumber(t *testing.T, n *namespace, number int) {
	var conn *net.UDPConn
	require.NoError(t, n.in(func() (err error) {
		conn, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(10, 0, 2, 100), Port: 99})
		return err
	}))
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 100)
		for {
			n, from, err := conn.ReadFromUDP(buf)
			if err != nil {
				return
			}
			conn.WriteToUDP(fmt.Appendf(nil, "%s by %d", buf[:n], number), from) //nolint:errcheck // the client asks again
		}
	}()
}

// TestBalancerBetweenNamespaces puts the balancer between a client and five servers, each in a
// separate network namespace of the kernel. All servers have the address of the service and
// answer over separate routes. The client's flows are spread over all servers, and each flow
// always goes to the same server.
func TestBalancerBetweenNamespaces(t *testing.T) {
	needsTaps(t)
	path := product(t, "balancer", x86.Linux)
	client, middle := newNamespace(t), newNamespace(t)
	client.start(t, path, [2]string{"front", "front0"}, [2]string{"back", "back0"})
	client.ip(t, "link", "set", "back0", "netns", fmt.Sprint(middle.thread))
	client.ip(t, "link", "add", "ret0", "address", "02:00:00:00:04:01", "type", "veth", "peer", "name", "ret1", "netns", fmt.Sprint(middle.thread))
	client.ip(t, "addr", "add", "10.0.2.1/24", "dev", "front0")
	client.ip(t, "link", "set", "ret0", "up")
	require.NoError(t, client.in(exec.Command("sh", "-c", openReturn).Run))
	middle.ip(t, "link", "set", "back0", "up")
	middle.ip(t, "link", "set", "ret1", "up")
	for k := 1; k <= 5; k++ {
		s := newNamespace(t)
		for name, of := range map[string]string{fmt.Sprintf("in%d", k): "back0", fmt.Sprintf("out%d", k): "ret1"} {
			station := fmt.Sprintf("02:00:00:00:%02d:%02x", map[string]int{"back0": 3, "ret1": 5}[of], k)
			middle.ip(t, "link", "add", "link", of, "name", name, "address", station, "type", "macvlan", "mode", "private")
			middle.ip(t, "link", "set", name, "netns", fmt.Sprint(s.thread))
			s.ip(t, "link", "set", name, "up")
		}
		s.ip(t, "link", "set", "lo", "up")
		s.ip(t, "addr", "add", "10.0.2.100/32", "dev", "lo")
		out := fmt.Sprintf("out%d", k)
		s.ip(t, "route", "add", "10.0.2.1/32", "dev", out, "src", "10.0.2.100")
		s.ip(t, "neigh", "add", "10.0.2.1", "lladdr", "02:00:00:00:04:01", "dev", out)
		require.NoError(t, s.in(exec.Command("sh", "-c", openReturn).Run))
		serveNumber(t, s, k)
	}
	servers, buf := map[string]int{}, make([]byte, 100)
	for flow := range 60 {
		var conn *net.UDPConn
		require.NoError(t, client.in(func() (err error) {
			conn, err = net.DialUDP("udp4", &net.UDPAddr{Port: 20000 + flow}, &net.UDPAddr{IP: net.IPv4(10, 0, 2, 100), Port: 99})
			return err
		}))
		defer conn.Close()
		answer := ""
		for range 3 {
			_, err := conn.Write([]byte("served"))
			require.NoError(t, err)
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
			n, err := conn.Read(buf)
			require.NoError(t, err, "flow %d", flow)
			if answer != "" {
				require.Equal(t, answer, string(buf[:n]), "a flow keeps its server")
			}
			answer = string(buf[:n])
		}
		servers[answer]++
	}
	require.Len(t, servers, 5)
	for k := 1; k <= 5; k++ {
		require.Positive(t, servers[fmt.Sprintf("served by %d", k)])
	}
}
