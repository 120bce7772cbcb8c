package riscv

import "container/heap"

// entry is a register with the cost of choosing it.
type entry struct {
	cost float64
	r    reg
}

// queue yields the cheapest register first, and among equal costs the register with the lowest
// number. A register may be in the queue several times. `take` checks whether the cost in the
// queue is still the register's cost.
type queue []entry

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	return q[i].cost < q[j].cost || q[i].cost == q[j].cost && q[i].r < q[j].r
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements container/heap.
func (q *queue) Push(x any) { *q = append(*q, x.(entry)) }

// Pop implements container/heap.
func (q *queue) Pop() any {
	x := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return x
}

func (q *queue) put(r reg, cost float64) { heap.Push(q, entry{cost, r}) }

// drop removes the cheapest register.
func (q *queue) drop() { heap.Pop(q) }

// take returns the cheapest register for which `wanted` holds, or 0 if there is none. `cost`
// returns the current cost of a register, which may have risen since the register was queued.
// Code that lowers a cost queues the register again.
func (q *queue) take(wanted func(reg) bool, cost func(reg) float64) reg {
	for q.Len() > 0 {
		e := heap.Pop(q).(entry)
		if !wanted(e.r) {
			continue
		}
		if c := cost(e.r); c > e.cost {
			q.put(e.r, c)
			continue
		}
		return e.r
	}
	return 0
}
