package x86_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestBusInterface compares the structures and requests of the layer with the kernel's
// own headers.
func TestBusInterface(t *testing.T) {
	clang := testkit.Tool(t, "clang-19", "clang")
	const header = "/usr/include/linux/spi/spidev.h"
	if _, err := os.Stat(header); err != nil {
		testkit.Skip(t, "no "+header+": apt-get install linux-libc-dev")
	}
	text, err := os.ReadFile("hal/linux_bus.c")
	require.NoError(t, err)
	part := regexp.MustCompile(`(?s)struct spi_transfer .*?#define I2C_TRANSFER \S+\n`).Find(text)
	require.NotEmpty(t, part)
	src := "#include <linux/spi/spidev.h>\n#include <linux/i2c.h>\n#include <linux/i2c-dev.h>\n" +
		"typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;\n" +
		string(part) + "#define SAME(a, b) _Static_assert((a) == (b), #a)\n#define AT __builtin_offsetof\n"
	for _, pair := range [][2]string{
		{"SPI_SET_MODE", "SPI_IOC_WR_MODE"},
		{"SPI_TRANSFER", "SPI_IOC_MESSAGE(1)"},
		{"I2C_TRANSFER", "I2C_RDWR"},
		{"I2C_IN", "I2C_M_RD"},
		{"sizeof(struct spi_transfer)", "sizeof(struct spi_ioc_transfer)"},
		{"AT(struct spi_transfer, out)", "AT(struct spi_ioc_transfer, tx_buf)"},
		{"AT(struct spi_transfer, in)", "AT(struct spi_ioc_transfer, rx_buf)"},
		{"AT(struct spi_transfer, length)", "AT(struct spi_ioc_transfer, len)"},
		{"AT(struct spi_transfer, hz)", "AT(struct spi_ioc_transfer, speed_hz)"},
		{"AT(struct spi_transfer, delay)", "AT(struct spi_ioc_transfer, delay_usecs)"},
		{"AT(struct spi_transfer, bits)", "AT(struct spi_ioc_transfer, bits_per_word)"},
		{"AT(struct spi_transfer, change)", "AT(struct spi_ioc_transfer, cs_change)"},
		{"sizeof(struct i2c_message)", "sizeof(struct i2c_msg)"},
		{"AT(struct i2c_message, address)", "AT(struct i2c_msg, addr)"},
		{"AT(struct i2c_message, flags)", "AT(struct i2c_msg, flags)"},
		{"AT(struct i2c_message, length)", "AT(struct i2c_msg, len)"},
		{"AT(struct i2c_message, data)", "AT(struct i2c_msg, buf)"},
		{"sizeof(struct i2c_messages)", "sizeof(struct i2c_rdwr_ioctl_data)"},
		{"AT(struct i2c_messages, list)", "AT(struct i2c_rdwr_ioctl_data, msgs)"},
		{"AT(struct i2c_messages, count)", "AT(struct i2c_rdwr_ioctl_data, nmsgs)"},
	} {
		src += fmt.Sprintf("SAME(%s, %s);\n", pair[0], pair[1])
	}
	path := filepath.Join(t.TempDir(), "same.c")
	require.NoError(t, os.WriteFile(path, []byte(src), 0o644))
	out, err := exec.Command(clang, "-fsyntax-only", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
