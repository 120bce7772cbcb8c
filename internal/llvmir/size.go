package llvmir

import (
	"strings"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/enum"

	sir "github.com/sinter-lang/sinter/ir"
)

// compact marks a function of a network stack, so that LLVM makes it small (LLVM Language
// Reference, "optsize"). A stack runs once per frame, and its loops search short tables. If
// unrolled, these loops would take a seventh of an image. The loops over the bytes of a frame
// are in the package checksum, which is still optimised for speed. A stack's task is not
// inlined, because it would then be optimised for speed with its caller.
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
