package x86_test

import (
	"bytes"
	"debug/elf"
	"debug/pe"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// TestPortable checks that Go's reader accepts the file that a firmware starts. The file
// contains the kernel and no writable section.
func TestPortable(t *testing.T) {
	t.Parallel()
	img := build(t, parse(t, hello), x86.UEFI)
	f, err := pe.NewFile(bytes.NewReader(img.EFI))
	require.NoError(t, err)
	require.EqualValues(t, pe.IMAGE_FILE_MACHINE_AMD64, f.Machine)
	require.Zero(t, f.Characteristics&pe.IMAGE_FILE_RELOCS_STRIPPED, "a firmware may put it anywhere")
	h := f.OptionalHeader.(*pe.OptionalHeader64)
	require.EqualValues(t, pe.IMAGE_SUBSYSTEM_EFI_APPLICATION, h.Subsystem)
	require.EqualValues(t, pe.IMAGE_DLLCHARACTERISTICS_NX_COMPAT, h.DllCharacteristics)
	require.Len(t, f.Sections, 3)
	end := h.SizeOfHeaders
	for _, s := range f.Sections {
		require.Zero(t, s.Characteristics&pe.IMAGE_SCN_MEM_WRITE, s.Name)
		require.Equal(t, s.Name == ".text", s.Characteristics&pe.IMAGE_SCN_MEM_EXECUTE != 0, s.Name)
		require.Zero(t, s.VirtualAddress%h.SectionAlignment)
		require.GreaterOrEqual(t, s.VirtualAddress, end)
		end = s.VirtualAddress + s.VirtualSize
	}
	text := f.Section(".text")
	require.True(t, text.VirtualAddress <= h.AddressOfEntryPoint && h.AddressOfEntryPoint < text.VirtualAddress+text.VirtualSize)
	require.GreaterOrEqual(t, h.SizeOfImage, end)
	relocations := h.DataDirectory[pe.IMAGE_DIRECTORY_ENTRY_BASERELOC]
	require.Equal(t, f.Section(".reloc").VirtualAddress, relocations.VirtualAddress)
	kernel, err := f.Section(".kernel").Data()
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(kernel, img.Stripped))
	e, err := elf.NewFile(bytes.NewReader(img.Stripped))
	require.NoError(t, err)
	for _, p := range e.Progs {
		if p.Type == elf.PT_LOAD {
			require.GreaterOrEqual(t, p.Vaddr, uint64(32<<20))
		}
	}
	again := build(t, parse(t, hello), x86.UEFI)
	require.True(t, bytes.Equal(img.EFI, again.EFI))
	require.LessOrEqual(t, len(img.EFI), 10<<10)
}
