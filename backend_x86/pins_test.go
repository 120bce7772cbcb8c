package x86_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// TestGPIOInterface compares the structures and requests of the layer with the kernel's header.
func TestGPIOInterface(t *testing.T) {
	header(t, "/usr/include/linux/gpio.h")
	text, err := os.ReadFile("hal/linux_pins.c")
	require.NoError(t, err)
	part := regexp.MustCompile(`(?s)struct gpio_values.*?#define GPIO_SET_VALUES \S+\n`).Find(text)
	require.NotEmpty(t, part)
	sameAsKernel(t, []string{"linux/gpio.h"}, string(part), [][2]string{
		{"GPIO_GET_LINE", "GPIO_V2_GET_LINE_IOCTL"},
		{"GPIO_GET_VALUES", "GPIO_V2_LINE_GET_VALUES_IOCTL"},
		{"GPIO_SET_VALUES", "GPIO_V2_LINE_SET_VALUES_IOCTL"},
		{"GPIO_INPUT", "GPIO_V2_LINE_FLAG_INPUT"},
		{"GPIO_OUTPUT", "GPIO_V2_LINE_FLAG_OUTPUT"},
		{"GPIO_EDGES", "(GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING)"},
		{"sizeof(struct gpio_values)", "sizeof(struct gpio_v2_line_values)"},
		{"sizeof(struct gpio_request)", "sizeof(struct gpio_v2_line_request)"},
		{"__builtin_offsetof(struct gpio_request, consumer)", "__builtin_offsetof(struct gpio_v2_line_request, consumer)"},
		{"__builtin_offsetof(struct gpio_request, flags)", "__builtin_offsetof(struct gpio_v2_line_request, config.flags)"},
		{"__builtin_offsetof(struct gpio_request, attributes)", "__builtin_offsetof(struct gpio_v2_line_request, config.num_attrs)"},
		{"__builtin_offsetof(struct gpio_request, lines)", "__builtin_offsetof(struct gpio_v2_line_request, num_lines)"},
		{"__builtin_offsetof(struct gpio_request, fd)", "__builtin_offsetof(struct gpio_v2_line_request, fd)"},
		{"__builtin_offsetof(struct gpio_values, mask)", "__builtin_offsetof(struct gpio_v2_line_values, mask)"},
	})
}

const light = `module light
device 0 led gpio_out task 0 tx
task 0 main @main
main @main
func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i32 = const 1
  v3: tok = put led v2, v1 task 0
  v4: tok = halt v3
  ret v4
}
`

// TestNoPin checks that a missing pin or argument is an error that tells the correct form.
func TestNoPin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, build(t, parse(t, light), x86.Linux).Stripped, 0o755))
	for arg, want := range map[string]string{
		"led=gpio:/dev/gpiochip77:3": "led=gpio:/dev/gpiochip77:3: no such line, or it is in use; write NAME=gpio:/dev/gpiochipN:LINE\n",
		"led=gpio:/dev/null:3":       "led=gpio:/dev/null:3: no such line, or it is in use; write NAME=gpio:/dev/gpiochipN:LINE\n",
		"led=gpio:/dev/null:3x":      "led=gpio:/dev/null:3x: no such line, or it is in use; write NAME=gpio:/dev/gpiochipN:LINE\n",
		"led=fd:3":                   "led=fd:3: the program has no such argument\nusage: [--script] led=gpio:CHIP:LINE\n",
		"":                           "led: this device is not given\nusage: [--script] led=gpio:CHIP:LINE\n",
	} {
		cmd := exec.Command(path)
		if arg != "" {
			cmd.Args = append(cmd.Args, arg)
		}
		out, err := cmd.CombinedOutput()
		require.Error(t, err, arg)
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s", out)
		require.Equal(t, want, string(out))
	}
}
