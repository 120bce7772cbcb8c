package checks

import (
	"context"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/verify/removal"
)

// UseDesign reads a design point from a file and makes its core the program's core. It returns
// the core's organisation. If the point lacks something that the program's image needs, the
// error names the first word of the image that needs it.
func UseDesign(ctx context.Context, p *flow.Program, path string) (kind string, err error) {
	point, err := flow.ReadPoint(path)
	if err != nil {
		return "", err
	}
	if p.Form > flow.FromImage {
		return "", flow.UserErrorf("%s is %s: a design point wants a program or an image", p.Path, p.Form)
	}
	im, err := p.Image(ctx)
	if err != nil {
		return "", err
	}
	if err := p.UsePoint(ctx, point); err != nil {
		return "", err
	}
	if r := removal.Check(im, point); len(r.Wrong) > 0 {
		return "", flow.UserErrorf("%s does not fit %s: %s", path, p.Path, r.Wrong[0])
	}
	return point.Core, nil
}
