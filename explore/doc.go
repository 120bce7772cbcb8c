// Package explore sweeps design points: which there are, what is known of them,
// which are worth having, and how their work is spread over processors and nodes.
//
//	space, err := explore.ReadSpace(file)           // axes and constraints
//	points := space.Points()                        // in order of the axes, the last one fastest
//	folder, err := explore.Open("sweep")            // locked; results by the hash of what made them
//	err = explore.Local(ctx, points, 2, measure)    // or explore.Slurm
//	front := explore.Front(rows, objectives)        // then CSV, JSON lines, SVG
//
// A result lies in the folder under the hash of everything that it depends on: the
// tool, the texts, the inputs of the run, the values of the point. So a repeated
// sweep costs nothing, an interrupted one goes on, and a changed program is a
// different point.
//
// The package knows no compiler and no machine: what measures a point is handed
// in. Start reading at Space, then at Folder.
package explore
