package llvmir

import (
	"strings"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/enum"

	sir "github.com/sinter-lang/sinter/ir"
)

// compact marks a function of a network stack, so that LLVM makes it small (LLVM Language
// Reference, "optsize"). A stack runs once a frame, and its loops look through short tables.
// Unrolled, they would be a seventh of an image. The loops over the bytes of a frame are in the
// package checksum, which stays fast. A stack's task is not inlined, because a function that
// inlines it would be optimised for speed.
func (e *emitter) compact(f *sir.Func, fn *ir.Func) {
	task := strings.HasPrefix(f.Name, "task.stack.")
	if !e.opts.Compact || !task && !strings.HasPrefix(f.Name, "net.") {
		return
	}
	fn.FuncAttrs = append(fn.FuncAttrs, enum.FuncAttrOptSize)
	if task && !f.NoInline {
		fn.FuncAttrs = append(fn.FuncAttrs, enum.FuncAttrNoInline)
	}
}
