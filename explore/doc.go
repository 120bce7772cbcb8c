// Package explore sweeps design points. It lists the points, keeps their results, finds the
// best ones, and spreads the work over processors and nodes.
//
//	space, err := explore.ReadSpace(file)           // axes and constraints
//	points := space.Points()                        // in order of the axes, the last one fastest
//	folder, err := explore.Open("sweep")            // locked; results by the hash of what made them
//	err = explore.Local(ctx, points, 2, measure)    // or explore.Slurm
//	front := explore.Front(rows, objectives)        // then CSV, JSON lines, SVG
//
// A result is stored in the folder under the hash of everything that it depends on: the
// tool, the texts, the inputs of the run, the values of the point. So a repeated sweep
// costs nothing, an interrupted sweep continues, and a changed program is a different
// point.
//
// The package knows nothing about compilers and machines: the caller passes the function
// that measures a point. Start reading at Space, then at Folder.
package explore
