package ice40

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const little = `// a comment
module little #(
  parameter DIR = "./"
) (
  input wire clk,
  input wire [1:0] a,
  output wire o
);
wire t;
SB_LUT4 #(.LUT_INIT(16'h8888)) t_lut (.O(t), .I0(a[0]), .I1(a[1]), .I2(1'b0), .I3(1'b0));
SB_DFFSR q_ff (.Q(o), .C(clk), .R(a[0]), .D(t));
endmodule
`

// TestReadsWhatIsWritten reads written netlists, and reports everything else with a message.
func TestReadsWhatIsWritten(t *testing.T) {
	n, err := Read(little)
	require.NoError(t, err)
	require.Len(t, n.Ports, 3)
	require.Len(t, n.Regs, 1)
	require.Equal(t, map[string]int{"SB_LUT4": 1, "SB_DFFSR": 1}, n.Cells)
	for _, c := range [][3]string{
		{"module little", "modul little", `expected "module"`},
		{"endmodule\n", "", "the text ends early"},
		{"endmodule\n", "endmodule\nmodule", "expected one module"},
		{"output wire o", "inout wire o", "expected input or output"},
		{"wire t;", "wire t;\nwire t;", "t is declared twice"},
		{"[1:0] a", "[x:0] a", "expected a small number"},
		{".I1(a[1])", ".I1(a[2])", "a has 2 bits"},
		{".I1(a[1])", ".I1(b)", `there is no net "b"`},
		{".I1(a[1])", ".I1(a)", "pin I1 of SB_LUT4 has 2 bits, expected 1"},
		{".I1(a[1])", ".I0(a[1])", "pin I0 is connected twice"},
		{".I1(a[1]), ", "", "pin I1 of SB_LUT4 has 0 bits"},
		{".D(t)", ".D(t), .X(t)", "SB_DFFSR has 5 pins, expected 4"},
		{"SB_DFFSR", "SB_DFFNSR", "no meaning for the cell SB_DFFNSR"},
		{".Q(o)", ".Q(t)", "a bit with a driver is driven"},
		{".Q(o)", ".Q(1'b0)", "a constant or a bit"},
		{"LUT_INIT(16'h", "LUT_INI(16'h", "SB_LUT4 wants LUT_INIT"},
		{"16'h8888", "16'h18888", "SB_LUT4 wants LUT_INIT of 16 bits"},
		{"16'h8888", "16'q8", "16'q8 is not a number"},
		{"16'h8888", "x", "invalid syntax"},
		{"1'b0", "1'b2", "is not a number of at most 256 bits"},
		{"wire t;", "wire t;\nassign o = a;", "2 bits are assigned to 1"},
		{"wire t;", "wire t;\nwire u;\nwire v;\nassign u = v;\nassign v = u;", "is assigned from itself"},
	} {
		text := strings.Replace(little, c[0], c[1], 1)
		require.NotEqual(t, little, text, c[0])
		_, err := Read(text)
		require.ErrorContains(t, err, c[2], "%s", c[1])
	}
}

// FuzzRead checks that no text makes the reader panic or run for ever.
func FuzzRead(f *testing.F) {
	f.Add(little)
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = Read(text)
	})
}
