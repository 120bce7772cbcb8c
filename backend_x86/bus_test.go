package x86_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBusInterface compares the structures and requests of the hardware abstraction layer with
// the kernel's headers.
func TestBusInterface(t *testing.T) {
	header(t, "/usr/include/linux/spi/spidev.h")
	text, err := os.ReadFile("hal/linux_bus.c")
	require.NoError(t, err)
	part := regexp.MustCompile(`(?s)struct spi_transfer .*?#define I2C_TRANSFER \S+\n`).Find(text)
	require.NotEmpty(t, part)
	sameAsKernel(t, []string{"linux/spi/spidev.h", "linux/i2c.h", "linux/i2c-dev.h"}, string(part), [][2]string{
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
	})
}
