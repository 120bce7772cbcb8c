package iss_test

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// A hand-written image logs one number and ends.
func ExampleNew() {
	im, err := image.ParseFor(design.Default(), &diag.File{Name: "answer.image", Text: `image answer
  task main
  log 0 "the answer is " u 32 ""
  text
    sw x0, -2024(x0)    // LOG: task 0, site 0
    addi x1, x0, 42
    sw x1, -2024(x0)    // LOG: the argument
    sw x0, -2020(x0)    // HALT
  end
end
`})
	if err != nil {
		fmt.Print(diag.Render(err))
		return
	}
	m, err := iss.New(im, world.New(nil))
	if err != nil {
		fmt.Print(diag.Render(err))
		return
	}
	t, err := sim.Run(m, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(trace.Print(t))
	fmt.Println(m.Instructions(), "instructions")
	// Output:
	// trace answer
	//   main log 0 42 "the answer is 42"
	//   status ended
	// end
	// 4 instructions
}
