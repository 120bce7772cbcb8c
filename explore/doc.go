// Package explore sweeps design points. It lists the points, keeps the results, finds the best
// points, and spreads the work over processors and nodes.
//
//	space, err := explore.ReadSpace(file)           // axes and constraints
//	points := space.Points()                        // in order of the axes, the last one fastest
//	folder, err := explore.Open("sweep")            // locked; results by the hash of what made them
//	err = explore.Local(ctx, points, 2, measure)    // or explore.Slurm
//	front := explore.Front(rows, objectives)        // then CSV, JSON lines, SVG
//
// The folder stores a result under the hash of everything that the result depends on: the
// tool, the program texts, the inputs of the run, and the values of the point. So a repeated
// sweep costs nothing, and an interrupted sweep continues. A changed program gives a different
// point.
//
// The package does not depend on compilers or machines: the caller passes a function that
// measures a point. Start reading at Space, then at Folder.
package explore
