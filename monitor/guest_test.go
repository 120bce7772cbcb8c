package monitor

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// The addresses of the parts of the test images.
const (
	textAt = 0x101000
	dataAt = 0x102000
	ringAt = dataAt + 0x800

	clockAt   = dataAt + 0x1f00
	wordsAt   = dataAt + 0x1e00
	wordsRoom = 32
)

// image builds an executable of product hvt: the text, 8 KiB of data that begin with the given
// bytes, and a manifest.
func image(text, data []byte, ports string) []byte {
	return imageWith(text, data, ports, elf.PF_R|elf.PF_X)
}

func imageWith(text, data []byte, ports string, flags elf.ProgFlag) []byte {
	const headers = 64 + 3*56
	u := binary.LittleEndian
	note := u.AppendUint32(nil, 7)
	note = u.AppendUint32(note, uint32(noteHead+len(ports)+1))
	note = u.AppendUint32(note, noteKind)
	note = append(note, "Sinter\x00\x00"...)
	note = u.AppendUint64(note, 2*page)
	note = u.AppendUint64(note, ringAt)
	note = u.AppendUint32(note, 4)
	note = u.AppendUint32(note, 64)
	note = u.AppendUint64(note, wordsAt)
	note = u.AppendUint64(note, wordsRoom)
	note = u.AppendUint64(note, clockAt)
	note = append(append(note, ports...), 0)
	var b bytes.Buffer
	h := elf.Header64{
		Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Entry: textAt, Phoff: 64,
		Ehsize: 64, Phentsize: 56, Phnum: 3, Shentsize: 64,
	}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	write := func(v any) { binary.Write(&b, u, v) } //nolint:errcheck // into memory
	write(h)
	at := uint64(headers)
	write(elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(flags), Off: at, Vaddr: textAt, Filesz: uint64(len(text)), Memsz: page})
	at += uint64(len(text))
	write(elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_W), Off: at, Vaddr: dataAt, Filesz: uint64(len(data)), Memsz: 2 * page})
	at += uint64(len(data))
	write(elf.Prog64{Type: uint32(elf.PT_NOTE), Flags: uint32(elf.PF_R), Off: at, Filesz: uint64(len(note)), Memsz: uint64(len(note))})
	b.Write(text)
	b.Write(data)
	b.Write(note)
	return b.Bytes()
}

// block is a call block as it lies in memory.
func block(c call3) []byte {
	b := binary.LittleEndian.AppendUint32(nil, c.op)
	b = binary.LittleEndian.AppendUint32(b, c.device)
	for _, v := range []uint64{c.a, c.b, c.c, 0} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// calls is code that makes several calls. The blocks of the calls follow each other from address
// dataAt on.
func calls(n int) (text []byte) {
	for i := range n {
		text = append(text, 0xb8) // mov eax, imm32
		text = binary.LittleEndian.AppendUint32(text, uint32(dataAt+blockBytes*i))
		text = append(text, 0xe7, callPort) // out imm8, eax
	}
	return append(text, 0xf4) // hlt
}
